"""What an attack meets: two portals with one Redis, one PostgreSQL and one WHMCS, alone and behind an nginx."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.databases import give_schema
from tests.nginx import running_nginx
from tests.servers import PostgresServer, running_postgres, running_redis
from tests.stack import Stack

SHARED = ("secret_key", "webhook_secret", "whmcs_url", "database_url", "cache_url", "trusted_proxies", "order_limit")
"""What all portals of one installation have in common."""


class Row(NamedTuple):
    """A line of the table."""

    name: str
    wanted: str
    measured: str
    ok: bool


class Stage(NamedTuple):
    portals: tuple[Stack, ...]
    through: str
    """nginx's URL."""
    postgres: PostgresServer
    seconds: float
    """How long an attack lasts that lasts as long as one likes."""
    patience: float
    """How many times as long as promised something may take: 1 in the proof, more where others use the machine, too."""

    @property
    def one(self) -> Stack:
        return self.portals[0]

    def another(self, name: str, workers: int = 2) -> Stack:
        """One more portal of this installation, not started."""
        shared = {each: self.one.settings[each] for each in SHARED}
        return _stack(self.one.folder.parent / name, workers=workers, **shared)


Attack = Callable[[Stage], Row]


@contextmanager
def running_stage(folder: Path, seconds: float, patience: float) -> Iterator[Stage]:
    with running_redis() as redis, running_postgres() as postgres:
        shared = {"database_url": postgres.new_database(), "cache_url": redis.url, "order_limit": "10, 2000 EUR"}
        shared |= {"trusted_proxies": "127.0.0.1", "log_level": "warning"}
        give_schema(shared["database_url"])
        one = _stack(folder / "one", **shared)
        same = {name: one.settings[name] for name in ("secret_key", "whmcs_url", "webhook_secret")}
        other = _stack(folder / "other", **shared, **same)
        try:
            one.sandbox.start()
            for portal in (one, other):
                portal.start()
            with running_nginx([one.url, other.url]) as through:
                yield Stage((one, other), through, postgres, seconds, patience)
        finally:
            for child in (one.portal, other.portal, one.sandbox.child):
                if child.process is not None:
                    child.stop()


def _stack(folder: Path, workers: int = 1, **settings: str) -> Stack:
    folder.mkdir()
    return Stack(folder, workers=workers, **settings)


def table(rows: Sequence[Row]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        f"{'ok  ' if row.ok else 'FAIL'}  {row.name:{widths[0]}}  wanted {row.wanted:{widths[1]}}  {row.measured}"
        for row in rows
    ]

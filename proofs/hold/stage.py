"""What an attack meets: two portals with one Redis, one database and one WHMCS, alone and behind an nginx."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.nginx import running_nginx
from tests.servers import running_redis
from tests.stack import Stack


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
    seconds: float
    """How long an attack lasts that lasts as long as one likes."""

    @property
    def one(self) -> Stack:
        return self.portals[0]


Attack = Callable[[Stage], Row]


@contextmanager
def running_stage(folder: Path, seconds: float) -> Iterator[Stage]:
    with running_redis() as redis:
        shared = {"database_url": f"sqlite+aiosqlite:///{folder / 'portal.db'}", "cache_url": redis.url}
        shared |= {"trusted_proxies": "127.0.0.1", "log_level": "warning"}
        one = _stack(folder / "one", **shared)
        same = {name: one.settings[name] for name in ("secret_key", "whmcs_url", "webhook_secret")}
        other = _stack(folder / "other", **shared, **same)
        try:
            one.sandbox.start()
            for portal in (one, other):
                portal.start()
            with running_nginx([one.url, other.url]) as through:
                yield Stage((one, other), through, seconds)
        finally:
            for child in (one.portal, other.portal, one.sandbox.child):
                if child.process is not None:
                    child.stop()


def _stack(folder: Path, **settings: str) -> Stack:
    folder.mkdir()
    return Stack(folder, **settings)


def table(rows: Sequence[Row]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        f"{'ok  ' if row.ok else 'FAIL'}  {row.name:{widths[0]}}  wanted {row.wanted:{widths[1]}}  {row.measured}"
        for row in rows
    ]

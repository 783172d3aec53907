"""A database that reads and does not write: an outage, which ends by itself, and not a word of it for ever."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import event, insert, select

from counterfoil.db import tables
from counterfoil.db.engine import Engine, make_engine, transaction
from counterfoil.db.schema import upgrade
from counterfoil.db.write_probe import WriteProbe
from counterfoil.errors import TemporarilyUnavailable
from tests.servers import PostgresServer, RedisServer, running_postgres
from tests.stack import running_stack

pytestmark = pytest.mark.anyio


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    """Of this test's own: it is closed to writes."""
    with running_postgres() as server:
        yield server


def set_read_only(server: PostgresServer, state: str) -> None:
    server.execute(f"ALTER SYSTEM SET default_transaction_read_only = {state}")
    server.execute("SELECT pg_reload_conf()")
    time.sleep(0.3)


async def write(engine: Engine, email: str) -> None:
    async with transaction(engine) as connection:
        await connection.execute(insert(tables.staff).values(email=email, created_at=datetime.now(UTC)))


async def read(engine: Engine) -> None:
    async with transaction(engine) as connection:
        await connection.execute(select(tables.staff))


async def test_a_read_only_postgres_is_away(postgres: PostgresServer) -> None:
    """Writes first, then whatever needs a connection, since what it reads may be old. Once it
    takes writes everything works at once.
    """
    url = postgres.new_database()
    await upgrade(url)
    engine = make_engine(url)
    await write(engine, "a@b.c")
    set_read_only(postgres, "on")
    with pytest.raises(TemporarilyUnavailable):
        await write(engine, "b@b.c")
    for attempt in (read(engine), WriteProbe(engine).check()):
        with pytest.raises(TemporarilyUnavailable):
            await attempt
    set_read_only(postgres, "off")
    await write(engine, "b@b.c")
    await engine.dispose()


def test_the_portal_before_a_read_only_postgres(
    postgres: PostgresServer, tmp_path: Path, redis_server: RedisServer
) -> None:
    """503 and never 500, said by /readyz within two seconds; both end within seconds."""
    urls = {"database_url": postgres.new_database(), "cache_url": redis_server.url}
    with running_stack(tmp_path, workers=2, **urls) as stack, stack.visitor() as ada:
        words = {"email": "ada@example.com", "password": "demo-password-1"}
        assert ada.post("/api/v1/session", json=words).status_code == 204
        set_read_only(postgres, "on")
        assert {ada.post("/api/v1/session", json=words).status_code for _ in range(6)} == {503}
        _wait(lambda: httpx2.get(f"{stack.url}/readyz", timeout=60).json()["neighbours"]["database"] == "away")
        set_read_only(postgres, "off")
        _wait(lambda: {ada.post("/api/v1/session", json=words).status_code for _ in range(6)} == {204})
        _wait(lambda: httpx2.get(f"{stack.url}/readyz", timeout=60).status_code == 200)


async def test_a_full_disk_is_away(tmp_path: Path) -> None:
    """SQLite that may not grow: what needs no room still works, and whoever asks is told; room makes it well again."""
    url = f"sqlite+aiosqlite:///{tmp_path}/portal.db"
    await upgrade(url)
    engine, size = make_engine(url), (tmp_path / "portal.db").stat().st_size // 4096

    def no_room(connection: object, _record: object) -> None:
        connection.cursor().execute(f"PRAGMA max_page_count = {size}")  # type: ignore[attr-defined]

    event.listen(engine.sync_engine, "connect", no_room)
    with pytest.raises(TemporarilyUnavailable):
        await write(engine, "x" * 100_000)
    with pytest.raises(TemporarilyUnavailable):
        await WriteProbe(engine).check()
    await read(engine)
    event.remove(engine.sync_engine, "connect", no_room)
    await engine.dispose()
    await WriteProbe(engine).check()
    await engine.dispose()


async def test_asking_often_costs_no_writes(tmp_path: Path) -> None:
    """One write a second at most, however many ask."""
    url = f"sqlite+aiosqlite:///{tmp_path}/portal.db"
    await upgrade(url)
    engine = make_engine(url)
    writes: list[str] = []
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *given: writes.append(given[2]))
    moment = 0.0
    probe = WriteProbe(engine, now=lambda: moment)
    for _ in range(20):
        await probe.check()
    assert sum(each.startswith("INSERT") for each in writes) == 1
    moment = 1.0
    await probe.check()
    assert sum(each.startswith("INSERT") for each in writes) == 2
    await engine.dispose()


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not until():
        assert time.monotonic() < deadline, "it did not happen within 60 s"
        time.sleep(0.1)

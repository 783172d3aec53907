"""The database as the portal uses it: set up right, and honest when it is away."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from counterfoil.changes import receipts
from counterfoil.changes.receipts import Receipt
from counterfoil.db import tables
from counterfoil.db.engine import make_engine, ping, transaction
from counterfoil.db.schema import upgrade
from counterfoil.errors import TemporarilyUnavailable
from tests.servers import running_postgres

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a migrated database."""
    found = f"sqlite+aiosqlite:///{tmp_path}/portal.db"
    if request.param == "postgres":
        found = str(request.getfixturevalue("postgres_url"))
    await upgrade(found)
    return found


async def test_sqlite_is_set_up(tmp_path: Path) -> None:
    """Readers and a writer at once, patience with other processes, and references that hold."""
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path}/portal.db")
    async with engine.connect() as connection:
        values = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "busy_timeout", "foreign_keys")
        ]
    assert values == ["wal", 10000, 1]
    await engine.dispose()


async def test_references_hold(url: str) -> None:
    """No session without its account, on either database."""
    engine = make_engine(url)
    now = datetime.now(UTC)
    orphan = {"id_hash": "x", "account_id": 1, "created_at": now, "last_seen_at": now, "expires_at": now}
    with pytest.raises(IntegrityError):
        async with transaction(engine) as connection:
            await connection.execute(insert(tables.session).values(**orphan, address="", user_agent=""))
    await engine.dispose()


async def test_times_are_utc_on_both(url: str) -> None:
    """A time comes back as the same moment, aware; one without a zone is refused."""
    engine = make_engine(url)
    moment = datetime(2026, 3, 29, 2, 30, 0, 123456, timezone(timedelta(hours=9)))
    async with transaction(engine) as connection:
        await connection.execute(insert(tables.staff).values(email="a@b.c", created_at=moment))
        stored = (await connection.execute(select(tables.staff.c.created_at))).scalar_one()
    assert stored == moment
    assert stored.tzinfo is UTC
    naive = moment.replace(tzinfo=None)
    with pytest.raises(StatementError, match="without a zone"):
        async with transaction(engine) as connection:
            await connection.execute(insert(tables.staff).values(email="b@b.c", created_at=naive))
    await engine.dispose()


async def test_event_is_recorded_once(url: str) -> None:
    """Of twenty deliveries of one event at the same moment exactly one is the first."""
    engine = make_engine(url)
    answers = await asyncio.gather(
        *(receipts.record(engine, Receipt("msg_1", "invoice.paid", 1, "c1")) for _ in range(20))
    )
    assert sorted(answer.is_first for answer in answers) == [False] * 19 + [True]
    assert (await receipts.record(engine, Receipt("msg_2", "gateway.changed", None, "everything"))).is_first
    await engine.dispose()


async def test_what_an_event_did_is_noted_when_it_holds(url: str) -> None:
    """Until then a further delivery has to do it."""
    engine = make_engine(url)
    event = Receipt("msg_1", "invoice.paid", 1, "c1")
    for _ in range(2):
        assert (await receipts.record(engine, event)).applied_at is None
    await receipts.mark_applied(engine, event)
    after = await receipts.record(engine, event)
    assert not after.is_first
    assert after.applied_at is not None
    assert datetime.now(UTC) - after.applied_at < timedelta(minutes=1)
    await engine.dispose()


async def test_events_are_kept_for_a_month(url: str) -> None:
    """Older ones are deleted, the others stay."""
    engine = make_engine(url)
    await receipts.record(engine, Receipt("msg_1", "ping", None, ""))
    assert await receipts.forget_old(engine, datetime.now(UTC) + timedelta(days=29)) == 0
    assert await receipts.forget_old(engine, datetime.now(UTC) + timedelta(days=31)) == 1
    assert (await receipts.record(engine, Receipt("msg_1", "ping", None, ""))).is_first
    await engine.dispose()


async def test_restart_of_postgres_is_survived() -> None:
    """While PostgreSQL is away there is an honest 503; after its return the first query works."""
    with running_postgres() as server:
        url = server.new_database()
        await upgrade(url)
        engine = make_engine(url)
        await ping(engine)
        server.child.stop()
        for _ in range(3):
            with pytest.raises(TemporarilyUnavailable):
                await ping(engine)
        server.start()
        await ping(engine)
        await engine.dispose()


async def test_transaction_that_loses_postgres_is_an_outage() -> None:
    """PostgreSQL dies between two statements: the same honest 503, not an internal error."""
    with running_postgres() as server:
        url = server.new_database()
        await upgrade(url)
        engine = make_engine(url)

        async def two_statements() -> None:
            async with transaction(engine) as connection:
                await connection.execute(select(tables.staff))
                server.child.kill()
                await connection.execute(select(tables.staff))

        with pytest.raises(TemporarilyUnavailable):
            await two_statements()
        await engine.dispose()


async def test_mistake_is_no_outage(url: str) -> None:
    """A statement that is wrong is a bug, and nobody is told to try again."""
    engine = make_engine(url)
    with pytest.raises(DBAPIError, match="nonsense"):
        async with transaction(engine) as connection:
            await connection.exec_driver_sql("SELECT * FROM nonsense")
    await engine.dispose()


async def test_locked_sqlite_is_an_outage(tmp_path: Path) -> None:
    """Another process holds the write lock for too long: an honest 503."""
    url = f"sqlite+aiosqlite:///{tmp_path}/portal.db"
    await upgrade(url)
    holder, engine = make_engine(url), make_engine(url)

    async def write_impatiently() -> None:
        async with transaction(engine) as connection:
            await connection.exec_driver_sql("PRAGMA busy_timeout = 50")
            await connection.execute(insert(tables.staff).values(email="a@b.c", created_at=datetime.now(UTC)))

    async with holder.connect() as holding:
        await holding.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(TemporarilyUnavailable):
            await write_impatiently()
        await holding.rollback()
    await holder.dispose()
    await engine.dispose()

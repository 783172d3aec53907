"""What one process of the fleet does at a time: who holds the lease, and until when."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from counterfoil.db import leases
from counterfoil.db.engine import Engine, make_engine
from tests.databases import give_schema

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
UNTIL = NOW + timedelta(seconds=5)


@pytest.fixture(params=["sqlite", "postgres"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    url = f"sqlite+aiosqlite:///{tmp_path}/portal.db"
    if request.param == "postgres":
        url = str(request.getfixturevalue("postgres_url"))
    give_schema(url)
    engine = make_engine(url)
    yield engine
    await engine.dispose()


async def test_one_of_many_gets_it(engine: Engine) -> None:
    """However many ask at the same moment."""
    takes = (leases.take(engine, "poll", f"process {number}", NOW, UNTIL) for number in range(8))
    assert sorted(await asyncio.gather(*takes)) == [False] * 7 + [True]


async def test_the_owner_may_have_it_again(engine: Engine) -> None:
    assert await leases.take(engine, "poll", "one", NOW, UNTIL)
    assert await leases.take(engine, "poll", "one", NOW, UNTIL)
    assert not await leases.take(engine, "poll", "other", NOW, UNTIL)


async def test_what_a_dead_process_held_is_free_in_the_end(engine: Engine) -> None:
    assert await leases.take(engine, "poll", "dead", NOW, UNTIL)
    assert not await leases.take(engine, "poll", "living", UNTIL - timedelta(seconds=1), UNTIL)
    assert await leases.take(engine, "poll", "living", UNTIL, UNTIL + timedelta(seconds=5))
    assert not await leases.take(engine, "poll", "dead", UNTIL, UNTIL)


async def test_each_thing_has_its_own(engine: Engine) -> None:
    assert await leases.take(engine, "poll", "one", NOW, UNTIL)
    assert await leases.take(engine, "changes", "other", NOW, UNTIL)

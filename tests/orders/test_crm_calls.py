"""The share of Salesforce's daily quota: one for all processes of an installation, and over restarts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from counterfoil.db.engine import Engine, make_engine
from counterfoil.orders.crm_calls import CrmCalls
from counterfoil.salesforce.quota import RECORDED_EVERY, Quota
from tests.databases import give_schema
from tests.orders.world import Clock

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["sqlite", "postgres"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    is_file = request.param == "sqlite"
    url = f"sqlite+aiosqlite:///{tmp_path / 'db'}" if is_file else request.getfixturevalue("postgres_url")
    give_schema(url)
    engine = make_engine(url)
    yield engine
    await engine.dispose()


async def spent(quota: Quota, calls: int) -> int:
    """How many of so many calls the share allows."""
    for made in range(calls):
        await quota.settle()
        if quota.is_share_spent:
            return made
        quota.count()
    return calls


def process_of(engine: Engine, clock: Clock) -> Quota:
    quota = Quota(0.5, CrmCalls(engine, clock), clock.monotonic)
    quota.note("api-usage=17/1000")
    return quota


async def test_two_processes_have_one_share(engine: Engine) -> None:
    """500 of 1,000 together, and a third one, or one that was started again, has nothing left; a day later all is well
    again.
    """
    clock = Clock()
    first, second = process_of(engine, clock), process_of(engine, clock)
    assert await spent(first, 300) == 300
    rest = await spent(second, 300)
    assert 200 - RECORDED_EVERY <= rest <= 200 + RECORDED_EVERY
    clock.move(31)
    assert await spent(first, 300) <= RECORDED_EVERY
    assert await spent(process_of(engine, clock), 300) == 0
    clock.move(25 * 3600)
    assert await spent(second, 300) == 300


async def test_a_day_has_24_hours(engine: Engine) -> None:
    """What is older does not count."""
    clock = Clock()
    calls = CrmCalls(engine, clock)
    for hour in range(30):
        assert await calls.add(2) == 2 * min(hour + 1, 24)
        clock.move(3600)


async def test_a_database_that_is_away_stops_no_call(tmp_path: Path) -> None:
    """Its own calls still count."""
    engine = make_engine(f"sqlite+aiosqlite:///{tmp_path / 'no such folder' / 'db'}")
    quota = Quota(0.5, CrmCalls(engine, Clock()))
    quota.note("api-usage=0/10")
    assert await spent(quota, 10) == 5
    await engine.dispose()

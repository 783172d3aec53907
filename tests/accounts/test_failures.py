"""What is kept of errors that people were shown: for staff, for some days, and never without bounds."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.accounts.console import failures
from counterfoil.accounts.console.failures import KEPT, MOST_OF_ONE, MOST_WAITING, Failure, RecentFailures
from counterfoil.db.console_tables import failure
from counterfoil.db.engine import make_engine, transaction
from counterfoil.errors import TemporarilyUnavailable
from tests.accounts.portal import Portal

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def failed(reference: str, account_id: int = 1, cause: str = "It broke", first: str = "") -> Failure:
    return Failure(reference, NOW, account_id, 7, "GET /invoices", 503, "billing_unavailable", cause, first)


def at(engine: AsyncEngine, moment: datetime = NOW) -> RecentFailures:
    return RecentFailures(engine, lambda: moment)


async def rows(portal: Portal) -> int:
    async with transaction(portal.engine) as connection:
        return await connection.scalar(select(func.count()).select_from(failure)) or 0


async def test_it_is_found_at_once_and_afterwards_by_every_process(portal: Portal) -> None:
    """With the failure that was met first."""
    here, there = at(portal.engine), at(portal.engine)
    here.note(failed("a" * 20))
    here.note(failed("b" * 20, first="a" * 20))
    assert [each.reference for each in await here.find("b" * 20)] == ["b" * 20, "a" * 20]
    assert await there.find("b" * 20) == []
    await here.write()
    assert await there.find("b" * 20) == [failed("b" * 20, first="a" * 20), failed("a" * 20)]
    assert await there.find("c" * 20) == []


async def test_a_storm_is_bounded(portal: Portal) -> None:
    """So many for one account, so many in all, then room again once they are written."""
    here = at(portal.engine)
    for number in range(2 * MOST_OF_ONE):
        here.note(failed(f"s{number}", account_id=0))
    await here.write()
    assert await rows(portal) == MOST_OF_ONE
    for number in range(2 * MOST_WAITING):
        here.note(failed(f"t{number}", account_id=number))
    await here.write()
    assert await rows(portal) == MOST_OF_ONE + MOST_WAITING
    here.note(failed("later", account_id=0))
    await here.write()
    assert await rows(portal) == MOST_OF_ONE + MOST_WAITING + 1


async def test_the_table_is_bounded(portal: Portal) -> None:
    """By days and by number; the newest stay."""
    many = [
        {"reference": f"r{number}", "at": NOW + timedelta(seconds=number), "account_id": 0, "client_id": 0}
        | {"route": "GET /", "status": 503, "code": "x", "cause": "x", "first": ""}
        for number in range(failures.MOST_KEPT + 10)
    ]
    async with transaction(portal.engine) as connection:
        await connection.execute(insert(failure), many)
    here = at(portal.engine)
    assert await here.sweep() == 10
    assert await here.find("r9") == []
    assert [each.reference for each in await here.find("r10")] == ["r10"]
    assert await at(portal.engine, NOW + KEPT + timedelta(seconds=20)).sweep() == 10
    assert await at(portal.engine, NOW + 2 * KEPT).sweep() == failures.MOST_KEPT - 10


async def test_what_looks_like_a_secret_is_blanked(portal: Portal) -> None:
    """As in the log, from which this cannot differ."""
    here = at(portal.engine)
    here.note(failed("a" * 20, cause="https://whmcs.example.com/x?access_token=abc said no"))
    await here.write()
    (found,) = await here.find("a" * 20)
    assert found.cause == "https://whmcs.example.com/x said no"


async def test_it_waits_while_the_database_is_away() -> None:
    """Nothing raises where it is noted or written; it is found here all the same."""
    engine = make_engine("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    here = at(engine)
    here.note(failed("a" * 20))
    await here.write()
    assert [each.reference for each in await here.find("a" * 20)] == ["a" * 20]
    with pytest.raises(TemporarilyUnavailable):
        await here.find("b" * 20)
    await engine.dispose()

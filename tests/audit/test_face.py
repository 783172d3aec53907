"""How things get into the trail: what is on record when, what a burst costs, what an outage of the database does."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from counterfoil.audit.entries import SELF, Action, Entry, staff
from counterfoil.audit.face import AuditTrail
from counterfoil.audit.failures import MOST_KINDS, FailureCounts
from counterfoil.db.engine import Engine, make_engine, transaction
from counterfoil.db.tables import account
from tests.databases import give_schema
from tests.shape.sources import text

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


async def test_what_was_recorded_can_be_found(trail: AuditTrail) -> None:
    """By person, client, who did it and what, newest first, page by page."""
    await trail.record(Entry(Action.HANDED_OFF, SELF, 1, 7, details={"to": "pay", "invoices": [12]}))
    await trail.record(Entry(Action.STAFF_VIEW_BEGAN, staff(9), 1, 7, reason="asked about invoice 12"))
    await trail.record(Entry(Action.HANDED_OFF, SELF, 2, 8, details={"to": "pdf"}))
    assert [each.number for each in await trail.find()] == [3, 2, 1]
    assert [each.number for each in await trail.find(client_id=7)] == [2, 1]
    assert [each.number for each in await trail.find(account_id=2)] == [3]
    assert [each.number for each in await trail.find(actions=[Action.HANDED_OFF], before=3)] == [1]
    (view,) = await trail.find(by="staff 9")
    assert (view.reason, view.client_id, view.action) == ("asked about invoice 12", 7, "staff_view_began")
    assert (await trail.find(limit=1))[0].details == {"to": "pdf"}


async def test_a_failure_finds_its_person(engine: Engine, trail: AuditTrail) -> None:
    """By the address that was typed, which is not stored: people type their password into the wrong field, too."""
    row = {"issuer": "x", "subject": "1", "email": "Ada@Example.com", "name": "Ada"}
    async with transaction(engine) as connection:
        await connection.execute(insert(account).values(**row, created_at=NOW, signed_in_at=NOW))
    trail.count(Entry(Action.SIGN_IN_FAILED, email="ada@example.com", details={"code": "sign_in_failed"}))
    trail.count(Entry(Action.SIGN_IN_FAILED, email="hunter2", details={"code": "sign_in_failed"}))
    await trail.close()
    found = await trail.find()
    assert [each.account_id is not None for each in found] == [False, True]
    assert "hunter2" not in str(found)


async def test_a_burst_of_failures_is_a_few_lines(trail: AuditTrail) -> None:
    """Ten thousand guesses at a hundred people: what each line stands for adds up to them."""
    for number in range(10_000):
        trail.count(Entry(Action.SIGN_IN_FAILED, email=f"{number % 100}@example.com", address="192.0.2.1"))
    await trail.close()
    found = await trail.find(limit=1000)
    assert len(found) == 2 * MOST_KINDS + 1
    times = [int(str(each.details.get("again", each.details.get("others", 1)))) for each in found]
    assert sum(times) == 10_000


def test_a_minute_of_failures_ends() -> None:
    """Then what was counted is written, and the next failure by itself again. A clock that jumps ends it, too."""
    failure, counts = Entry(Action.SIGN_IN_FAILED, email="ada@example.com"), FailureCounts()
    assert [counts.is_first(failure, NOW) for _ in range(4)] == [True, False, False, False]
    assert counts.over(NOW + timedelta(seconds=59)) == []
    (line,) = counts.over(NOW + timedelta(seconds=60))
    assert line.details == {"again": 3}
    assert counts.is_first(failure, NOW + timedelta(seconds=61))
    assert not counts.is_first(failure, NOW - timedelta(days=1))
    assert [line.details for line in counts.over(NOW - timedelta(days=1))] == [{"again": 1}]


async def test_what_the_database_did_not_take_comes_later(tmp_path: Path) -> None:
    """Nobody is refused for it, and nothing is lost while there is room."""
    late = tmp_path / "not there yet"
    engine = make_engine(f"sqlite+aiosqlite:///{late}/portal.db")
    trail = AuditTrail(engine, retention=timedelta(days=1))
    await trail.record(Entry(Action.SIGNED_IN, account_id=1))
    late.mkdir()
    give_schema(f"sqlite+aiosqlite:///{late}/portal.db")
    await trail.record(Entry(Action.SIGNED_OUT, account_id=1))
    assert [each.action for each in await trail.find()] == ["signed_out", "signed_in"]
    await engine.dispose()


async def test_who_leaves_while_it_is_written_loses_nothing(trail: AuditTrail) -> None:
    """A browser that hangs up ends its request, not the entry."""
    asking = asyncio.create_task(trail.record(Entry(Action.SIGNED_IN, account_id=1)))
    await asyncio.sleep(0)
    asking.cancel()
    await trail.close()
    assert len(await trail.find()) == 1


def test_every_action_is_explained() -> None:
    """docs/audit.md has a row with each."""
    missing = [each.value for each in Action if f"`{each.value}`" not in text("docs/audit.md")]
    assert missing == []

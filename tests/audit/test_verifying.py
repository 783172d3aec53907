"""Whatever is done to the trail by hand shows."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from counterfoil.audit.entries import PORTAL, Action, Entry
from counterfoil.audit.face import AuditTrail
from counterfoil.audit.verifying import Place, verify
from counterfoil.db.engine import Engine, transaction

pytestmark = pytest.mark.anyio

COLUMNS = 'at, action, "by", account_id, client_id, details, NULL, NULL, personal_digest, hash'
PLANTED = f"INSERT INTO audit_entry SELECT 6, {COLUMNS} FROM audit_entry WHERE number = 5"  # noqa: S608 - our names


async def fill(trail: AuditTrail, entries: int = 5) -> None:
    for number in range(1, entries + 1):
        address = f"203.0.113.{number}"
        await trail.record(Entry(Action.SIGNED_IN, account_id=number, details={"way": "password"}, address=address))


async def tamper(engine: Engine, *statements: str) -> None:
    async with transaction(engine) as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def test_an_untouched_trail_is_whole(engine: Engine, trail: AuditTrail) -> None:
    """Empty or not; its last entry is told, to be kept elsewhere."""
    assert (await verify(engine)).problems == []
    await fill(trail)
    verdict = await verify(engine)
    assert (verdict.entries, verdict.last.number, verdict.problems) == (5, 5, [])


@pytest.mark.parametrize(
    ("statements", "number"),
    [
        (["UPDATE audit_entry SET account_id = 9 WHERE number = 3"], 3),
        (["UPDATE audit_entry SET action = 'signed_out' WHERE number = 3"], 3),
        (["UPDATE audit_entry SET \"by\" = 'staff 1' WHERE number = 3"], 3),
        (["UPDATE audit_entry SET details = '{}' WHERE number = 3"], 3),
        (['UPDATE audit_entry SET personal = \'{"address":"192.0.2.1"}\' WHERE number = 3'], 3),
        (["UPDATE audit_entry SET personal = NULL, salt = NULL WHERE number = 3"], 3),
        (["UPDATE audit_entry SET personal = NULL, salt = NULL, personal_digest = '' WHERE number = 3"], 3),
        (["UPDATE audit_entry SET hash = 'x' WHERE number = 3"], 3),
        (["DELETE FROM audit_entry WHERE number = 3"], 3),
        (["DELETE FROM audit_entry WHERE number = 1"], 1),
        (["DELETE FROM audit_entry WHERE number = 5"], 5),
        (["DELETE FROM audit_entry"], 5),
        (
            [
                "UPDATE audit_entry SET number = 99 WHERE number = 3",
                "UPDATE audit_entry SET number = 3 WHERE number = 4",
                "UPDATE audit_entry SET number = 4 WHERE number = 99",
            ],
            3,
        ),
        (
            [PLANTED],
            6,
        ),
        (["DELETE FROM audit_entry WHERE number > 3", "UPDATE audit_head SET last = 3"], 3),
    ],
)
async def test_tampering_shows(engine: Engine, trail: AuditTrail, statements: list[str], number: int) -> None:
    """A changed, removed, added or reordered row, whichever it is; and so it does after more was added."""
    await fill(trail)
    await tamper(engine, *statements)
    problems = (await verify(engine)).problems
    assert any(str(number) in problem for problem in problems), problems
    await trail.record(Entry(Action.SIGNED_OUT, account_id=1))
    assert (await verify(engine)).problems


async def test_a_head_that_was_removed_shows_for_ever(engine: Engine, trail: AuditTrail) -> None:
    """It tells of the last entries: without it, they could be removed with nobody knowing."""
    await fill(trail)
    await tamper(engine, "DELETE FROM audit_head", "DELETE FROM audit_entry WHERE number = 5")
    assert (await verify(engine)).problems
    await trail.record(Entry(Action.SIGNED_OUT, account_id=1))
    assert any("removed" in problem for problem in (await verify(engine)).problems)


async def test_a_trail_that_was_written_anew_is_not_the_one_that_was_noted(engine: Engine, trail: AuditTrail) -> None:
    """Who rewrites all of it makes a whole one, but cannot change what `verify` has printed earlier."""
    await fill(trail)
    noted = (await verify(engine)).last
    await trail.record(Entry(Action.SIGNED_OUT, account_id=1))
    verdict = await verify(engine, noted)
    assert (verdict.entries, verdict.problems) == (1, [])
    await tamper(engine, "DELETE FROM audit_entry", "UPDATE audit_head SET last = 0, last_hash = before_hash")
    await fill(trail, 7)
    assert (await verify(engine)).problems == []
    assert (await verify(engine, noted)).problems
    assert (await verify(engine, Place(99, noted.hash))).problems


async def test_what_is_old_goes_and_the_rest_can_be_verified(engine: Engine, trail: AuditTrail) -> None:
    """Retention takes the oldest; what is left is a whole trail, of which nothing can be taken unseen."""
    await fill(trail, 3)
    middle = datetime.now(UTC)
    await fill(trail, 2)
    assert await trail.let_go(middle + timedelta(days=400)) == 3
    verdict = await verify(engine)
    assert (verdict.entries, verdict.last.number, verdict.problems) == (2, 5, [])
    assert await trail.let_go(middle + timedelta(days=400)) == 0
    assert await trail.let_go(datetime.now(UTC) + timedelta(days=400)) == 2
    assert (await verify(engine)).problems == []
    await fill(trail, 1)
    verdict = await verify(engine)
    assert (verdict.entries, verdict.last.number, verdict.problems) == (1, 6, [])
    await tamper(engine, "DELETE FROM audit_entry WHERE number = 6")
    assert (await verify(engine)).problems


async def test_many_processes_make_one_chain(engine: Engine) -> None:
    """Whoever adds at the same moment waits for the other; no number is given twice, none is left out."""
    trails = [AuditTrail(engine, retention=timedelta(days=1)) for _ in range(4)]
    work = (trail.record(Entry(Action.ORDER_MOVED, PORTAL, n)) for trail in trails for n in range(10))
    await asyncio.gather(*work)
    await asyncio.gather(*(trail.close() for trail in trails))
    verdict = await verify(engine)
    assert (verdict.entries, verdict.problems) == (40, [])

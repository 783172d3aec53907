"""The record of webhooks received: which came, what each did, kept for a month."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.db.engine import transaction
from counterfoil.db.tables import webhook_event
from counterfoil.db.upsert import insert_new, insert_new_rows

RETENTION = timedelta(days=30)
"""Longer than any sender repeats itself; the rows carry ids only."""


class Received(NamedTuple):
    """`effect` says what was cleared."""

    id: str
    type: str
    client_id: int | None
    effect: str


class Receipt(NamedTuple):
    """`held_at`: when the effect of an earlier delivery was known to hold; None: it is not known to."""

    is_first: bool
    held_at: datetime | None


async def record(engine: AsyncEngine, event: Received) -> Receipt:
    """Takes it down if its id is new. Raises TemporarilyUnavailable: the sender must try again."""
    async with transaction(engine) as connection:
        if await insert_new(connection, webhook_event, _row(event)):
            return Receipt(is_first=True, held_at=None)
        held_at = await connection.scalar(select(webhook_event.c.held_at).where(webhook_event.c.id == event.id))
        return Receipt(is_first=False, held_at=held_at)


async def note_held(engine: AsyncEngine, event: Received) -> None:
    """What it did, and that this holds from now on. Raises TemporarilyUnavailable."""
    noted = update(webhook_event).where(webhook_event.c.id == event.id)
    async with transaction(engine) as connection:
        await connection.execute(noted.values(effect=event.effect, held_at=datetime.now(UTC)))


async def record_held(engine: AsyncEngine, received: Sequence[Received]) -> None:
    """Many whose effect holds already. Those on record stay as they are."""
    held = [{**_row(event), "held_at": datetime.now(UTC)} for event in received]
    async with transaction(engine) as connection:
        await insert_new_rows(connection, webhook_event, held)


def _row(event: Received) -> dict[str, Any]:
    return {**event._asdict(), "received_at": datetime.now(UTC)}


async def held(engine: AsyncEngine, ids: Sequence[str]) -> frozenset[str]:
    """Those whose effect is known to hold. At most 1,000 at a time."""
    wanted = select(webhook_event.c.id).where(webhook_event.c.id.in_(ids), webhook_event.c.held_at.is_not(None))
    async with transaction(engine) as connection:
        return frozenset((await connection.execute(wanted)).scalars())


async def forget_old(engine: AsyncEngine, now: datetime) -> int:
    """Deletes what is older than the retention; how many rows. Run it now and then."""
    old = delete(webhook_event).where(webhook_event.c.received_at < now - RETENTION)
    async with transaction(engine) as connection:
        return (await connection.execute(old)).rowcount

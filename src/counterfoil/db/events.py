"""The record of webhooks received: which came, what each did, kept for a month."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, select
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


async def record(engine: AsyncEngine, event: Received) -> bool:
    """Whether this id came for the first time. Raises TemporarilyUnavailable: the sender must try again."""
    async with transaction(engine) as connection:
        return await insert_new(connection, webhook_event, _row(event))


async def record_all(engine: AsyncEngine, received: Sequence[Received]) -> None:
    async with transaction(engine) as connection:
        await insert_new_rows(connection, webhook_event, [_row(event) for event in received])


def _row(event: Received) -> dict[str, Any]:
    return {**event._asdict(), "received_at": datetime.now(UTC)}


async def known(engine: AsyncEngine, ids: Sequence[str]) -> frozenset[str]:
    """Those that are on record. At most 1,000 at a time."""
    wanted = select(webhook_event.c.id).where(webhook_event.c.id.in_(ids))
    async with transaction(engine) as connection:
        return frozenset((await connection.execute(wanted)).scalars())


async def forget_old(engine: AsyncEngine, now: datetime) -> int:
    """Deletes what is older than the retention; how many rows. Run it now and then."""
    old = delete(webhook_event).where(webhook_event.c.received_at < now - RETENTION)
    async with transaction(engine) as connection:
        return (await connection.execute(old)).rowcount

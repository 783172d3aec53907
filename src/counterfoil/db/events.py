"""The record of webhooks received: which came, what each did, kept for a month."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.db.engine import transaction
from counterfoil.db.tables import webhook_event
from counterfoil.db.upsert import insert_new

RETENTION = timedelta(days=30)
"""Longer than any sender repeats itself; the rows carry ids only."""


async def record(
    engine: AsyncEngine,
    event_id: str,
    *,
    type: str,  # noqa: A002 -- the event's own word
    client_id: int | None,
    effect: str,
) -> bool:
    """Whether this id came for the first time. Raises TemporarilyUnavailable: the sender must try again."""
    row = {"id": event_id, "type": type, "client_id": client_id, "effect": effect, "received_at": datetime.now(UTC)}
    async with transaction(engine) as connection:
        return await insert_new(connection, webhook_event, row)


async def forget_old(engine: AsyncEngine, now: datetime) -> int:
    """Deletes what is older than the retention; how many rows. Run it now and then."""
    old = delete(webhook_event).where(webhook_event.c.received_at < now - RETENTION)
    async with transaction(engine) as connection:
        return (await connection.execute(old)).rowcount

"""The record of webhooks received: which came, what each did, kept for a month."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.cache.scopes import client_scope
from counterfoil.db.engine import transaction
from counterfoil.db.tables import webhook_event
from counterfoil.db.upsert import insert_new, insert_new_rows
from counterfoil.whmcs.webhooks import CLOCKS_DIFFER

RETENTION = timedelta(days=30)
"""Longer than any sender repeats itself; the rows carry ids only."""


class Receipt(NamedTuple):
    """`effect` says what was cleared."""

    id: str
    type: str
    client_id: int | None
    effect: str
    invoice_id: int | None = None


class PastReceipt(NamedTuple):
    """For staff."""

    id: str
    type: str
    client_id: int | None
    invoice_id: int | None
    effect: str
    received_at: datetime
    applied_at: datetime | None


class Delivery(NamedTuple):
    """`applied_at`: when the effect of an earlier delivery was known to hold; None: it is not known to."""

    is_first: bool
    applied_at: datetime | None


def is_another(happened_at: datetime | None, applied_at: datetime | None) -> bool:
    """Whether an id names another event than the one that was applied then: what had happened by then did not happen
    after it. So it is when WHMCS's database was restored from a backup, and gives its numbers a second time.
    """
    return happened_at is not None and applied_at is not None and happened_at > applied_at + CLOCKS_DIFFER


async def record(engine: AsyncEngine, event: Receipt, happened_at: datetime | None = None) -> Delivery:
    """Takes it down if its id is new, or names another event now. Raises TemporarilyUnavailable: the sender must try
    again.
    """
    async with transaction(engine) as connection:
        if await insert_new(connection, webhook_event, _row(event)):
            return Delivery(is_first=True, applied_at=None)
        this = webhook_event.c.id == event.id
        applied_at = await connection.scalar(select(webhook_event.c.applied_at).where(this))
        if is_another(happened_at, applied_at):
            await connection.execute(update(webhook_event).where(this).values(**_row(event), applied_at=None))
            return Delivery(is_first=True, applied_at=None)
        return Delivery(is_first=False, applied_at=applied_at)


async def mark_applied(engine: AsyncEngine, event: Receipt) -> None:
    """What it did, and that this holds from now on. Raises TemporarilyUnavailable."""
    noted = update(webhook_event).where(webhook_event.c.id == event.id)
    async with transaction(engine) as connection:
        await connection.execute(noted.values(effect=event.effect, applied_at=datetime.now(UTC)))


async def record_applied(engine: AsyncEngine, received: Sequence[Receipt]) -> None:
    """Many whose effect holds already. Those on record stay as they are."""
    applied = [{**_row(event), "applied_at": datetime.now(UTC)} for event in received]
    async with transaction(engine) as connection:
        await insert_new_rows(connection, webhook_event, applied)


def _row(event: Receipt) -> dict[str, Any]:
    return {**event._asdict(), "received_at": datetime.now(UTC)}


async def applied(engine: AsyncEngine, ids: Sequence[str]) -> dict[str, datetime]:
    """Those whose effect is known to hold, and since when. At most 1,000 at a time."""
    columns = (webhook_event.c.id, webhook_event.c.applied_at)
    wanted = select(*columns).where(webhook_event.c.id.in_(ids), webhook_event.c.applied_at.is_not(None))
    async with transaction(engine) as connection:
        return {row.id: row.applied_at for row in await connection.execute(wanted)}


async def latest(engine: AsyncEngine, *, without: str = "", only: str = "") -> datetime | None:
    """When the newest was received: of those whose id does not begin like this, or of `only` this id."""
    wanted = select(webhook_event.c.received_at).order_by(webhook_event.c.received_at.desc()).limit(1)
    if without:
        wanted = wanted.where(webhook_event.c.id.not_like(f"{without}%"))
    if only:
        wanted = wanted.where(webhook_event.c.id == only)
    async with transaction(engine) as connection:
        at: datetime | None = await connection.scalar(wanted)
    return at


async def recent(
    engine: AsyncEngine, client_id: int, invoice_id: int | None = None, limit: int = 30
) -> Sequence[PastReceipt]:
    """Newest first: those that name the client or cleared it, or that name this invoice."""
    columns = [webhook_event.c[name] for name in PastReceipt._fields]
    about = [
        webhook_event.c.client_id == client_id,
        webhook_event.c.effect.in_([client_scope(client_id), "everything"]),
    ]
    which = webhook_event.c.invoice_id == invoice_id if invoice_id is not None else or_(*about)
    wanted = select(*columns).where(which).order_by(webhook_event.c.received_at.desc()).limit(limit)
    async with transaction(engine) as connection:
        return [PastReceipt(*row) for row in await connection.execute(wanted)]


async def forget_old(engine: AsyncEngine, now: datetime) -> int:
    """Deletes what is older than the retention; how many rows. Run it now and then."""
    old = delete(webhook_event).where(webhook_event.c.received_at < now - RETENTION)
    async with transaction(engine) as connection:
        return (await connection.execute(old)).rowcount

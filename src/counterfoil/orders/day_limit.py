"""What may be ordered within a day: by one person, and for one client. It is counted where an order becomes one."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from counterfoil.db.tables import portal_order
from counterfoil.errors import OrderAmountReached, OrderLimitReached
from counterfoil.model import Money
from counterfoil.orders.first_payment import first_payment
from counterfoil.settings import OrderLimit

DAY = timedelta(hours=24)
"""Before now: no midnight, of whichever zone, at which everything may be ordered again."""


class _Line(Struct, frozen=True):
    quantity: int
    price: Money | None = None
    setup_fee: Money | None = None


_lines = msgspec.json.Decoder(tuple[_Line, ...])


async def queue_up(connection: AsyncConnection, client_id: int | None, account_id: int | None) -> None:
    """Orders that count together are added one after the other, or each would be within the limit by itself.

    On SQLite the insert itself waits for every other writer. The client before the person, or two could wait for
    each other.
    """
    if connection.dialect.name == "postgresql":
        for whose in (f"orders of client {client_id}", f"orders of account {account_id}"):
            await connection.execute(_LOCK, {"whose": whose})


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:whose, 0))")


async def check_day(
    connection: AsyncConnection, limit: OrderLimit, now: datetime, client_id: int | None, account_id: int | None
) -> None:
    """With the new order among the others already. Raises OrderLimitReached."""
    columns = portal_order.c
    owners: list[ColumnElement[bool]] = [columns.client_id == client_id]
    if account_id is not None:
        owners.append(columns.account_id == account_id)
    counts = (columns.origin == "portal", columns.status != "cancelled", columns.created_at > now - DAY)
    for whose in owners:
        rows = await connection.scalars(select(columns["items"]).where(whose, *counts))
        check(limit, (first_payment(_lines.decode(items)) for items in rows))


def check(limit: OrderLimit, placed: Iterable[Money | None]) -> None:
    """`placed`: what each order of the day comes to. Raises OrderLimitReached."""
    totals = list(placed)
    if limit.count is not None and len(totals) > limit.count:
        raise OrderLimitReached
    for currency, most in limit.amounts:
        if sum((each.amount for each in totals if each and each.currency == currency), Decimal(0)) > most:
            raise OrderAmountReached

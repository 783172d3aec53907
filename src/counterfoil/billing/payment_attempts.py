"""Which invoices people were sent to WHMCS to pay, by this portal's own books and clock: no address, no cookie and no
browser's clock says it. For this it is known: one press makes one link, and a page says of a payment only what holds.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from counterfoil.db.engine import Engine, transaction
from counterfoil.db.tables import payment_attempt
from counterfoil.db.upsert import insert_new
from counterfoil.errors import TemporarilyUnavailable

SAME_PRESS = timedelta(seconds=2)
"""After a link was made: whoever presses so soon has pressed twice."""

OPENING = timedelta(minutes=1)
"""Longer than any link takes to be made. What is not opened by then was the attempt of a process that died."""

LOOK_AGAIN = timedelta(seconds=2)
"""For which a page holds while a link is being made: how that ends clears nothing."""

CONFIRMING = timedelta(minutes=5)
"""For which a payment is awaited before the page says that it is not confirmed, and offers to pay again."""

REMEMBERED = timedelta(minutes=15)
"""For which the page says that it is not confirmed: as long as WHMCS is read more often (HAND_OFF_WINDOW)."""


LONGEST_LOOK = 3.0
"""Seconds that a page waits for a database that does not answer."""


class Stage(StrEnum):
    """What is known of a payment that WHMCS has not confirmed."""

    WAITING = "waiting"
    """The person is in WHMCS, as far as is known."""
    CHECKING = "checking"
    """They have come back."""
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"
    """There was no link."""


class Payer(NamedTuple):
    account_id: int
    client_id: int


class Attempt(NamedTuple):
    """One press of "Pay"."""

    payer: Payer
    invoice_ids: tuple[int, ...]
    begun_at: datetime


class Stages(NamedTuple):
    """By invoice, and the Unix time until which that holds."""

    by_invoice: Mapping[int, Stage]
    until: float


class _SamePressError(Exception):
    """Takes the transaction back."""


class PaymentAttempts:
    """Raises TemporarilyUnavailable when the database is away, but for `stages`. `now`: Unix seconds."""

    def __init__(self, engine: Engine, now: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._now = now

    async def begin(self, payer: Payer, invoice_ids: Collection[int]) -> Attempt | None:
        """Before a link is asked for. None: another press of a moment ago has one, or will have it.

        The caller then ends it, by `opened`, `failed` or `forget`.
        """
        attempt = Attempt(payer, tuple(sorted(set(invoice_ids))), self._moment())
        try:
            async with transaction(self._engine) as connection:
                for invoice_id in attempt.invoice_ids:  # in order: two that overlap wait for each other only once
                    await _take(connection, attempt, invoice_id)
        except _SamePressError:
            return None
        return attempt

    async def opened(self, attempt: Attempt) -> None:
        await self._set(attempt, opened_at=self._moment())

    async def failed(self, attempt: Attempt) -> None:
        await self._set(attempt, failed_at=self._moment())

    async def forget(self, attempt: Attempt) -> None:
        """It was refused for a reason that the answer has told."""
        async with transaction(self._engine) as connection:
            await connection.execute(delete(payment_attempt).where(_of(attempt)))

    async def returned(self, payer: Payer, invoice_id: int | None = None) -> None:
        """They are back from paying this invoice, or from whichever they had gone to pay."""
        mine = _of_payer(payer) & payment_attempt.c.opened_at.is_not(None) & payment_attempt.c.returned_at.is_(None)
        if invoice_id is not None:
            mine &= payment_attempt.c.invoice_id == invoice_id
        back = update(payment_attempt).where(mine).values(returned_at=self._moment())
        async with transaction(self._engine) as connection:
            await connection.execute(back)

    async def stages(self, payer: Payer) -> Stages:
        """Read it after the data that it is shown with: an attempt begins before its clear, never after.

        None while the database is away: then nothing can be paid from here either.
        """
        now = self._moment()
        lately = _of_payer(payer) & (payment_attempt.c.begun_at > now - 2 * REMEMBERED)
        try:
            async with asyncio.timeout(LONGEST_LOOK), transaction(self._engine) as connection:
                rows = (await connection.execute(select(payment_attempt).where(lately))).all()
        except (TemporarilyUnavailable, TimeoutError):
            return Stages({}, (now + LOOK_AGAIN).timestamp())
        found = {row.invoice_id: stage for row in rows if (stage := _stage(row, now))}
        until = min((changes for _, changes in found.values()), default=None)
        by_invoice = {invoice_id: stage for invoice_id, (stage, _) in found.items()}
        return Stages(by_invoice, until.timestamp() if until else float("inf"))

    async def sweep(self) -> int:
        """Deletes what no page speaks of any more; how many."""
        old = payment_attempt.c.begun_at < self._moment() - timedelta(days=1)
        async with transaction(self._engine) as connection:
            return (await connection.execute(delete(payment_attempt).where(old))).rowcount

    async def _set(self, attempt: Attempt, **values: datetime) -> None:
        async with transaction(self._engine) as connection:
            await connection.execute(update(payment_attempt).where(_of(attempt)).values(**values))

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


async def _take(connection: AsyncConnection, attempt: Attempt, invoice_id: int) -> None:
    columns, now = payment_attempt.c, attempt.begun_at
    is_over = or_(
        columns.failed_at.is_not(None),
        columns.opened_at <= now - SAME_PRESS,
        and_(columns.opened_at.is_(None), columns.begun_at <= now - OPENING),
    )
    anew = {"begun_at": now, "opened_at": None, "failed_at": None, "returned_at": None}
    mine = _of_payer(attempt.payer) & (columns.invoice_id == invoice_id)
    if (await connection.execute(update(payment_attempt).where(mine, is_over).values(**anew))).rowcount:
        return
    if not await insert_new(connection, payment_attempt, {**attempt.payer._asdict(), "invoice_id": invoice_id, **anew}):
        raise _SamePressError


def _of_payer(payer: Payer) -> ColumnElement[bool]:
    return (payment_attempt.c.account_id == payer.account_id) & (payment_attempt.c.client_id == payer.client_id)


def _of(attempt: Attempt) -> ColumnElement[bool]:
    """Not a later one of the same invoices."""
    these = payment_attempt.c.invoice_id.in_(attempt.invoice_ids) & (payment_attempt.c.begun_at == attempt.begun_at)
    return _of_payer(attempt.payer) & these


def _stage(row: Row[Any], now: datetime) -> tuple[Stage, datetime] | None:
    """With the moment at which it may be another one."""
    if row.failed_at is not None:
        return (Stage.FAILED, row.failed_at + CONFIRMING) if now < row.failed_at + CONFIRMING else None
    if row.opened_at is None:
        return (Stage.WAITING, now + LOOK_AGAIN) if now < row.begun_at + OPENING else None
    since = row.returned_at or row.opened_at
    if now < since + CONFIRMING:
        return Stage.CHECKING if row.returned_at else Stage.WAITING, since + CONFIRMING
    return (Stage.UNCONFIRMED, since + REMEMBERED) if now < since + REMEMBERED else None

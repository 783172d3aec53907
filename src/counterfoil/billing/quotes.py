"""Offers to a client. Drafts are WHMCS's own business: they are neither shown nor cached."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

import msgspec
from msgspec import Struct

from counterfoil.billing.client_reader import ClientReader
from counterfoil.billing.invoices.sums import SumKind, SumRow, before_subtotal, gap
from counterfoil.billing.reading import Calendar, Reading, reading_of
from counterfoil.cache import Part
from counterfoil.model import Client, Money, Quote, QuoteStatus

_quotes = msgspec.json.Decoder(tuple[Quote, ...])

OPEN = frozenset({QuoteStatus.DELIVERED, QuoteStatus.ON_HOLD})


class QuoteLineItem(Struct, frozen=True):
    """`discount` is in per cent."""

    description: str
    quantity: Decimal | None
    unit_price: Money | None
    discount: Decimal | None
    taxed: bool
    unreadable: tuple[str, ...] = ()
    """Of these fields: what WHMCS has and cannot be read."""


class QuoteItem(Struct, frozen=True):
    id: int
    subject: str
    status: QuoteStatus
    is_expired: bool
    issued_on: date | None
    valid_until: date | None
    accepted_on: date | None
    subtotal: Money
    taxes: tuple[Money, ...]
    total: Money
    proposal: str
    notes: str
    lines: tuple[QuoteLineItem, ...]
    unreadable: tuple[str, ...] = ()
    """Of these fields: what WHMCS has and cannot be read."""

    @property
    def is_open(self) -> bool:
        """Whether it may still be accepted: not when it is not known until when."""
        return self.status in OPEN and not self.is_expired and "valid_until" not in self.unreadable


def sums_of(quote: QuoteItem) -> tuple[SumRow, ...]:
    """Subtotal and total are what the rows above them come to."""
    rows = [*before_subtotal([_amount(line) for line in quote.lines], quote.subtotal, quote.taxes)]
    rows += [SumRow(SumKind.SUBTOTAL, quote.subtotal), *(SumRow(SumKind.TAX, tax) for tax in quote.taxes)]
    running = sum((tax.amount for tax in quote.taxes), quote.subtotal.amount)
    return *rows, *gap(quote.total.amount - running, quote.total.currency), SumRow(SumKind.TOTAL, quote.total)


def _amount(line: QuoteLineItem) -> Decimal | None:
    """In cents, as WHMCS rounds each line. None when a part of it is not known."""
    if line.quantity is None or line.unit_price is None or line.discount is None:
        return None
    whole = line.quantity * line.unit_price.amount * (100 - line.discount) / 100
    return whole.quantize(Decimal("0.01"), ROUND_HALF_UP)


class _QuoteSource(Protocol):
    async def get_quotes(self, client_id: int) -> tuple[Quote, ...]: ...


class Quotes:
    def __init__(self, source: _QuoteSource, reader: ClientReader, calendar: Calendar) -> None:
        self._source = source
        self._reader = reader
        self._calendar = calendar

    def part(self, client_id: int) -> Part:
        async def fetch() -> tuple[Quote, ...]:
            found = await self._source.get_quotes(client_id)
            return tuple(quote for quote in found if quote.status is not QuoteStatus.DRAFT)

        return self._reader.part("quotes", client_id, fetch)

    async def read(self, client_id: int) -> tuple[Reading[tuple[QuoteItem, ...]], Client]:
        """All of them, newest first. Raises BillingUnavailable."""
        value, client, snapshot = await self._reader.read(client_id, self.part(client_id))
        quotes = sorted(_quotes.decode(value), key=lambda quote: (quote.issued_on or date.min, quote.id), reverse=True)
        shown = tuple(_shown(quote, client.currency, self._calendar.today()) for quote in quotes)
        return reading_of(shown, snapshot, not_after=self._calendar.midnight()), client


def _shown(quote: Quote, currency: str, today: date) -> QuoteItem:
    def money(amount: Decimal) -> Money:
        return Money.of(amount, currency)

    return QuoteItem(
        id=quote.id,
        subject=quote.subject,
        status=quote.status,
        is_expired=quote.status in OPEN and quote.valid_until is not None and quote.valid_until < today,
        issued_on=quote.issued_on,
        valid_until=quote.valid_until,
        accepted_on=quote.accepted_on,
        subtotal=money(quote.subtotal),
        taxes=tuple(money(tax) for tax in quote.taxes),
        total=money(quote.total),
        proposal=quote.proposal,
        notes=quote.notes,
        lines=tuple(
            QuoteLineItem(
                line.description,
                line.quantity,
                None if line.unit_price is None else money(line.unit_price),
                line.discount,
                line.taxed,
                line.unreadable,
            )
            for line in quote.lines
        ),
        unreadable=quote.unreadable,
    )

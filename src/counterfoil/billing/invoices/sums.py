"""The sums of one invoice from its lines down to what is due, as rows that add up. Pure; words: web/views/money/.

WHMCS's figures stay as they are. What leads from one to the next is named, also where WHMCS does not say it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from counterfoil.billing.invoices.query import OPEN
from counterfoil.billing.invoices.shown import InvoiceDetail
from counterfoil.model import Money


class SumKind(StrEnum):
    LINES = "lines"
    """All lines, where that is not the subtotal."""
    TAXES_IN_LINES = "taxes_in_lines"
    SUBTOTAL = "subtotal"
    TAX = "tax"
    CREDIT = "credit"
    TOTAL = "total"
    PAYMENT = "payment"
    REFUND = "refund"
    NOT_ASKED = "not_asked"
    """What is left of an invoice that is not open any more."""
    EXCESS = "excess"
    """What came in above what was owed."""
    ADJUSTMENT = "adjustment"
    """What WHMCS's own figures differ by, without a word."""
    DUE = "due"


FIGURES = frozenset({SumKind.SUBTOTAL, SumKind.TOTAL, SumKind.DUE})
"""What the rows above come to. All other rows are to be added, with their sign."""


class SumRow(Struct, frozen=True):
    """`rate` of a tax in per cent, `on`: the day of a payment; None: not known."""

    kind: SumKind
    amount: Money
    rate: Decimal | None = None
    on: date | None = None
    is_unreadable: bool = False
    """Rate or date: WHMCS has something there that cannot be read."""


class Received(Struct, frozen=True):
    """What came in for an invoice, and what of it went back or was too much. None of it is below 0."""

    paid: Money
    by_credit: Money
    refunded: Money
    excess: Money

    @property
    def in_all(self) -> Money:
        return Money.of(self.paid.amount + self.by_credit.amount, self.paid.currency)


def sums_of(invoice: InvoiceDetail) -> tuple[SumRow, ...]:
    """Each of FIGURES is what the rows above it come to."""
    return tuple(_rows(invoice))


def _rows(invoice: InvoiceDetail) -> Iterator[SumRow]:
    yield from _lines(invoice)
    yield SumRow(SumKind.SUBTOTAL, invoice.subtotal)
    running = invoice.subtotal.amount
    parts = [SumRow(SumKind.TAX, tax.amount, tax.rate, is_unreadable="rate" in tax.unreadable) for tax in invoice.taxes]
    parts += _credit(invoice, "above")
    yield from parts
    running = sum((row.amount.amount for row in parts), running)
    yield from gap(invoice.total.amount - running, invoice.currency)
    yield SumRow(SumKind.TOTAL, invoice.total)
    parts = [*_credit(invoice, "below"), *_payments(invoice)]
    yield from parts
    running = sum((row.amount.amount for row in parts), invoice.total.amount)
    is_open = invoice.status in OPEN
    left = SumKind.NOT_ASKED if running > 0 else SumKind.EXCESS
    yield from gap(invoice.amount_due.amount - running, invoice.currency, SumKind.ADJUSTMENT if is_open else left)
    yield SumRow(SumKind.DUE, invoice.amount_due)


def _lines(invoice: InvoiceDetail) -> Iterator[SumRow]:
    lines = [None if line.amount is None else line.amount.amount for line in invoice.lines]
    return before_subtotal(lines, invoice.subtotal, [tax.amount for tax in invoice.taxes])


def before_subtotal(lines: Sequence[Decimal | None], subtotal: Money, taxes: Iterable[Money]) -> Iterator[SumRow]:
    """What the lines come to, where that is not the subtotal: WHMCS may keep prices with the taxes in them. Nothing
    when one of them is not known.
    """
    known = [line for line in lines if line is not None]
    summed = sum(known, Decimal(0))
    more = summed - subtotal.amount
    if not known or len(known) < len(lines) or not more:
        return
    yield SumRow(SumKind.LINES, Money.of(summed, subtotal.currency))
    kind = SumKind.TAXES_IN_LINES if more == sum((tax.amount for tax in taxes), Decimal(0)) else SumKind.ADJUSTMENT
    yield SumRow(kind, Money.of(-more, subtotal.currency))


def gap(amount: Decimal, currency: str, kind: SumKind = SumKind.ADJUSTMENT) -> Iterator[SumRow]:
    """A row for what lies between two figures, if it is anything."""
    if amount:
        yield SumRow(kind, Money.of(amount, currency))


def _payments(invoice: InvoiceDetail) -> list[SumRow]:
    return [
        SumRow(
            SumKind.REFUND if payment.amount.amount < 0 else SumKind.PAYMENT,
            Money.of(-payment.amount.amount, invoice.currency),
            on=payment.date,
            is_unreadable="date" in payment.unreadable,
        )
        for payment in invoice.payments
    ]


def _credit(invoice: InvoiceDetail, place: str) -> list[SumRow]:
    if credit_place(invoice) != place:
        return []
    return [SumRow(SumKind.CREDIT, Money.of(-invoice.credit.amount, invoice.currency))]


def credit_place(invoice: InvoiceDetail) -> Literal["above", "below", ""]:
    """Of the credit used, from the total. Before version 9 WHMCS has taken it off the total, later it has not; then its
    ledger may tell it as one of the payments.
    """
    if not invoice.credit.amount:
        return ""
    if sum((tax.amount.amount for tax in invoice.taxes), invoice.subtotal.amount) != invoice.total.amount:
        return "above"
    paid = sum((payment.amount.amount for payment in invoice.payments), Decimal(0))
    return "below" if invoice.total.amount - paid != invoice.balance.amount else ""


def received(invoice: InvoiceDetail) -> Received:
    def money(amount: Decimal) -> Money:
        return Money.of(amount, invoice.currency)

    moved = [payment.amount.amount for payment in invoice.payments]
    excess = [row.amount for row in sums_of(invoice) if row.kind is SumKind.EXCESS]
    return Received(
        paid=money(sum((each for each in moved if each > 0), Decimal(0))),
        by_credit=invoice.credit if credit_place(invoice) else money(Decimal(0)),
        refunded=money(-sum((each for each in moved if each < 0), Decimal(0))),
        excess=excess[0] if excess else money(Decimal(0)),
    )

"""What is shown of an invoice, on pages and in the JSON API alike. Field names are the API's (docs/openapi.json)."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from counterfoil.billing.invoices.open_amounts import OpenAmounts
from counterfoil.billing.invoices.query import OPEN, is_overdue
from counterfoil.model import Invoice, InvoiceLine, InvoiceStatus, Money


class InvoiceItem(Struct, frozen=True):
    """One row of the list."""

    id: int
    number: str
    status: InvoiceStatus
    is_payable: bool
    is_overdue: bool
    is_partially_paid: bool
    issued_on: date | None
    due_on: date | None
    paid_at: datetime | None
    total: Money
    amount_due: Money
    """The invoice's own balance while it is open, else 0; never computed from the row."""
    gateway: str
    unreadable: tuple[str, ...] = ()
    """Of these fields: what WHMCS has and cannot be read."""


class InvoiceList(Struct, frozen=True):
    items: tuple[InvoiceItem, ...]
    page: int
    page_size: int
    total: int
    as_of: datetime


class TaxItem(Struct, frozen=True):
    """`rate` is in per cent."""

    rate: Decimal | None
    amount: Money
    unreadable: tuple[str, ...] = ()
    """Of these fields: what WHMCS has and cannot be read."""


class LineItem(Struct, frozen=True):
    description: str
    amount: Money | None
    taxed: bool
    unreadable: tuple[str, ...] = ()


class PaymentItem(Struct, frozen=True):
    date: date | None
    gateway: str
    reference: str
    amount: Money
    unreadable: tuple[str, ...] = ()


class StandsFor(StrEnum):
    """What an invoice is that bills nothing of its own."""

    INVOICES = "invoices"
    DEPOSIT = "deposit"


class InvoiceDetail(Struct, frozen=True):
    id: int
    number: str
    status: InvoiceStatus
    is_payable: bool
    is_overdue: bool
    is_partially_paid: bool
    issued_on: date | None
    due_on: date | None
    paid_at: datetime | None
    currency: str
    subtotal: Money
    credit: Money
    taxes: tuple[TaxItem, ...]
    total: Money
    balance: Money
    gateway: str
    notes: str
    lines: tuple[LineItem, ...]
    payments: tuple[PaymentItem, ...]
    stands_for: StandsFor | None
    as_of: datetime
    unreadable: tuple[str, ...] = ()
    """Of these fields: what WHMCS has and cannot be read."""

    @property
    def amount_due(self) -> Money:
        return Money.of(owed(self.status, self.balance.amount), self.currency)


class InvoiceTotals(Struct, frozen=True):
    """The head of the list, one per currency. `overdue` is part of what is to pay; `unpaid_count` are all that WHMCS
    calls Unpaid, also those over nothing.
    """

    open: OpenAmounts
    overdue: Money
    next_due_on: date | None
    unpaid_count: int
    overdue_count: int = 0


_ABOUT_OTHERS = {"Invoice": StandsFor.INVOICES, "AddFunds": StandsFor.DEPOSIT}
"""WHMCS's item types of a mass payment and of a deposit."""


def stands_for(invoice: Invoice) -> StandsFor | None:
    found = {_ABOUT_OTHERS.get(line.kind) for line in invoice.lines}
    return found.pop() if len(found) == 1 else None


def stands_for_others(invoice: Invoice) -> bool:
    """An open mass payment or deposit: the invoices behind it are shown themselves, and both would ask for the money
    twice. Once it is settled it is the record of a payment, and shown as WHMCS lists it: docs/money.md.
    """
    return stands_for(invoice) is not None and invoice.status in OPEN


def owed(status: InvoiceStatus, balance: Decimal) -> Decimal:
    """WHMCS goes on computing a balance for what is cancelled, refunded, or marked as paid without a payment."""
    return balance if status in OPEN else Decimal(0)


def has_part_payment(invoice: Invoice) -> bool:
    """Something was paid (or, in WHMCS 9, credited) and something is still owed."""
    paid = sum((payment.amount for payment in invoice.payments), Decimal(0)) > 0 or invoice.balance < invoice.total
    return invoice.status in OPEN and invoice.balance > 0 and paid


def detail_of(invoice: Invoice, currency: str, today: date, as_of: datetime) -> InvoiceDetail:
    """WHMCS's amounts as they are, in the client's currency: nothing is computed anew."""

    def money(amount: Decimal) -> Money:
        return Money.of(amount, currency)

    return InvoiceDetail(
        id=invoice.id,
        number=invoice.number or str(invoice.id),
        status=invoice.status,
        is_payable=invoice.status is InvoiceStatus.UNPAID and invoice.balance > 0,
        is_overdue=is_overdue(invoice.status, invoice.total, invoice.due_on, today),
        is_partially_paid=has_part_payment(invoice),
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        paid_at=invoice.paid_at,
        currency=currency,
        subtotal=money(invoice.subtotal),
        credit=money(invoice.credit),
        taxes=tuple(TaxItem(tax.rate, money(tax.amount), tax.unreadable) for tax in invoice.taxes),
        total=money(invoice.total),
        balance=money(invoice.balance),
        gateway=invoice.gateway,
        notes=invoice.notes,
        lines=tuple(_line(line, currency) for line in invoice.lines),
        payments=tuple(
            PaymentItem(each.date, each.gateway, each.reference, money(each.amount), each.unreadable)
            for each in invoice.payments
        ),
        stands_for=stands_for(invoice),
        unreadable=invoice.unreadable,
        as_of=as_of,
    )


def _line(line: InvoiceLine, currency: str) -> LineItem:
    amount = None if line.amount is None else Money.of(line.amount, currency)
    return LineItem(line.description, amount, line.taxed, line.unreadable)

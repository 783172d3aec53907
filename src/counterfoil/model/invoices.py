"""Invoices, and the rows of their list, which know less."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from counterfoil.model.money import Money


class InvoiceStatus(StrEnum):
    """WHMCS's own states. Overdue and partly paid are flags, not states."""

    DRAFT = "draft"
    UNPAID = "unpaid"
    PAID = "paid"
    PAYMENT_PENDING = "payment_pending"
    COLLECTIONS = "collections"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class InvoiceRow(Struct, frozen=True):
    """One row of WHMCS's invoice list. It knows no balance: `total` is never the amount due."""

    id: int
    client_id: int
    number: str
    status: InvoiceStatus
    issued_on: date | None
    due_on: date | None
    paid_at: datetime | None
    total: Money
    gateway: str
    notes: str
    gross: Decimal = Decimal(0)
    """Subtotal and taxes: the same in every version of WHMCS, while `total` is after credit until 8.x."""
    credit_used: Decimal = Decimal(0)
    closed_on: date | None = None
    """When it was cancelled or refunded."""
    unreadable: tuple[str, ...] = ()
    """What this is shown without, by the names of these fields: WHMCS has something there that cannot be read."""


class InvoiceLine(Struct, frozen=True, omit_defaults=True):
    description: str
    amount: Decimal | None
    """Of the line alone: subtotal, total and balance are WHMCS's own and never summed up from it."""
    taxed: bool
    kind: str
    """WHMCS's item type; "Invoice" marks a mass payment, "AddFunds" a deposit."""
    unreadable: tuple[str, ...] = ()
    """What this is shown without, by the names of these fields: WHMCS has something there that cannot be read."""


class Payment(Struct, frozen=True, omit_defaults=True):
    """A payment (amount > 0) or a refund (amount < 0) on one invoice."""

    date: date | None
    gateway: str
    reference: str
    amount: Decimal
    unreadable: tuple[str, ...] = ()
    """What this is shown without, by the names of these fields: WHMCS has something there that cannot be read."""


class Tax(Struct, frozen=True, omit_defaults=True):
    rate: Decimal | None
    """Per cent."""
    amount: Decimal
    unreadable: tuple[str, ...] = ()
    """What this is shown without, by the names of these fields: WHMCS has something there that cannot be read."""


class Invoice(Struct, frozen=True, omit_defaults=True):
    """One invoice with its lines. WHMCS names no currency here: it is the client's."""

    id: int
    client_id: int
    number: str
    status: InvoiceStatus
    issued_on: date | None
    due_on: date | None
    paid_at: datetime | None
    subtotal: Decimal
    credit: Decimal
    taxes: tuple[Tax, ...]
    total: Decimal
    balance: Decimal
    """What is owed, as WHMCS computed it; never recomputed here."""
    gateway: str
    notes: str
    lines: tuple[InvoiceLine, ...]
    payments: tuple[Payment, ...]
    unreadable: tuple[str, ...] = ()
    """What this is shown without, by the names of these fields: WHMCS has something there that cannot be read."""

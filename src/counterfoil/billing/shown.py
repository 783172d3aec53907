"""What is shown of an invoice, on pages and in the JSON API alike. Field names are the API's (contract 3)."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from counterfoil.model import InvoiceStatus, Money


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


class InvoicePage(Struct, frozen=True):
    items: tuple[InvoiceItem, ...]
    page: int
    page_size: int
    total: int
    as_of: datetime


class ShownTax(Struct, frozen=True):
    rate: Decimal
    amount: Money


class ShownLine(Struct, frozen=True):
    description: str
    amount: Money
    taxed: bool


class ShownPayment(Struct, frozen=True):
    date: date | None
    gateway: str
    reference: str
    amount: Money


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
    taxes: tuple[ShownTax, ...]
    total: Money
    balance: Money
    gateway: str
    notes: str
    lines: tuple[ShownLine, ...]
    payments: tuple[ShownPayment, ...]
    as_of: datetime


class Figures(Struct, frozen=True):
    """The head of the list, one per currency. `overdue` is part of `due`."""

    due: Money
    overdue: Money
    credit: Money
    next_due_on: date | None
    open_count: int

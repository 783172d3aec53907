"""Invoices, their lines and the payments on them."""

import datetime as dt
from decimal import Decimal

import msgspec

from .money import ZERO

DRAFT = "Draft"
UNPAID = "Unpaid"
PAID = "Paid"
PAYMENT_PENDING = "Payment Pending"
COLLECTIONS = "Collections"
CANCELLED = "Cancelled"
REFUNDED = "Refunded"
STATUSES = (DRAFT, UNPAID, PAID, PAYMENT_PENDING, COLLECTIONS, CANCELLED, REFUNDED)


class Item(msgspec.Struct, frozen=True):
    id: int
    type: str
    relid: int
    description: str
    amount: Decimal
    taxed: bool


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction on an invoice: money in, or out again for a refund."""

    id: int
    at: dt.datetime
    gateway: str
    transid: str
    description: str = "Invoice Payment"
    amount_in: Decimal = ZERO
    amount_out: Decimal = ZERO
    fees: Decimal = ZERO
    refundid: int = 0


class Invoice(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    userid: int
    number: str = ""
    date: dt.date
    duedate: dt.date
    paid_at: dt.datetime | None = None
    capture_attempt_at: dt.datetime | None = None
    refunded_at: dt.datetime | None = None
    cancelled_at: dt.datetime | None = None
    status: str
    items: tuple[Item, ...]
    payments: tuple[Payment, ...] = ()
    credit: Decimal = ZERO
    taxrate: Decimal = ZERO
    taxrate2: Decimal = ZERO
    gateway: str = "stripe"
    notes: str = ""
    created_at: dt.datetime
    updated_at: dt.datetime
    subtotal: Decimal = ZERO
    tax: Decimal = ZERO
    tax2: Decimal = ZERO
    """The three sums are kept, as in WHMCS's table: `books.added_up` writes them."""

    @property
    def paid(self) -> Decimal:
        return sum((payment.amount_in - payment.amount_out for payment in self.payments), ZERO)

    @property
    def balance(self) -> Decimal:
        """What is still to pay. The same in every version of WHMCS, unlike `total`."""
        return self.subtotal + self.tax + self.tax2 - self.credit - self.paid

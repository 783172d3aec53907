"""The nouns of billing, as frozen structs without behaviour beyond themselves. No I/O, no WHMCS spelling."""

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Self

from babel.numbers import get_currency_precision
from msgspec import Struct


@cache
def currency_digits(currency: str) -> int:
    """Digits after the point, by CLDR (ISO 4217's): EUR 2, JPY 0, BHD 3. Unknown codes have 2."""
    return get_currency_precision(currency)


class Money(Struct, frozen=True):
    """An amount in one currency. Amounts of different currencies are never added."""

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, amount: Decimal | str, currency: str) -> Self:
        """In the currency's own digits ("1200.00" JPY is 1200); digits that carry value are never dropped."""
        exact = Decimal(amount)
        rounded = exact.quantize(Decimal(1).scaleb(-currency_digits(currency)))
        return cls(rounded if rounded == exact else exact, currency)


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


class InvoiceLine(Struct, frozen=True):
    description: str
    amount: Decimal
    taxed: bool
    kind: str
    """WHMCS's item type; "Invoice" marks a mass payment, "AddFunds" a deposit."""


class Payment(Struct, frozen=True):
    """A payment (amount > 0) or a refund (amount < 0) on one invoice."""

    date: date | None
    gateway: str
    reference: str
    amount: Decimal


class Tax(Struct, frozen=True):
    rate: Decimal
    """Per cent."""
    amount: Decimal


class Invoice(Struct, frozen=True):
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


class EmailPreferences(Struct, frozen=True):
    """Which kinds of e-mail a client gets, by WHMCS's names for them."""

    general: bool = True
    invoice: bool = True
    support: bool = True
    product: bool = True
    domain: bool = True
    affiliate: bool = True


def full_name(first: str, last: str) -> str:
    """Family name first where it is written in Han characters, Kana or Hangul."""
    return (f"{last} {first}" if _EASTERN.search(last) else f"{first} {last}").strip()


_EASTERN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Client(Struct, frozen=True):
    """A WHMCS client: whom invoices are addressed to."""

    id: int
    owner_user_id: int | None
    first_name: str
    last_name: str
    company_name: str
    email: str
    address1: str
    address2: str
    city: str
    state: str
    postcode: str
    country: str
    """ISO 3166 alpha-2."""
    country_name: str
    phone: str
    tax_id: str
    language: str
    currency: str
    credit: Money
    status: str
    email_preferences: EmailPreferences | None = None
    """None: a WHMCS before 7.10, which has none."""

    @property
    def name(self) -> str:
        """The company, or else the person."""
        return self.company_name or self.person

    @property
    def person(self) -> str:
        return full_name(self.first_name, self.last_name)


class Gateway(Struct, frozen=True):
    """A way of paying that WHMCS offers."""

    id: str
    name: str


class PaymentMethod(Struct, frozen=True):
    """A saved card or bank account, as far as it may be shown. Tokens never get here."""

    id: int
    type: str
    """"card" or "bank_account"."""
    description: str
    gateway: str
    brand: str
    last_four: str
    expires_on: date | None
    """The last day on which it is valid."""


class Price(Struct, frozen=True):
    """What a product costs in one currency and cycle. `setup` is paid once, with the first period."""

    currency: str
    billing_cycle: str
    """monthly, quarterly, semiannually, annually, biennially, triennially, onetime or free."""
    amount: Decimal
    setup: Decimal


class Product(Struct, frozen=True):
    """What WHMCS sells, with the prices at which it is offered."""

    id: int
    name: str
    description: str
    takes_quantity: bool
    """Otherwise several are several lines of an order."""
    prices: tuple[Price, ...]
    fields: dict[str, int]
    """The custom fields that an order may fill, by name."""


class SubscriptionStatus(StrEnum):
    """WHMCS's own states of a service."""

    ACTIVE = "active"
    PENDING = "pending"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    TERMINATED = "terminated"
    FRAUD = "fraud"


class BillingCycle(StrEnum):
    """In the words in which an order names them."""

    FREE = "free"
    ONE_TIME = "onetime"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    SEMIANNUALLY = "semiannually"
    ANNUALLY = "annually"
    BIENNIALLY = "biennially"
    TRIENNIALLY = "triennially"


class Subscription(Struct, frozen=True):
    """What WHMCS calls a service. WHMCS names no currency here: it is the client's."""

    id: int
    client_id: int
    name: str
    group: str
    domain: str
    quantity: int
    status: SubscriptionStatus
    billing_cycle: BillingCycle
    amount: Decimal
    """For each period, of all `quantity` together; of what is paid once, that payment."""
    next_due_on: date | None
    started_on: date | None
    gateway: str


class Transaction(Struct, frozen=True):
    """Money that came in (amount > 0) or went back (amount < 0)."""

    id: int
    client_id: int
    on: date | None
    gateway: str
    description: str
    reference: str
    amount: Decimal
    currency_id: int | None
    """WHMCS's number of the currency; None: the client's own."""
    invoice_id: int | None


class CreditEntry(Struct, frozen=True):
    """One change of a client's credit: given (amount > 0) or used (amount < 0)."""

    id: int
    on: date | None
    description: str
    amount: Decimal


class QuoteStatus(StrEnum):
    """WHMCS's stages of a quote."""

    DRAFT = "draft"
    DELIVERED = "delivered"
    ON_HOLD = "on_hold"
    ACCEPTED = "accepted"
    LOST = "lost"
    DEAD = "dead"


class QuoteLine(Struct, frozen=True):
    description: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    """Per cent."""
    taxed: bool


class Quote(Struct, frozen=True):
    """An offer to a client, in the client's currency: WHMCS's own `currency` is for people who are no client yet."""

    id: int
    client_id: int
    subject: str
    status: QuoteStatus
    issued_on: date | None
    valid_until: date | None
    accepted_on: date | None
    subtotal: Decimal
    taxes: tuple[Decimal, ...]
    total: Decimal
    proposal: str
    notes: str
    lines: tuple[QuoteLine, ...]


class Contact(Struct, frozen=True):
    """Another person whom WHMCS writes to about this client."""

    id: int
    client_id: int
    first_name: str
    last_name: str
    company_name: str
    email: str
    address1: str
    address2: str
    city: str
    state: str
    postcode: str
    country: str
    """ISO 3166 alpha-2."""
    phone: str
    emails: tuple[str, ...]
    """The kinds of e-mail that this person gets: general, invoice, product, domain, support, affiliate."""


class Membership(Struct, frozen=True):
    """One client account that a WHMCS user owns or was invited to."""

    client_id: int
    is_owner: bool


class User(Struct, frozen=True):
    """A WHMCS user: a person who can sign in. Not a client."""

    id: int
    email: str
    first_name: str
    last_name: str
    memberships: tuple[Membership, ...]

"""What the stand-in WHMCS keeps: plain records, unescaped text, exact money. Answers are worded in `wire`."""

import datetime as dt
from decimal import Decimal

import msgspec

ZERO = Decimal("0.00")

ALL_PERMISSIONS = (
    "profile",
    "contacts",
    "products",
    "manageproducts",
    "productsso",
    "domains",
    "managedomains",
    "invoices",
    "quotes",
    "tickets",
    "affiliates",
    "emails",
    "orders",
)

DRAFT = "Draft"
UNPAID = "Unpaid"
PAID = "Paid"
PAYMENT_PENDING = "Payment Pending"
COLLECTIONS = "Collections"
CANCELLED = "Cancelled"
REFUNDED = "Refunded"
STATUSES = (DRAFT, UNPAID, PAID, PAYMENT_PENDING, COLLECTIONS, CANCELLED, REFUNDED)


class Currency(msgspec.Struct, frozen=True):
    id: int
    code: str
    prefix: str
    suffix: str
    format: int
    """1: 1234.56, 2: 1,234.56, 3: 1.234,56, 4: 1,234 (WHMCS's numbers)."""
    rate: str


class Gateway(msgspec.Struct, frozen=True):
    module: str
    displayname: str
    is_card: bool = False


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs in. Since WHMCS 8 a user is not a client: one may own or be invited to several."""

    id: int
    firstname: str
    lastname: str
    email: str
    password: str
    two_factor: bool = False
    datecreated: dt.datetime
    clients: dict[int, tuple[str, ...]] = {}
    """Permissions by client id; the owner of a client has all of them."""


class CreditEntry(msgspec.Struct, frozen=True):
    id: int
    date: dt.date
    description: str
    amount: Decimal
    relid: int = 0


class Client(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    owner_user_id: int
    firstname: str
    lastname: str
    companyname: str = ""
    email: str
    address1: str
    address2: str = ""
    city: str
    state: str = ""
    postcode: str
    country: str
    phonecc: str
    phone: str
    tax_id: str = ""
    language: str = ""
    currency: int = 1
    defaultgateway: str = "stripe"
    status: str = "Active"
    notes: str = ""
    taxexempt: bool = False
    allow_sso: bool = True
    datecreated: dt.date
    email_preferences: dict[str, str] = {}
    credits: tuple[CreditEntry, ...] = ()
    closed: bool = False

    @property
    def credit(self) -> Decimal:
        return sum((entry.amount for entry in self.credits), ZERO)


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


class PayMethod(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    client_id: int
    type: str
    """CreditCard, RemoteCreditCard, BankAccount or RemoteBankAccount."""
    description: str
    gateway: str
    last_four: str = ""
    expiry: str = ""
    """MM/YY, good to the month's end."""
    card_type: str = ""
    bank_name: str = ""
    remote_token: str = ""
    updated_at: dt.datetime
    order: int = 0
    """The lowest is the default; the API does not tell which that is."""


class Product(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    gid: int
    group: str
    name: str
    description: str
    module: str = ""
    hidden: bool = False
    allow_quantity: bool = False
    prices: dict[str, dict[str, Decimal]]
    """Currency code -> cycle -> price; a cycle that is not there is not offered (-1.00 in answers)."""
    custom_fields: tuple[tuple[int, str], ...] = ()


class Service(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    client_id: int
    product_id: int
    order_id: int
    registered: dt.date
    domain: str = ""
    dedicated_ip: str = ""
    amount: Decimal
    first_payment: Decimal
    gateway: str = "stripe"
    cycle: str = "Monthly"
    next_due: dt.date | None
    status: str = "Active"
    username: str = ""
    password: str = ""
    quantity: int = 1
    custom_fields: dict[int, str] = {}


class Order(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    number: str
    client_id: int
    requestor_id: int
    at: dt.datetime
    amount: Decimal
    gateway: str
    invoice_id: int
    service_ids: tuple[int, ...]
    status: str = "Pending"
    ip: str = "127.0.0.1"
    notes: str = ""


class QuoteLine(msgspec.Struct, frozen=True):
    id: int
    description: str
    quantity: str
    unit_price: Decimal
    discount: Decimal = ZERO
    """Per cent."""
    taxed: bool = False


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    client_id: int
    subject: str
    stage: str = "Delivered"
    """Draft, Delivered, On Hold, Accepted, Lost or Dead."""
    created: dt.date
    valid_until: dt.date
    accepted: dt.date | None = None
    tax: Decimal = ZERO
    proposal: str = ""
    customer_notes: str = ""
    admin_notes: str = ""
    lines: tuple[QuoteLine, ...] = ()


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    client_id: int
    firstname: str
    lastname: str
    email: str
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = "GB"
    phone: str = ""
    emails: tuple[str, ...] = ()
    """The kinds that it gets, e.g. "invoice"."""

"""Who signs in, who is billed, and what either may do."""

import datetime as dt
from decimal import Decimal

import msgspec

from .money import ZERO

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
    disable_autocc: bool = False
    datecreated: dt.date
    email_preferences: dict[str, str] = {}
    credits: tuple[CreditEntry, ...] = ()
    closed: bool = False

    @property
    def credit(self) -> Decimal:
        return sum((entry.amount for entry in self.credits), ZERO)

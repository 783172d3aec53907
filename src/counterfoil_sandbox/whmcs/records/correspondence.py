"""Quotes, and the contacts who get a client's e-mail."""

import datetime as dt
from decimal import Decimal

import msgspec

from .money import ZERO


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

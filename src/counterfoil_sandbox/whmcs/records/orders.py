"""Orders, and the services that they set up."""

import datetime as dt
from decimal import Decimal

import msgspec


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

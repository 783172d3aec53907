"""What an order is, and how far one can be. How orders are stored: repository.py."""

import secrets
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from counterfoil.model import Money
from counterfoil.orders.first_payment import first_payment
from counterfoil.stop_codes import StopCode


class Status(StrEnum):
    """What a customer sees."""

    ACCEPTED = "accepted"
    AWAITING_APPROVAL = "awaiting_approval"
    FULFILLING = "fulfilling"
    ACTIVE = "active"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What comes next. A step that is done is never done again; the one under way may be, so it looks first."""

    REGISTER = "register"
    """Make the order known to Salesforce."""
    CHECK = "check"
    """Is everything still as it was accepted, and is there a payment method?"""
    PLACE = "place"
    ACCEPT = "accept"
    DONE = "done"


class Item(Struct, frozen=True, omit_defaults=True):
    """`product_id` is None and `price` too when Salesforce's product names none; `crm_id` is the line over there."""

    product_id: int | None
    billing_cycle: str
    quantity: int
    name: str = ""
    price: Money | None = None
    """For one, each period; None when the customer was shown none, because sales staff made the order."""
    setup_fee: Money | None = None
    crm_id: str = ""


class Order(Struct, frozen=True):
    """One row of `portal_order`."""

    id: str
    origin: str
    client_id: int | None
    gateway: str
    items: tuple[Item, ...]
    status: Status
    step: Step
    created_at: datetime
    updated_at: datetime
    account_id: int | None = None
    """Who placed it; None when sales staff did."""
    idempotency_key: str | None = None
    body_hash: str | None = None
    attempt: int = 0
    """How often fulfilment was begun: by approval, or by Retry."""
    tries: int = 0
    """How often the next step has failed since one succeeded; `struggling_since` is when that began."""
    due_at: datetime | None = None
    """When a worker may take it; None: it waits for somebody, or is over."""
    struggling_since: datetime | None = None
    owner: str | None = None
    lease_until: datetime | None = None
    error_code: StopCode | None = None
    salesforce_id: str | None = None
    told: str = ""
    """What Salesforce was told last."""
    telling_tries: int = 0
    """How often Salesforce refused to be told how the order ended, since `telling_since`, for `telling_reason`."""
    telling_since: datetime | None = None
    telling_reason: str | None = None
    intent_at: datetime | None = None
    """AddOrder was about to be sent then, and what came of it is not known."""
    newest_before: int | None = None
    """The client's newest WHMCS order before that."""
    placing_client_id: int | None = None
    whmcs_order_id: int | None = None
    whmcs_invoice_id: int | None = None
    whmcs_service_ids: tuple[int, ...] = ()

    @property
    def total(self) -> Money | None:
        """What the first invoice comes to, before taxes; None when sales staff made the order."""
        return first_payment(self.items)


class OrderEvent(Struct, frozen=True):
    at: datetime
    step: str
    outcome: str


def new_order_id() -> str:
    """Never used before, in whatever database: Salesforce keeps it for good."""
    return secrets.token_hex(8)

"""What a client has ordered and pays for again and again."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct


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


class Subscription(Struct, frozen=True, omit_defaults=True):
    """What WHMCS calls a service. WHMCS names no currency here: it is the client's."""

    id: int
    client_id: int
    name: str
    group: str
    domain: str
    quantity: int
    status: SubscriptionStatus | None
    billing_cycle: BillingCycle | None
    amount: Decimal | None
    """For each period, of all `quantity` together; of what is paid once, that payment."""
    next_due_on: date | None
    started_on: date | None
    gateway: str
    unreadable: tuple[str, ...] = ()
    """What this is shown without, by the names of these fields: WHMCS has something there that cannot be read."""

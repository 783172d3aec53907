"""Offers."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct


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
    quantity: Decimal | None
    unit_price: Decimal | None
    discount: Decimal | None
    """Per cent."""
    taxed: bool
    unreadable: tuple[str, ...] = ()
    """What this is shown without, by the names of these fields: WHMCS has something there that cannot be read."""


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
    unreadable: tuple[str, ...] = ()
    """What this is shown without, by the names of these fields: WHMCS has something there that cannot be read."""

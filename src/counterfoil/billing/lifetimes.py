"""All lifetimes, and the table that says which event clears what. Nothing else decides about age.

One clear replaces the generation of one client: it costs about six entries, and nothing old can survive it. So the
table names whose data an event touches, not which entries.
"""

from enum import Enum
from typing import Self

from msgspec import Struct

from counterfoil.settings import Settings

NOT_FOUND_LIFETIME = 10.0
"""Seconds for which "there is no such invoice" is believed; a new invoice is opened by its owner within this time."""

HAND_OFF_WINDOW = 900.0
"""Seconds after an SSO hand-off in which WHMCS may be changed behind our back, so that nothing is believed for long."""

RETURN_WINDOW = 120.0
"""The same, from the customer's return on: WHMCS finishes what it does after a payment."""

GATE_AGE = 5.0
"""Seconds: what decides about money (may this be paid now?) is read again when it is older."""


class Lifetimes(Struct, frozen=True):
    """Seconds, counted from the start of the fetch."""

    invoice_list: float
    invoice: float
    client: float
    records: float
    """Of subscriptions, transactions, credit, quotes and contacts."""
    payment_methods: float
    shared: float

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            invoice_list=settings.cache_ttl_invoice_list,
            invoice=settings.cache_ttl_invoice,
            # The address and the currency are printed on the invoice, so they live as long.
            client=settings.cache_ttl_invoice,
            # They tell the same story as the invoice list, so they must not be older.
            records=settings.cache_ttl_invoice_list,
            payment_methods=settings.cache_ttl_payment_methods,
            shared=settings.cache_ttl_gateways,
        )


class Touches(Enum):
    """Whose data an event makes old."""

    CLIENT = "the client that it names"
    BOTH_CLIENTS = "the client that stays and the one merged into it"
    USER = "the memberships and sessions of one WHMCS user"
    EVERYBODY = "every client: the names of gateways stand on everybody's invoices"
    NOTHING = "nothing"


class Effect(Struct, frozen=True):
    """`resource` is what live pages are told has changed."""

    touches: Touches
    resource: str | None = None


_INVOICE = Effect(Touches.CLIENT, "invoice")
_INVOICES = Effect(Touches.CLIENT, "invoices")
_PROFILE = Effect(Touches.CLIENT, "profile")

EFFECTS: dict[str, Effect] = {
    "invoice.created": _INVOICES,
    "invoice.updated": _INVOICE,
    "invoice.paid": _INVOICE,
    "invoice.unpaid": _INVOICE,
    "invoice.cancelled": _INVOICE,
    "invoice.refunded": _INVOICE,
    "invoice.payment_added": _INVOICE,
    "invoice.deleted": _INVOICES,
    "client.updated": _PROFILE,
    "client.closed": _PROFILE,
    "client.deleted": _PROFILE,
    "client.merged": Effect(Touches.BOTH_CLIENTS, "invoices"),
    "payment_method.changed": Effect(Touches.CLIENT, "payment_methods"),
    "gateway.changed": Effect(Touches.EVERYBODY),
    "service.updated": Effect(Touches.CLIENT, "subscriptions"),
    "credit.changed": _INVOICES,
    "quote.updated": _INVOICES,
    "transaction.added": _INVOICES,
    "order.updated": Effect(Touches.CLIENT, "order"),
    "user.updated": Effect(Touches.USER),
    "ping": Effect(Touches.NOTHING),
}

UNKNOWN_EVENT = Effect(Touches.CLIENT, "invoices")
"""An event type of a newer sender: everything of the client that it names is cleared."""


def effect_of(event_type: str) -> Effect:
    return EFFECTS.get(event_type, UNKNOWN_EVENT)

"""The one table of what an event from WHMCS clears, and what open pages are told of it.

One clear replaces the generation of one client: it costs about six entries, and nothing old can survive it. So the
table names whose data an event touches, not which entries.
"""

from enum import Enum

from msgspec import Struct


class Touches(Enum):
    """Whose data an event makes old."""

    CLIENT = "the client that it names"
    BOTH_CLIENTS = "the client that stays and the one merged into it"
    USER = "the memberships and sessions of one WHMCS user"
    EVERYBODY = "every client: the names of gateways stand on everybody's invoices"
    NOTHING = "nothing"


class Effect(Struct, frozen=True):
    """`resource` is what live pages are told has changed. `ends_rights`: who sees the client has to be asked anew.
    `signs_out`: the user's sessions and access tokens end.
    """

    touches: Touches
    resource: str | None = None
    ends_rights: bool = False
    signs_out: bool = False


_INVOICE = Effect(Touches.CLIENT, "invoice")
_INVOICES = Effect(Touches.CLIENT, "invoices")
_PROFILE = Effect(Touches.CLIENT, "profile")
_GONE = Effect(Touches.CLIENT, "profile", ends_rights=True)

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
    "client.closed": _GONE,
    "client.deleted": _GONE,
    "client.merged": Effect(Touches.BOTH_CLIENTS, "invoices", ends_rights=True),
    "payment_method.changed": Effect(Touches.CLIENT, "payment_methods"),
    "gateway.changed": Effect(Touches.EVERYBODY),
    "service.updated": Effect(Touches.CLIENT, "subscriptions"),
    "credit.changed": _INVOICES,
    "quote.updated": _INVOICES,
    "transaction.added": _INVOICES,
    "order.updated": Effect(Touches.CLIENT, "order"),
    "user.updated": Effect(Touches.USER),
    "user.password_changed": Effect(Touches.USER, signs_out=True),
    "ping": Effect(Touches.NOTHING),
}

UNKNOWN_EVENT = Effect(Touches.CLIENT, "invoices")
"""An event type of a newer sender: everything of the client that it names is cleared."""


def effect_of(event_type: str) -> Effect:
    return EFFECTS.get(event_type, UNKNOWN_EVENT)

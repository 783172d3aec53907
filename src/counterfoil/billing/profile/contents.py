"""What a profile holds: of a WHMCS client that which its people may see and change."""

from datetime import datetime

import msgspec
from msgspec import Struct

from counterfoil.billing.profile.phones import canonical
from counterfoil.billing.profile.rules import TEXTS
from counterfoil.model import Client, EmailPreferences

PREFERENCES = "email_preferences"
KINDS = tuple(field.name for field in msgspec.structs.fields(EmailPreferences))


class Profile(Struct, frozen=True):
    """`language` in WHMCS's words, e.g. "german"; `phone` in E.164 when it can be read as a number."""

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
    phone: str
    tax_id: str
    language: str
    email_preferences: EmailPreferences | None
    as_of: datetime
    unreadable: tuple[str, ...] = ()
    """Of these fields: what WHMCS has and cannot be read. They are empty, or null."""


def texts_of(client: Client) -> dict[str, str]:
    """What may be edited, as it is shown; `email_preferences` is not among it."""
    return {**{name: getattr(client, name) for name in TEXTS}, "phone": canonical(client.phone, client.country)}


def profile_of(client: Client, as_of: datetime) -> Profile:
    shown = tuple(name for name in client.unreadable if name in {*TEXTS, PREFERENCES})
    return Profile(**texts_of(client), email_preferences=client.email_preferences, as_of=as_of, unreadable=shown)


def contents_of(client: Client) -> dict[str, str | EmailPreferences | None]:
    """The fields of a Profile without its time."""
    return {**texts_of(client), PREFERENCES: client.email_preferences}

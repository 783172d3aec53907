"""Saved cards and bank accounts."""

from datetime import date

from msgspec import Struct


class PaymentMethod(Struct, frozen=True):
    """A saved card or bank account, as far as it may be shown. Tokens never get here."""

    id: int
    type: str
    """"card" or "bank_account"."""
    description: str
    gateway: str
    brand: str
    last_four: str
    expires_on: date | None
    """The last day on which it is valid."""
    unreadable: tuple[str, ...] = ()
    """What this is shown without, by the names of these fields: WHMCS has something there that cannot be read."""

"""Money that moved."""

from datetime import date
from decimal import Decimal

from msgspec import Struct


class Transaction(Struct, frozen=True):
    """Money that came in (amount > 0) or went back (amount < 0)."""

    id: int
    client_id: int
    on: date | None
    gateway: str
    description: str
    reference: str
    amount: Decimal
    currency_id: int | None
    """WHMCS's number of the currency; None: the client's own."""
    invoice_id: int | None
    unreadable: tuple[str, ...] = ()
    """What this is shown without, by the names of these fields: WHMCS has something there that cannot be read."""

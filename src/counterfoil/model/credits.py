"""What a client has left over from before."""

from datetime import date
from decimal import Decimal

from msgspec import Struct


class CreditEntry(Struct, frozen=True):
    """One change of a client's credit: given (amount > 0) or used (amount < 0)."""

    id: int
    on: date | None
    description: str
    amount: Decimal
    unreadable: tuple[str, ...] = ()
    """What this is shown without, by the names of these fields: WHMCS has something there that cannot be read."""

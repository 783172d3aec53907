"""What the form of an order sends, and what it means: everything is text until it is understood."""

import re
from decimal import Decimal

from msgspec import Struct

from counterfoil.errors import ValidationFailed
from counterfoil.model import Money
from counterfoil.orders.checkout import MOST_OF_ONE, Wanted

_SEEN = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,4})?) ([A-Z]{3})", re.ASCII)
LONGEST_NUMBER = 10
"""Digits; Python itself refuses to read some thousands."""

AGREED = "agreed"


class TermsNotAgreed(ValidationFailed):
    """Nothing is ordered without."""

    detail = "Agree to the terms before you order."


class Choice(Struct):
    """`offer` is product and cycle, "2:monthly"; `seen` the first payment that the customer was shown; `again` the
    order of a moment ago that they know of and want a second time.
    """

    offer: str = ""
    quantity: str = "1"
    gateway: str = ""
    key: str = ""
    seen: str = ""
    again: str = ""
    terms: str = ""
    """AGREED, of whoever has said so."""

    @property
    def number(self) -> int:
        """1 where it is none; not yet within bounds."""
        return _whole(self.quantity) or 1

    @property
    def wanted(self) -> Wanted | None:
        """Within bounds; None when it names no product."""
        product, _, billing_cycle = self.offer.partition(":")
        number = _whole(product)
        return None if number is None else Wanted(number, billing_cycle, min(max(self.number, 1), MOST_OF_ONE))

    @property
    def agreed(self) -> Money:
        """The first payment that the customer was shown, "98.00 EUR"; what is none agrees with no price."""
        found = _SEEN.fullmatch(self.seen)
        return Money(Decimal(found[1]), found[2]) if found else Money(Decimal(0), "")

    def require_terms(self, terms_url: str) -> None:
        """Raises TermsNotAgreed; where the operator has none, there is nothing to agree to."""
        if terms_url and self.terms != AGREED:
            raise TermsNotAgreed(("terms", TermsNotAgreed.detail))


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER else None

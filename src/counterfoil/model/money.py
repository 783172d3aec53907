"""Amounts, each in one currency."""

from decimal import Decimal
from functools import lru_cache
from typing import Self

from babel.numbers import get_currency_precision
from msgspec import Struct

LONGEST_CURRENCY = 16
"""Characters of a code, three by ISO 4217; operators may have made up their own."""


@lru_cache(256)
def currency_digits(currency: str) -> int:
    """Digits after the point, by CLDR (ISO 4217's): EUR 2, JPY 0, BHD 3. Unknown codes have 2."""
    return get_currency_precision(currency)


class Money(Struct, frozen=True):
    """An amount in one currency. Amounts of different currencies are never added."""

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, amount: Decimal | str, currency: str) -> Self:
        """In the currency's own digits ("1200.00" JPY is 1200); digits that carry value are never dropped."""
        exact = Decimal(amount)
        rounded = exact.quantize(Decimal(1).scaleb(-currency_digits(currency)))
        return cls(rounded if rounded == exact else exact, currency)

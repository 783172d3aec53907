"""Amounts, each in one currency."""

from decimal import Decimal
from typing import Self

from msgspec import Struct

LONGEST_CURRENCY = 16
"""Characters of a code, three by ISO 4217; operators may have made up their own."""

_DIGITS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
"""Minor units by ISO 4217, where they are not 2. Unicode's CLDR tells another thing: how people usually write amounts,
with no para after a dinar. Nobody would find 12.50 RSD again that is shown as 13.
https://www.six-group.com/en/products-services/financial-information/data-standards.html"""


def currency_digits(currency: str) -> int:
    """Digits after the point: EUR 2, JPY 0, BHD 3. Unknown codes have 2."""
    return _DIGITS.get(currency.upper(), 2)


class Money(Struct, frozen=True):
    """An amount in one currency. Amounts of different currencies are never added."""

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, amount: Decimal | str, currency: str) -> Self:
        """In the currency's own digits ("1200.00" JPY is 1200); digits that carry value are never dropped. Nothing has
        no sign: there is no -0.00.
        """
        exact = Decimal(amount)
        exact = exact or abs(exact)
        rounded = exact.quantize(Decimal(1).scaleb(-currency_digits(currency)))
        return cls(rounded if rounded == exact else exact, currency)

"""Exact money, and the currencies that it is in."""

from decimal import Decimal

import msgspec

ZERO = Decimal("0.00")


class Currency(msgspec.Struct, frozen=True):
    id: int
    code: str
    prefix: str
    suffix: str
    format: int
    """1: 1234.56, 2: 1,234.56, 3: 1.234,56, 4: 1,234 (WHMCS's numbers)."""
    rate: str

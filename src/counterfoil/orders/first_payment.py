"""What an order comes to at first: the sum that a customer agrees to, and that the limit of a day counts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from counterfoil.model import Money


class Priced(Protocol):
    """What of an order's line is needed here; repository.Item is one."""

    @property
    def quantity(self) -> int: ...
    @property
    def price(self) -> Money | None: ...
    @property
    def setup_fee(self) -> Money | None: ...


def first_payment(items: Sequence[Priced]) -> Money | None:
    """What the first invoice comes to, before taxes; None when a price is not known: sales staff made the order."""
    prices = [item.price for item in items if item.price is not None]
    if len(prices) != len(items) or not prices:
        return None
    fees = [item.setup_fee.amount if item.setup_fee else Decimal(0) for item in items]
    each = ((price.amount + fee) * item.quantity for price, fee, item in zip(prices, fees, items, strict=True))
    return Money.of(sum(each, Decimal(0)), prices[0].currency)

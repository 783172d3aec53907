"""What is sold, and for how much."""

from decimal import Decimal

from msgspec import Struct


class Price(Struct, frozen=True):
    """What a product costs in one currency and cycle. `setup` is paid once, with the first period."""

    currency: str
    billing_cycle: str
    """monthly, quarterly, semiannually, annually, biennially, triennially, onetime or free."""
    amount: Decimal
    setup: Decimal


class Product(Struct, frozen=True):
    """What WHMCS sells, with the prices at which it is offered."""

    id: int
    name: str
    description: str
    takes_quantity: bool
    """Otherwise several are several lines of an order."""
    prices: tuple[Price, ...]
    fields: dict[str, int]
    """The custom fields that an order may fill, by name."""

"""What can be bought, and the gateways by which it is paid."""

from decimal import Decimal

import msgspec


class Gateway(msgspec.Struct, frozen=True):
    module: str
    displayname: str
    is_card: bool = False


class Product(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    gid: int
    group: str
    name: str
    description: str
    module: str = ""
    hidden: bool = False
    allow_quantity: bool = False
    prices: dict[str, dict[str, Decimal]]
    """Currency code -> cycle -> price; a cycle that is not there is not offered (-1.00 in answers)."""
    custom_fields: tuple[tuple[int, str], ...] = ()

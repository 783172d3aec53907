"""Ways of paying. What a customer has saved for one: payment_methods.py."""

from msgspec import Struct


class Gateway(Struct, frozen=True):
    """A way of paying that WHMCS offers."""

    id: str
    name: str

"""What customers call a gateway, in place of WHMCS's short name of its module."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from counterfoil.model import Gateway
from counterfoil.web.text.catalogue import translatable

NameOf: TypeAlias = Callable[[str], str]

OTHER = translatable("Other way of paying")
"""Of one that was switched off WHMCS tells no more than its module, which is no word of anybody's. A text of the
catalogue: templates say names of gateways with the filter `word`."""


def naming(gateways: Iterable[Gateway]) -> NameOf:
    """None is none: an empty name stays empty."""
    names = {gateway.id: gateway.name for gateway in gateways}
    return lambda module: names.get(module, OTHER) if module else ""

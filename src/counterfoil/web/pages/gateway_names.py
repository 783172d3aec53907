"""Gateways as customers know them, in place of WHMCS's short names."""

from collections.abc import Callable
from typing import Any, TypeAlias

from counterfoil.billing.reading import Reading
from counterfoil.web.services import Services

NameOf: TypeAlias = Callable[[str], str]


async def with_gateways(services: Services, reading: Reading[Any]) -> tuple[Reading[Any], NameOf]:
    """The reading, as old as itself, while the names hold. A gateway that was switched off meanwhile keeps its short
    name.
    """
    gateways = await services.gateways.read()
    names = {gateway.id: gateway.name for gateway in gateways.value}
    named = reading._replace(expires_at=min(reading.expires_at, gateways.expires_at))
    return named, lambda module: names.get(module, module)

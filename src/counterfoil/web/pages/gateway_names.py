"""Gateways as customers know them, in place of WHMCS's short names."""

from typing import Any

from counterfoil.billing.reading import Reading
from counterfoil.web.services import Services
from counterfoil.web.views.money.gateways import NameOf, naming


async def with_gateways(services: Services, reading: Reading[Any]) -> tuple[Reading[Any], NameOf]:
    """The reading, as old as itself, while the names hold."""
    gateways = await services.gateways.read()
    named = reading._replace(expires_at=min(reading.expires_at, gateways.expires_at))
    return named, naming(gateways.value)

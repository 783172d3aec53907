"""The ways of paying that WHMCS offers. The same for every customer."""

from typing import Protocol

import msgspec

from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.reading import Reading, part_of, reading_of
from counterfoil.cache import Cache
from counterfoil.cache.scopes import SHARED_SCOPE
from counterfoil.model import Gateway

_gateways = msgspec.json.Decoder(tuple[Gateway, ...])


class _GatewaySource(Protocol):
    async def get_payment_methods(self) -> tuple[Gateway, ...]: ...


class Gateways:
    def __init__(self, source: _GatewaySource, cache: Cache, lifetimes: Lifetimes, timeout: float) -> None:
        self._source = source
        self._cache = cache
        self._lifetime = lifetimes.shared
        self._timeout = timeout

    async def read(self) -> Reading[tuple[Gateway, ...]]:
        """Raises BillingUnavailable."""
        part = part_of("gateways", self._lifetime, self._source.get_payment_methods)
        snapshot = await self._cache.read(SHARED_SCOPE, [part], within=self._timeout)
        return reading_of(_gateways.decode(snapshot.entries[0].value), snapshot)

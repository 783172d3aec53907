"""The ways of paying that WHMCS offers. The same for every customer."""

from typing import Protocol

import msgspec

from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.reading import Reading, part_of, reading
from counterfoil.cache import Cache
from counterfoil.cache.scopes import SHARED_SCOPE
from counterfoil.model import Gateway

_gateways = msgspec.json.Decoder(tuple[Gateway, ...])


class _Api(Protocol):
    async def get_payment_methods(self) -> tuple[Gateway, ...]: ...


class Gateways:
    def __init__(self, api: _Api, cache: Cache, lifetimes: Lifetimes, timeout: float) -> None:
        self._api = api
        self._cache = cache
        self._lifetime = lifetimes.shared
        self._patience = timeout

    async def read(self) -> Reading[tuple[Gateway, ...]]:
        """Raises BillingUnavailable."""
        part = part_of("gateways", self._lifetime, self._api.get_payment_methods)
        snapshot = await self._cache.read(SHARED_SCOPE, [part], within=self._patience)
        return reading(_gateways.decode(snapshot.entries[0].value), snapshot)

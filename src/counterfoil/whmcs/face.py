"""One WHMCS installation: the client that calls it, and its API by noun. Who may ask for what is decided above."""

import time
from collections.abc import Callable

from counterfoil.settings import Settings
from counterfoil.tracing import Tracing
from counterfoil.whmcs.addon_api import WhmcsAddon
from counterfoil.whmcs.api import WhmcsApi
from counterfoil.whmcs.client import WhmcsClient
from counterfoil.whmcs.orders_api import WhmcsOrders
from counterfoil.whmcs.records_api import WhmcsRecords


class Whmcs:
    """Owns its connections: `close()` it. `clock` drives breaker and queue."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
        tracing: Tracing | None = None,
    ) -> None:
        self._client = WhmcsClient(
            url=settings.whmcs_url,
            identifier=settings.whmcs_identifier,
            secret=settings.whmcs_secret,
            access_key=settings.whmcs_access_key,
            timeout=settings.whmcs_timeout_seconds,
            max_concurrency=settings.whmcs_max_concurrency,
            clock=clock,
            tracing=tracing,
        )
        timezone = settings.whmcs_timezone
        self.health = self._client.health
        self.api = WhmcsApi(self._client, timezone=timezone, public_url=settings.pages_url)
        self.records = WhmcsRecords(self._client, timezone=timezone)
        self.orders = WhmcsOrders(self._client)
        self.addon = WhmcsAddon(self._client, timezone=timezone)

    async def close(self) -> None:
        await self._client.close()

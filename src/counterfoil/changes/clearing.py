"""Carries out what an event from WHMCS asks for: clears whom it touches and tells the open pages."""

from collections.abc import Mapping
from typing import Protocol

import msgspec
import structlog
from msgspec import Struct

from counterfoil.billing.lifetimes import UNKNOWN_EVENT, Effect, Touches, effect_of
from counterfoil.cache import Cache
from counterfoil.cache.scopes import SHARED_SCOPE, client_scope
from counterfoil.errors import Unavailable
from counterfoil.model import Invoice

_log = structlog.get_logger(__name__)


class Changed(Struct, frozen=True):
    """What a live page is told. It carries no data: the page reads again."""

    resource: str
    id: int | str | None = None
    """WHMCS's number; a text is an order's id in the portal."""


class _InvoiceReader(Protocol):
    async def get_invoice(self, invoice_id: int) -> Invoice | None: ...


class Changes:
    def __init__(self, cache: Cache, api: _InvoiceReader) -> None:
        self._cache = cache
        self._api = api

    async def touched(self, event_type: str, data: Mapping[str, int]) -> list[int] | None:
        """The clients whose data an event makes old; None for all of them. May have to ask WHMCS."""
        effect = effect_of(event_type)
        if effect.touches is Touches.NOTHING or effect.touches is Touches.USER:
            return []
        return await self._clients(effect, data)

    async def apply(
        self, event_type: str, data: Mapping[str, int], clients: list[int] | None, *, tell: bool = True
    ) -> None:
        """Returns when the clear holds in every process: what was visible in WHMCS by then is shown from then on.
        `tell`: open pages too.

        Raises CacheUnavailable when it cannot be made to hold: the sender must try again.
        """
        if clients is None:
            # The gateways first: what a client's new generation is made of is read after this, hence new as well.
            await self._cache.clear(SHARED_SCOPE)
            await self._cache.clear_everything()
        elif clients:
            await self._cache.clear(*(client_scope(client_id) for client_id in clients))
            if tell:
                await self._tell(clients, effect_of(event_type), data)

    async def _clients(self, effect: Effect, data: Mapping[str, int]) -> list[int] | None:
        if effect.touches is Touches.EVERYBODY:
            return None
        named = [data[key] for key in ("client_id", "merged_client_id") if key in data]
        if named:
            return named
        if "invoice_id" in data:
            return await self._owner_of(data["invoice_id"])
        # Of a type that we know, somebody's data did change: nobody is named, so everybody's may have.
        return None if effect is not UNKNOWN_EVENT else []

    async def _owner_of(self, invoice_id: int) -> list[int] | None:
        # Some hooks know only the invoice. When WHMCS cannot say whose it is (it may be deleted already),
        # clearing too much costs reads, clearing too little would cost truth.
        try:
            invoice = await self._api.get_invoice(invoice_id)
        except Unavailable:
            invoice = None
        _log.info("webhook names no client", invoice_id=invoice_id, found=invoice is not None)
        return [invoice.client_id] if invoice else None

    async def _tell(self, clients: list[int], effect: Effect, data: Mapping[str, int]) -> None:
        if effect.resource is None:
            return
        ids = {"invoice": "invoice_id", "order": "order_id", "subscriptions": "service_id"}
        message = msgspec.json.encode(Changed(effect.resource, data.get(ids.get(effect.resource, ""))))
        for client_id in clients:
            await self._cache.publish(client_scope(client_id), message)

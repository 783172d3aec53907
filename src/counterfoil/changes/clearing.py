"""Carries out what an event from WHMCS asks for: clears whom it touches and tells the open pages."""

from collections.abc import Mapping
from typing import Protocol

import structlog

from counterfoil.billing.announcements import Changed, announce
from counterfoil.cache import Cache
from counterfoil.cache.scopes import SHARED_SCOPE, client_scope
from counterfoil.changes.effects import UNKNOWN_EVENT, Effect, Touches, effect_of
from counterfoil.errors import Unavailable
from counterfoil.model import Invoice
from counterfoil.whmcs.webhooks import Event

_log = structlog.get_logger(__name__)


class InvoiceSource(Protocol):
    """What of WHMCS is needed here; whmcs.api.WhmcsApi is one."""

    async def get_invoice(self, invoice_id: int) -> Invoice | None: ...


class Clearing:
    def __init__(self, cache: Cache, invoices: InvoiceSource) -> None:
        self._cache = cache
        self._invoices = invoices

    async def clients_of(self, event: Event) -> list[int] | None:
        """The clients whose data an event makes old; None for all of them. May have to ask WHMCS."""
        effect = effect_of(event.type)
        if effect.touches is Touches.NOTHING or effect.touches is Touches.USER:
            return []
        if effect.touches is Touches.EVERYBODY:
            return None
        named = [event.data[key] for key in ("client_id", "merged_client_id") if key in event.data]
        if named:
            return named
        if "invoice_id" in event.data:
            return await self._owner_of(event.data["invoice_id"])
        # Of a type that we know, somebody's data did change: nobody is named, so everybody's may have.
        return None if effect is not UNKNOWN_EVENT else []

    async def _owner_of(self, invoice_id: int) -> list[int] | None:
        # Some hooks know only the invoice. When WHMCS cannot say whose it is (it may be deleted already),
        # clearing too much costs reads, clearing too little would cost truth.
        try:
            invoice = await self._invoices.get_invoice(invoice_id)
        except Unavailable:
            invoice = None
        _log.info("webhook names no client", invoice_id=invoice_id, found=invoice is not None)
        return [invoice.client_id] if invoice else None

    async def clear(self, event: Event, clients: list[int] | None, *, announces: bool) -> None:
        """Returns when the clear holds in every process: what was visible in WHMCS by then is shown from then on.
        `clients` as `clients_of` gives them. `announces`: open pages are told, too.

        Raises CacheUnavailable when it cannot be made to hold: the sender must try again.
        """
        if clients is None:
            # What is shared first: what a client's new generation is made of is read after this, hence new as well.
            await self._cache.clear(SHARED_SCOPE)
            await self._cache.clear_everything()
        elif clients:
            await self._cache.clear(*(client_scope(client_id) for client_id in clients))
            if announces:
                await self._announce(clients, effect_of(event.type), event.data)

    async def _announce(self, clients: list[int], effect: Effect, data: Mapping[str, int]) -> None:
        if effect.resource is None:
            return
        ids = {"invoice": "invoice_id", "order": "order_id", "subscriptions": "service_id"}
        changed = Changed(effect.resource, data.get(ids.get(effect.resource, "")))
        for client_id in clients:
            await announce(self._cache, client_id, changed)

"""Orders in WHMCS: placing, looking for and accepting one, each beside the clear that it needs. When: orders/."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from counterfoil.billing.announcements import Changed, announce
from counterfoil.cache import Cache, CacheUnavailable
from counterfoil.cache.scopes import client_scope
from counterfoil.whmcs.addon_api import InProgress, NotOffered
from counterfoil.whmcs.orders_api import Line, NotPlaced, OrderedService, OrderRefused, OrderRow, Placed

__all__ = ["BillingOrders", "InProgress", "Line", "NotPlaced", "OrderRefused", "OrderRow", "OrderedService", "Placed"]


class _OrderMethods(Protocol):
    async def add_order(self, client_id: int, gateway: str, lines: Sequence[Line], tag: str) -> Placed: ...
    async def accept_order(self, order_id: int) -> None: ...
    async def get_order(self, order_id: int) -> OrderRow | None: ...
    async def get_ordered_services(self, client_id: int) -> tuple[OrderedService, ...]: ...


class _AddonOrders(Protocol):
    async def add_order(self, client_id: int, gateway: str, lines: Sequence[Line], tag: str) -> Placed: ...


class BillingOrders:
    """Every method raises BillingUnavailable; the writes raise OrderRefused too."""

    def __init__(self, methods: _OrderMethods, cache: Cache, addon: _AddonOrders | None = None) -> None:
        """`addon`: places an order once, however often the same is asked for, where WHMCS has it."""
        self._methods = methods
        self._cache = cache
        self._addon = addon

    async def place(self, client_id: int, gateway: str, lines: Sequence[Line], tag: str) -> Placed:
        """Raises NotPlaced when nothing can have come of it, InProgress while an earlier try of the same is at work;
        after BillingUnavailable, look.
        """
        try:
            if self._addon is not None:
                with suppress(NotOffered):
                    return await self._addon.add_order(client_id, gateway, lines, tag)
            return await self._methods.add_order(client_id, gateway, lines, tag)
        finally:
            await self._forget(client_id)

    async def accept(self, client_id: int, order_id: int) -> None:
        """May have been done after BillingUnavailable; look at `order` before it is asked for again."""
        try:
            await self._methods.accept_order(order_id)
        finally:
            await self._forget(client_id)

    async def order(self, order_id: int) -> OrderRow | None:
        """Of whatever client."""
        return await self._methods.get_order(order_id)

    async def services(self, client_id: int) -> tuple[OrderedService, ...]:
        """As WHMCS has them now."""
        return await self._methods.get_ordered_services(client_id)

    async def announce_moved(self, client_id: int, order_id: str) -> None:
        """That a portal order has moved."""
        await announce(self._cache, client_id, Changed("order", order_id))

    async def _forget(self, client_id: int) -> None:
        # An order makes an invoice and services, also when its answer got lost. With the cache away nothing is cached.
        with suppress(CacheUnavailable):
            await self._cache.clear(client_scope(client_id))

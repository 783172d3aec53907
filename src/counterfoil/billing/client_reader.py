"""How a client's lists other than invoices are read: each whole, with the client, of one generation."""

from collections.abc import Awaitable, Callable, Sized

from counterfoil.billing.clients import Clients, decode_client
from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.reading import part_of
from counterfoil.cache import Cache, Part, Snapshot
from counterfoil.cache.scopes import client_scope
from counterfoil.model import Client


class ClientReader:
    """WHMCS names no currency in most of these lists, hence the client."""

    def __init__(self, cache: Cache, lifetimes: Lifetimes, clients: Clients, timeout: float) -> None:
        self._cache = cache
        self._lifetime = lifetimes.records
        self._clients = clients
        self._timeout = timeout

    def part(self, name: str, client_id: int, fetch: Callable[[], Awaitable[Sized | None]]) -> Part:
        """An empty list is only believed of a client that WHMCS has. None: it cannot be read."""

        async def fetched() -> Sized | None:
            found = await fetch()
            if found is not None and not found:
                await self._clients.require_open(client_id)
            return found

        return part_of(name, self._lifetime, fetched)

    async def read(self, client_id: int, part: Part) -> tuple[bytes, Client, Snapshot]:
        """Raises BillingUnavailable, AccountClosed."""
        parts = [part, self._clients.part(client_id)]
        snapshot = await self._cache.read(client_scope(client_id), parts, within=self._timeout)
        value, client = (entry.value for entry in snapshot.entries)
        return value, decode_client(client), snapshot

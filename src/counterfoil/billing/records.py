"""How what WHMCS keeps of a client beside invoices is read: each list whole, with the client, of one generation."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

from counterfoil.billing.clients import Clients, decode_client
from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.reading import part_of
from counterfoil.cache import Cache, Part, Snapshot
from counterfoil.cache.scopes import client_scope
from counterfoil.model import Client

Item = TypeVar("Item")


class Paged(Struct, Generic[Item], frozen=True):
    """One page of a list, as the API shows it. `page` counts from 1."""

    items: tuple[Item, ...]
    page: int
    page_size: int
    total: int
    as_of: datetime


def page_of(items: Sequence[Item], page: int, page_size: int, as_of: datetime) -> Paged[Item]:
    start = (page - 1) * page_size
    return Paged(tuple(items[start : start + page_size]), page, page_size, len(items), as_of)


class ClientReader:
    """What the readers of this room share. WHMCS names no currency in most of these lists, hence the client."""

    def __init__(self, cache: Cache, lifetimes: Lifetimes, clients: Clients, timeout: float) -> None:
        self._cache = cache
        self._lifetime = lifetimes.records
        self._clients = clients
        self._patience = timeout

    def part(self, name: str, fetch: Callable[[], Awaitable[object]]) -> Part:
        return part_of(name, self._lifetime, fetch)

    async def read(self, client_id: int, part: Part) -> tuple[bytes, Client, Snapshot]:
        """Raises BillingUnavailable."""
        parts = [part, self._clients.part(client_id)]
        snapshot = await self._cache.read(client_scope(client_id), parts, within=self._patience)
        value, client = (entry.value for entry in snapshot.entries)
        return value, decode_client(client), snapshot

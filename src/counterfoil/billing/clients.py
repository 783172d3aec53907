"""The WHMCS client: whose account it is, its address and its currency."""

from typing import Protocol

import msgspec

from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.reading import Reading, part_of, reading_of
from counterfoil.cache import Cache, Part
from counterfoil.cache.scopes import client_scope
from counterfoil.errors import BillingUnavailable, ClientNotFound, RecordUnreadable
from counterfoil.model import Client

_client = msgspec.json.Decoder(Client | None)


class _ClientSource(Protocol):
    async def get_clients_details(self, client_id: int) -> Client | None: ...


class Clients:
    def __init__(self, source: _ClientSource, cache: Cache, lifetimes: Lifetimes, timeout: float) -> None:
        self._source = source
        self._cache = cache
        self._lifetime = lifetimes.client
        self._timeout = timeout

    def part(self, client_id: int) -> Part:
        """For pages that show it beside other things."""
        return part_of("client", self._lifetime, lambda: self._source.get_clients_details(client_id))

    async def read(self, client_id: int) -> Reading[Client]:
        """Raises ClientNotFound when WHMCS has none, BillingUnavailable when it does not say."""
        snapshot = await self._cache.read(client_scope(client_id), [self.part(client_id)], within=self._timeout)
        client = _client.decode(snapshot.entries[0].value)
        if client is None:
            raise ClientNotFound
        return reading_of(client, snapshot)

    async def cached(self, client_id: int) -> Client | None:
        """As it may be shown right now, without asking WHMCS. None: not known."""
        (entry,) = (await self._cache.peek(client_scope(client_id), ["client"])).entries
        client: Client | None = _client.decode(entry.value) if entry else None
        return client

    async def name(self, client_id: int) -> str:
        """What the account switcher says; a client that WHMCS has no more still has its number."""
        name, _ = await self.name_and_language(client_id)
        return name

    async def name_and_language(self, client_id: int) -> tuple[str, str]:
        """The language in WHMCS's words."""
        try:
            client = (await self.read(client_id)).value
        except (ClientNotFound, RecordUnreadable):
            # Whoever has several must get in all the same: WHMCS answers, so this is about one record.
            return f"#{client_id}", ""
        return client.name, client.language


def decode_client(value: bytes) -> Client:
    """The client of an invoice. Without it there is no currency, hence no whole answer."""
    client: Client | None = _client.decode(value)
    if client is None:
        raise BillingUnavailable("WHMCS has an invoice but not its client")
    return client

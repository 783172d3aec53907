"""The WHMCS client: whose account it is, its address and its currency."""

from typing import Protocol

import msgspec

from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.reading import Reading, part_of, reading_of
from counterfoil.cache import Cache, Part
from counterfoil.cache.scopes import client_scope
from counterfoil.errors import AccountClosed, RecordUnreadable
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
        """Raises AccountClosed when WHMCS has none that is open, BillingUnavailable when it does not say."""
        snapshot = await self._cache.read(client_scope(client_id), [self.part(client_id)], within=self._timeout)
        return reading_of(decode_client(snapshot.entries[0].value), snapshot)

    async def require_open(self, client_id: int) -> None:
        """WHMCS's word of now, past every cache. Of a client that it does not have it lists nothing, without a word, so
        that whoever believes an empty list asks this first. Raises AccountClosed.
        """
        _open(await self._source.get_clients_details(client_id))

    async def cached(self, client_id: int) -> Client | None:
        """As it may be shown right now, without asking WHMCS. None: not known."""
        (entry,) = (await self._cache.peek(client_scope(client_id), ["client"])).entries
        client: Client | None = _client.decode(entry.value) if entry else None
        return client

    async def name(self, client_id: int) -> str:
        """What the account switcher says; a client that WHMCS has no more still has its number."""
        found = await self.name_and_language(client_id)
        return found[0] if found else f"#{client_id}"

    async def name_and_language(self, client_id: int) -> tuple[str, str] | None:
        """The language in WHMCS's words. None: the account is closed."""
        try:
            client = (await self.read(client_id)).value
        except AccountClosed:
            return None
        except RecordUnreadable:
            # Whoever has several must get in all the same: WHMCS answers, so this is about one record.
            return f"#{client_id}", ""
        return client.name, client.language


def client_of(value: bytes) -> Client | None:
    """Open or not."""
    client: Client | None = _client.decode(value)
    return client


def decode_client(value: bytes) -> Client:
    """The client that something is read with. Raises AccountClosed: nothing of a client that is gone is shown."""
    return _open(_client.decode(value))


def _open(client: Client | None) -> Client:
    if client is None or client.is_closed:
        raise AccountClosed
    return client

"""Which WHMCS clients a person may look at, and with which permissions: WHMCS's memberships under staff's decisions.

owner in WHMCS                         everything
invited in WHMCS                       what WHMCS permits; nothing when it names nothing
linked by staff, unknown to WHMCS      everything
closed or deleted in WHMCS             not visible, whoever linked it
unlinked by staff                      not visible, whatever WHMCS says
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import NamedTuple, Protocol

import msgspec
from msgspec import Struct, structs
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.accounts.directory import NoUserList, UserLookup, find_user
from counterfoil.accounts.links import Decisions, decisions
from counterfoil.accounts.people import Account
from counterfoil.accounts.viewer import ClientAccess
from counterfoil.cache import Fetched, Part, Peek, Snapshot
from counterfoil.cache.scopes import user_scope
from counterfoil.model import full_name

ALL_PERMISSIONS = frozenset(
    {
        "profile",
        "contacts",
        "products",
        "manageproducts",
        "productsso",
        "domains",
        "managedomains",
        "invoices",
        "quotes",
        "tickets",
        "affiliates",
        "emails",
        "orders",
    }
)
"""WHMCS's own names. An owner has them all."""

LIFETIME = 60.0
"""Seconds for which a membership or permission that WHMCS has taken away may still be honoured."""

AHEAD = 10.0
"""Seconds before their end in which they are asked for anew, while somebody uses them: nobody waits for that."""

_GONE_LIFETIME = 10.0
"""The same for "there is no such user": a "not found" is believed only shortly."""


class PermissionLookup(UserLookup, Protocol):
    async def get_user_permissions(self, user_id: int, client_id: int) -> frozenset[str] | None: ...


class RightsCache(Protocol):
    """What of the cache is needed here; cache.Cache is one."""

    async def read(self, scope: str, parts: Sequence[Part], *, within: float) -> Snapshot: ...

    def refresh(self, scope: str, nonce: str, parts: Sequence[Part]) -> None: ...

    def now(self) -> float: ...

    async def peek(self, scope: str, names: Sequence[str]) -> Peek: ...

    async def clear(self, *scopes: str) -> None: ...


class Granted(NamedTuple):
    """Sorted: own clients first, then by id. `closed`: theirs, but no more. `expires_at`: Unix seconds on the cache's
    clock.
    """

    clients: tuple[ClientAccess, ...]
    closed: tuple[int, ...]
    is_staff: bool
    expires_at: float
    name: str = ""
    """What WHMCS calls them; empty where it does not list its users."""

    def lasts(self, now: float) -> float:
        """Seconds for which what follows from them may be kept: until they have to be asked for anew, or to the end."""
        left = self.expires_at - now
        return left - AHEAD if left > AHEAD + 1 else left


class _Memberships(Struct, frozen=True):
    """What WHMCS says of a user. `is_gone`: no such user has this address any more."""

    owned: tuple[int, ...] = ()
    invited: tuple[int, ...] = ()
    is_gone: bool = False
    name: str = ""


_MEMBERSHIPS = "memberships"
"""Their name within the user's scope."""

_memberships = msgspec.json.Decoder(_Memberships)
_permissions = msgspec.json.Decoder(frozenset[str] | None)


class Rights:
    def __init__(
        self,
        engine: AsyncEngine,
        cache: RightsCache,
        permissions: PermissionLookup,
        name_and_language: Callable[[int], Awaitable[tuple[str, str] | None]],
        *,
        timeout: float = 10.0,
        claims_count: bool = False,
    ) -> None:
        """`name_and_language` of a client, None for a closed one; it comes from billing, which knows clients.
        `timeout`: seconds for one read of WHMCS. `claims_count`: whom the identity provider calls staff is staff.
        """
        self._engine = engine
        self._cache = cache
        self._lookup = permissions
        self._name_and_language = name_and_language
        self._timeout = timeout
        self._claims_count = claims_count

    async def of(self, account: Account) -> Granted | None:
        """None: WHMCS has no such user any more, or under another address, so nothing is known of this person.

        Raises BillingUnavailable when WHMCS does not say: rights are never guessed.
        """
        decided = await decisions(self._engine, account)
        if account.is_staff and self._claims_count:
            decided = structs.replace(decided, is_staff=True)
        if account.user_id is None:
            return await self._granted(dict.fromkeys(decided.linked, ALL_PERMISSIONS), decided)
        known, expires_at = await self._known(account)
        if known.is_gone:
            return None
        owned = {client: ALL_PERMISSIONS for client in known.owned if client not in decided.unlinked}
        ask = sorted((decided.linked | set(known.invited)) - decided.unlinked - set(owned))
        permitted, expires_at = await self._permitted(account.user_id, ask, expires_at)
        linked = dict.fromkeys(decided.linked, ALL_PERMISSIONS)
        granted = await self._granted({**linked, **permitted, **owned}, decided, known.owned, expires_at)
        return granted._replace(name=known.name)

    async def forget(self, user_id: int) -> None:
        """WHMCS said that this user changed. Raises CacheUnavailable when that could not be made to hold."""
        await self._cache.clear(user_scope(user_id))

    async def is_remembered(self, user_id: int, clients: frozenset[int]) -> bool:
        """Whether the cache has it that this user sees one of these. What it does not have, it gives to nobody."""
        (entry,) = (await self._cache.peek(user_scope(user_id), [_MEMBERSHIPS])).entries
        if entry is None:
            return False
        known = _memberships.decode(entry.value)
        return not clients.isdisjoint((*known.owned, *known.invited))

    async def is_closed(self, client_id: int) -> bool:
        """Whether WHMCS has no such client, or it is closed there. Raises BillingUnavailable."""
        return await self._name_and_language(client_id) is None

    async def _known(self, account: Account) -> tuple[_Memberships, float]:
        part = Part(_MEMBERSHIPS, LIFETIME, lambda: self._fetch_memberships(account))
        snapshot = await self._read(account.user_id, [part])
        return _memberships.decode(snapshot.entries[0].value), snapshot.expires_at

    async def _read(self, user_id: int | None, parts: Sequence[Part]) -> Snapshot:
        scope = user_scope(user_id)
        snapshot = await self._cache.read(scope, parts, within=self._timeout)
        if snapshot.as_of + LIFETIME - AHEAD <= self._cache.now():
            self._cache.refresh(scope, snapshot.nonce, parts)
        return snapshot

    async def _fetch_memberships(self, account: Account) -> Fetched:
        try:
            user = await find_user(self._lookup, account.email, account.user_id or 0)
        except NoUserList:
            return Fetched(msgspec.json.encode(_Memberships()))
        if user is None:
            return Fetched(msgspec.json.encode(_Memberships(is_gone=True)), _GONE_LIFETIME)
        owned = tuple(each.client_id for each in user.memberships if each.is_owner)
        invited = tuple(each.client_id for each in user.memberships if not each.is_owner)
        return Fetched(
            msgspec.json.encode(_Memberships(owned, invited, name=full_name(user.first_name, user.last_name)))
        )

    async def _permitted(
        self, user_id: int, clients: Sequence[int], expires_at: float
    ) -> tuple[dict[int, frozenset[str]], float]:
        """Of those clients that WHMCS associates with the user."""
        if not clients:
            return {}, expires_at
        parts = [self._permissions_part(user_id, client) for client in clients]
        snapshot = await self._read(user_id, parts)
        answers = [_permissions.decode(entry.value) for entry in snapshot.entries]
        found = {client: answer for client, answer in zip(clients, answers, strict=True) if answer is not None}
        return found, min(expires_at, snapshot.expires_at)

    def _permissions_part(self, user_id: int, client_id: int) -> Part:
        async def fetch() -> Fetched:
            return Fetched(msgspec.json.encode(await self._lookup.get_user_permissions(user_id, client_id)))

        return Part(f"permissions:{client_id}", LIFETIME, fetch)

    async def _granted(
        self,
        permitted: dict[int, frozenset[str]],
        decided: Decisions,
        owned: Collection[int] = (),
        expires_at: float = float("inf"),
    ) -> Granted:
        clients = sorted(permitted, key=lambda client: (client not in owned, client))
        named = await asyncio.gather(*(self._name_and_language(client) for client in clients))
        known = dict(zip(clients, named, strict=True))
        access = tuple(
            ClientAccess(client, found[0], permitted[client], found[1]) for client, found in known.items() if found
        )
        closed = tuple(client for client, found in known.items() if not found)
        return Granted(access, closed, decided.is_staff, expires_at)

"""A client's profile as its people see it, and how they change it: written through to WHMCS, never stored here."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import structlog
from msgspec import Struct

from counterfoil.billing.announcements import Changed, announce
from counterfoil.billing.clients import Clients
from counterfoil.billing.profile.contents import KINDS, PREFERENCES, texts_of
from counterfoil.billing.profile.entered import meant
from counterfoil.billing.profile.phones import read_phone
from counterfoil.billing.profile.rules import Fault, faults, tidy
from counterfoil.billing.profile.versions import ProfileVersion
from counterfoil.billing.reading import Reading
from counterfoil.cache import Cache
from counterfoil.cache.scopes import client_scope
from counterfoil.errors import (
    AccountClosed,
    BillingUnavailable,
    FreshSignInRequired,
    OutcomeUnknown,
    ProfileConflict,
    ValidationFailed,
)
from counterfoil.model import Client, EmailPreferences
from counterfoil.whmcs.api import UpdateRefused

_log = structlog.get_logger(__name__)

LOOKS, BETWEEN_LOOKS = 8, 0.25
"""How often WHMCS is asked for what it has just been told, and the seconds before each."""


class Edit(Struct, frozen=True):
    """Fields that are not named stay as they are.

    `seen` is the version that the person saw; empty: they overwrite whatever is there. `is_fresh`: they have just
    proven who they are.
    """

    texts: Mapping[str, str]
    preferences: Mapping[str, bool]
    seen: str = ""
    is_fresh: bool = False


class InvalidProfile(ValidationFailed):
    """`errors` holds pairs of a field and a Fault. `custom_field`: the name for Fault.CUSTOM_FIELD."""

    custom_field = ""


class Conflict(ProfileConflict):
    """`now` is what WHMCS holds, `changed` which fields of it the person has not seen."""

    def __init__(self, now: Client, changed: frozenset[str]) -> None:
        super().__init__()
        self.now, self.changed = now, changed


RecordEdit = Callable[[Sequence[str], str], Awaitable[None]]
"""Told of what WHMCS was told: the names of the fields, and "saved" or "unknown"."""


class _ClientStore(Protocol):
    async def get_clients_details(self, client_id: int) -> Client | None: ...

    async def update_client(
        self, client_id: int, texts: Mapping[str, str], preferences: Mapping[str, bool]
    ) -> None: ...


class Profiles:
    def __init__(self, store: _ClientStore, cache: Cache, clients: Clients) -> None:
        self._store = store
        self._cache = cache
        self._clients = clients

    async def read(self, client_id: int) -> Reading[Client]:
        """Raises AccountClosed, BillingUnavailable."""
        return await self._clients.read(client_id)

    async def update(self, client_id: int, edit: Edit, record: RecordEdit) -> Reading[Client]:
        """What WHMCS holds afterwards; every read that begins later shows it, invoices' addresses included. Nothing is
        written when that is what it holds already.

        Raises InvalidProfile, Conflict, FreshSignInRequired, AccountClosed, CacheUnavailable, BillingUnavailable:
        nothing was changed. Raises OutcomeUnknown: perhaps it was. Two edits at the very same moment are not told
        apart, for WHMCS has no conditional write: the later one counts.
        """
        outcome = _Outcome()
        # Opened before WHMCS is asked anything: what could not be shown afterwards is not written.
        async with self._cache.writing(client_scope(client_id)) as write:
            try:
                outcome = await self._write(client_id, edit)
            except BillingUnavailable as failure:
                outcome = _Outcome(failure=failure)
            if outcome.is_unknown:
                write.unknown()
        if outcome.replaced or outcome.is_unknown:
            await announce(self._cache, client_id, Changed("profile"))
        if outcome.fields:
            await record(outcome.fields, "unknown" if outcome.is_unknown else "saved")
        if outcome.failure:
            raise outcome.failure
        return await self._read_back(client_id, outcome.replaced)

    async def _write(self, client_id: int, edit: Edit) -> "_Outcome":
        # Past the cache: a cached value may be seconds older than what another system has just written.
        now = await self._store.get_clients_details(client_id)
        if now is None:
            raise AccountClosed
        texts, preferences = _differing(edit, now)
        is_done = not texts and not preferences
        changed = ProfileVersion(edit.seen).changed_fields(now) if edit.seen else frozenset()
        # What was asked for twice, by a second click or after a lost answer, is no conflict (RFC 9110, 13.1.1).
        if changed and not (is_done and changed <= _named(edit)):
            raise Conflict(now, changed)
        if is_done:
            return _Outcome()
        found = _faults(now, texts, preferences)
        if found:
            raise InvalidProfile(*found.items())
        if "email" in texts and not edit.is_fresh:
            raise FreshSignInRequired
        fields = sorted({*texts, *(f"{PREFERENCES}.{kind}" for kind in preferences)})
        try:
            await self._store.update_client(client_id, texts | _phone(texts, now), preferences)
        except UpdateRefused as refusal:
            raise _refused(refusal) from None
        except OutcomeUnknown as failure:
            return _Outcome(failure=failure, fields=fields)
        _log.info("profile changed", client_id=client_id, fields=fields)
        return _Outcome(replaced=now, fields=fields)

    async def _read_back(self, client_id: int, replaced: Client | None) -> Reading[Client]:
        """Raises OutcomeUnknown when WHMCS said that it was done, and does not show it."""
        try:
            reading = await self._clients.read(client_id)
            if replaced is not None and _is_same(reading.value, replaced):
                await self._wait_for_it(client_id, replaced)
                reading = await self._clients.read(client_id)
        except BillingUnavailable as unavailable:
            raise OutcomeUnknown(*unavailable.args) from None
        return reading

    async def _wait_for_it(self, client_id: int, replaced: Client) -> None:
        """WHMCS may read from a copy of its database that lags behind: what was written must show before we say so."""
        async with self._cache.writing(client_scope(client_id)) as write:
            for _ in range(LOOKS):
                await asyncio.sleep(BETWEEN_LOOKS)
                now = await self._store.get_clients_details(client_id)
                if now is not None and not _is_same(now, replaced):
                    return
            write.unknown()
        raise OutcomeUnknown("UpdateClient", "not shown")


class _Outcome(Struct, frozen=True):
    """`replaced`: what WHMCS held before it was told otherwise. `failure`: it gave no whole answer."""

    replaced: Client | None = None
    failure: BillingUnavailable | None = None
    fields: Sequence[str] = ()

    @property
    def is_unknown(self) -> bool:
        return isinstance(self.failure, OutcomeUnknown)


def _is_same(one: Client, other: Client) -> bool:
    return texts_of(one) == texts_of(other) and one.email_preferences == other.email_preferences


def _differing(edit: Edit, now: Client) -> tuple[dict[str, str], dict[str, bool]]:
    """What is to be written: not what is there already."""
    held = texts_of(now)
    country = tidy("country", edit.texts.get("country", now.country))
    given = {name: meant(name, text, held[name], country) for name, text in edit.texts.items()}
    texts = {name: text for name, text in given.items() if text != held[name]}
    current = now.email_preferences or EmailPreferences()
    return texts, {kind: wanted for kind, wanted in edit.preferences.items() if wanted != getattr(current, kind)}


def _named(edit: Edit) -> frozenset[str]:
    """The fields that the edit gives whole; e-mail preferences are one field."""
    return frozenset({*edit.texts, PREFERENCES} if len(edit.preferences) == len(KINDS) else edit.texts)


def _faults(now: Client, texts: Mapping[str, str], preferences: Mapping[str, bool]) -> dict[str, Fault]:
    found = faults(texts_of(now), texts)
    if preferences and now.email_preferences is None:
        found[PREFERENCES] = Fault.UNCHANGEABLE
    return found


def _phone(texts: Mapping[str, str], now: Client) -> dict[str, str]:
    phone = read_phone(texts.get("phone", ""), texts.get("country", now.country))
    return {"phone": phone.for_whmcs} if phone else {}


_REFUSED = {
    "email_taken": ("email", Fault.EMAIL_TAKEN),
    "email_invalid": ("email", Fault.EMAIL),
    "domain_notices": (f"{PREFERENCES}.domain", Fault.DOMAIN_NOTICES),
}


def _refused(refusal: UpdateRefused) -> InvalidProfile | AccountClosed:
    reason = str(refusal)
    if reason == "client_not_found":
        return AccountClosed()
    if refusal.custom_field:
        invalid = InvalidProfile(("profile", Fault.CUSTOM_FIELD))
        invalid.custom_field = refusal.custom_field
        return invalid
    return InvalidProfile(_REFUSED.get(reason, ("profile", Fault.NOT_ACCEPTED)))

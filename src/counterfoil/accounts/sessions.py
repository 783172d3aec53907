"""Sessions, from sign-in to sign-out. The truth is one row in the database; the cache holds copies of what it means.

A copy lives at most a minute and never outlives the rights it was made of. A request under way must not bring back
what a sign-out has just ended, so: the row goes first, then the copy is dropped, which also forbids the cache to take
a new one for two minutes; and who has put a copy looks once more whether the row is still there, in case the cache
was flushed in between. No update ever makes a row.

Switching to another client keeps the random part of the cookie and changes the row, so that a sign-out sent with the
old cookie ends the session all the same.
"""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.accounts import session_rows
from counterfoil.accounts.cookies import CookieJar, Handle, key_of
from counterfoil.accounts.doubts import seen_rights, settle
from counterfoil.accounts.forgetting import drop_copies
from counterfoil.accounts.last_seen import LastSeen
from counterfoil.accounts.people import Account, AnyRow, account_of
from counterfoil.accounts.rights import Granted
from counterfoil.accounts.session_list import OpenSession, key_of_session, open_sessions
from counterfoil.accounts.session_rows import UNSEEN, Arrival, CachedCopy, cached_copies, has_ended, named, of_account
from counterfoil.accounts.viewer import Viewer
from counterfoil.cache import CacheUnavailable
from counterfoil.cache.scopes import session_scope
from counterfoil.db.engine import transaction
from counterfoil.db.tables import session
from counterfoil.errors import ClientNotFound, NotFound, NotSignedIn

__all__ = ["Handle", "OpenSession", "Sessions"]

COPY_LIFE = 60.0
"""Seconds for which a request may be answered without asking the database."""


class SessionCache(Protocol):
    """What of the cache is needed here; cache.Cache is one."""

    def now(self) -> float: ...

    async def put_session(self, scope: str, key: str, value: bytes, ttl: float) -> None: ...

    async def drop_session(self, scope: str, key: str) -> None: ...

    async def publish(self, topic: str, message: bytes) -> None: ...


class RightsReader(Protocol):
    """rights.Rights is one."""

    async def of(self, account: Account) -> Granted | None: ...

    async def is_closed(self, client_id: int) -> bool: ...


class Sessions:
    """Every method with I/O raises TemporarilyUnavailable when the database is away."""

    def __init__(
        self,
        engine: AsyncEngine,
        cache: SessionCache,
        rights: RightsReader,
        *,
        keys: Sequence[bytes],
        now: Callable[[], float] = time.time,
    ) -> None:
        """`keys`: the first signs cookies, all verify. `now`: Unix seconds."""
        self._engine = engine
        self._cache = cache
        self._rights = rights
        self._cookies = CookieJar(keys)
        self.last_seen = LastSeen(engine)
        self._now = now

    def read_cookie(self, text: str) -> Handle | None:
        """Without I/O. None for what we did not sign; a Handle is not yet a session."""
        return self._cookies.read(text)

    def signed_anew(self, handle: Handle) -> str:
        """The same cookie under the first key, for one that was signed with another: keys come and go, people stay."""
        return self._cookies.write(handle.random, handle.client_id)

    async def open(self, person: Account, arrival: Arrival = UNSEEN, *, replaces: Handle | None = None) -> str:
        """The cookie of a new session, always with a new id. `replaces`: the one that this browser had.

        Raises NotSignedIn when WHMCS has no such user any more, BillingUnavailable when it does not say.
        """
        granted = await self._rights.of(person)
        if granted is None:
            raise NotSignedIn
        random = self._cookies.new_random()
        # Of somebody whose accounts are all closed it is one of those: then the portal can say so.
        client_id = next(iter((*(access.client_id for access in granted.clients), *granted.closed)), None)
        about = {"client_id": client_id, **arrival.columns()}
        async with transaction(self._engine) as connection:
            who = session_rows.Person(person.id, seen_rights(granted))
            ended = await session_rows.begin(connection, who, key_of(random), self._moment(), **about)
            if replaces is not None:
                ended += cached_copies(await session_rows.end(connection, named(replaces.key)))
        # Their rows are gone. Copies that cannot be reached now end within a minute; nobody waits for that here.
        with suppress(CacheUnavailable):
            await self._drop(ended)
        return self._cookies.write(random, client_id)

    async def find(self, handle: Handle, *, is_active: bool = True) -> Viewer | None:
        """Who this is, by the database, for when the cache does not know. None: not signed in.

        `is_active`: a person did something; what an open page does by itself keeps no session alive. The viewer's
        client is the session's, whichever the cookie names. Raises BillingUnavailable.
        """
        row = await session_rows.living(self._engine, handle.key, self._moment())
        if row is not None and is_active and row.last_seen_at + session_rows.LAST_SEEN_STEP <= self._moment():
            self.last_seen.note(handle.key, self._moment())
        granted = None if row is None else await self._rights.of(account_of(row))
        if row is None or await self._has_ended(row, granted) or granted is None:
            return None
        viewer = await self._viewer(row, granted)
        if viewer.scope != handle.scope:
            return viewer
        left = (row.expires_at - self._moment()).total_seconds()
        ttl = min(COPY_LIFE, left, granted.lasts(self._cache.now()))
        if not is_active:
            # As long as what the person does would not be noted anyway: a copy keeps it from being noted.
            ttl = min(ttl, (row.last_seen_at + session_rows.LAST_SEEN_STEP - self._moment()).total_seconds())
        if ttl > 0:
            await self._cache.put_session(handle.scope, handle.key, msgspec.json.encode(viewer), ttl)
        return viewer if await self._still_holds(handle, row) else None

    async def _has_ended(self, row: AnyRow, granted: Granted | None) -> bool:
        """By what WHMCS has changed since. Their other sessions may end with it."""
        sees_nothing = granted is not None and not granted.clients and not granted.closed
        # Whom staff took their only client from stays signed in; WHMCS takes everybody off a client that it deletes.
        is_left_alone = sees_nothing and row.client_id is not None and await self._rights.is_closed(row.client_id)
        ended = await settle(self._engine, row, granted, is_left_alone=is_left_alone)
        with suppress(CacheUnavailable):  # the rows are gone; nobody waits here for copies that end by themselves
            await self._drop(ended)
        return bool(ended)

    async def _viewer(self, row: AnyRow, granted: Granted) -> Viewer:
        person = account_of(row)
        visible = [access.client_id for access in granted.clients]
        client_id = row.client_id if row.client_id in visible else None
        if row.client_id is None and visible:
            client_id = visible[0]  # They had no client when they signed in, and have been given one since.
        # Taken away from them, or gone altogether: WHMCS takes everybody off a client that it deletes.
        is_closed = row.client_id is not None and client_id is None and await self._rights.is_closed(row.client_id)
        return Viewer(
            person.id,
            person.email,
            person.name,
            person.user_id,
            client_id,
            granted.clients,
            granted.is_staff,
            is_closed=is_closed,
            closed=granted.closed,
        )

    async def _still_holds(self, handle: Handle, row: AnyRow) -> bool:
        """Whether there is a session yet. A copy of what has meanwhile changed is taken back."""
        query = select(session.c.client_id).where(named(handle.key))
        async with transaction(self._engine) as connection:
            current = (await connection.execute(query)).first()
        if current is None or current.client_id != row.client_id:
            await self._cache.drop_session(handle.scope, handle.key)
        return current is not None

    async def switch(self, handle: Handle, client_id: int) -> str:
        """The cookie from now on. Raises NotSignedIn, ClientNotFound for a client that is not theirs,
        CacheUnavailable: the session has changed over, but the old cookie may work on for a minute.
        """
        viewer = await self.find(handle)
        if viewer is None:
            raise NotSignedIn
        if not viewer.may_open(client_id):
            raise ClientNotFound
        changed = update(session).where(named(handle.key)).values(client_id=client_id)
        async with transaction(self._engine) as connection:
            if (await connection.execute(changed)).rowcount == 0:
                raise NotSignedIn
        left_behind = {CachedCopy(handle.scope, handle.key), CachedCopy(viewer.scope, handle.key)}
        cookie = self._cookies.write(handle.random, client_id)
        await self._drop(left_behind - {CachedCopy(session_scope(client_id), handle.key)})
        return cookie

    async def close(self, handle: Handle) -> int | None:
        """Signs out: when this returns, the session is dead in every process. Whose it was, unless it had ended.

        Raises CacheUnavailable when a copy may live on, for a minute at most; the row is gone then too.
        """
        async with transaction(self._engine) as connection:
            ended = await session_rows.end(connection, named(handle.key))
        # The cookie's own copy too: after a failure the row is gone, and the second try must still find the copy.
        await self._drop({*cached_copies(ended), CachedCopy(handle.scope, handle.key)})
        return next((row.account_id for row in ended), None)

    async def close_one(self, account_id: int, session_id: str) -> None:
        """Signs out elsewhere. Raises NotFound for what is no session of this person's, CacheUnavailable as `close`."""
        key = await key_of_session(self._engine, account_id, session_id)
        if key is None:
            raise NotFound
        async with transaction(self._engine) as connection:
            ended = cached_copies(await session_rows.end(connection, of_account(account_id) & named(key)))
        await self._drop(ended)

    async def close_all(self, account_id: int, *, but: Handle | None = None) -> int:
        """Signs out everywhere, `but` here if so wished; how many. Raises CacheUnavailable as `close` does."""
        which = of_account(account_id)
        if but is not None:
            which &= ~named(but.key)
        async with transaction(self._engine) as connection:
            ended = cached_copies(await session_rows.end(connection, which))
        await self._drop(ended)
        return len(ended)

    async def open_sessions(self, account_id: int, this: Handle | None = None) -> Sequence[OpenSession]:
        """Those that live, latest first."""
        return await open_sessions(self._engine, account_id, self._moment(), this.key if this else "")

    async def living(self, keys: Collection[str]) -> set[str]:
        """Those of these sessions that have not ended."""
        return await session_rows.those_that_live(self._engine, keys, self._moment())

    async def sweep(self) -> int:
        """Deletes the rows of sessions that have ended by themselves; how many. Run it now and then."""
        async with transaction(self._engine) as connection:
            return (await connection.execute(delete(session).where(has_ended(self._moment())))).rowcount

    async def _drop(self, copies: Iterable[CachedCopy]) -> None:
        await drop_copies(self._cache, copies)

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)

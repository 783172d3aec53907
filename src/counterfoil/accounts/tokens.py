"""Access tokens: how a person's own programs are let in, for one client account and one scope, until a day.

A token never means more than its person may do at that moment. What it means is copied into the cache as a session is,
under its hash in the scope of its client; so a warm read costs one round trip too.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Literal

import msgspec
from msgspec import Struct
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.accounts import doubts
from counterfoil.accounts.cookies import Handle
from counterfoil.accounts.forgetting import drop_copies
from counterfoil.accounts.people import AnyRow, account_of
from counterfoil.accounts.rights import Granted
from counterfoil.accounts.session_rows import CachedCopy, cached_copies
from counterfoil.accounts.sessions import COPY_LIFE, RightsReader, SessionCache
from counterfoil.accounts.token_text import key_of_token, new_token
from counterfoil.accounts.viewer import Viewer
from counterfoil.cache.scopes import session_scope
from counterfoil.db.engine import transaction
from counterfoil.db.tables import access_token, account
from counterfoil.errors import NotFound

Scope = Literal["read", "pay"]

MOST_PER_ACCOUNT = 25
LONGEST_LIFE = timedelta(days=366)
LAST_USED_STEP = timedelta(minutes=1)
"""How often "last used" is written."""


class TooManyTokens(Exception):
    """This person has as many as one may have."""


class AccessToken(Struct, frozen=True):
    """One of a person's own; the token itself is nowhere."""

    id: str
    name: str
    scope: Scope
    client_id: int
    created_at: datetime
    expires_on: date
    """Its last day, in UTC."""
    last_used_at: datetime | None


class Wanted(Struct, frozen=True):
    """What is asked for, after it was checked."""

    name: str
    scope: Scope
    client_id: int
    expires_on: date


class Tokens:
    """Every method with I/O raises TemporarilyUnavailable when the database is away."""

    def __init__(
        self, engine: AsyncEngine, cache: SessionCache, rights: RightsReader, now: Callable[[], float] = time.time
    ) -> None:
        self._engine = engine
        self._cache = cache
        self._rights = rights
        self._now = now

    async def make(self, account_id: int, wanted: Wanted) -> tuple[str, str]:
        """Its id and the token, which is told this once. Raises TooManyTokens."""
        token = new_token()
        key = key_of_token(token)
        expires_at = datetime.combine(wanted.expires_on, time_of_day.max, UTC)
        row = {"id_hash": key, "account_id": account_id, "client_id": wanted.client_id, "name": wanted.name}
        times = {"created_at": self._moment(), "expires_at": expires_at}
        mine = select(func.count()).select_from(access_token).where(access_token.c.account_id == account_id)
        async with transaction(self._engine) as connection:
            # The write comes first (SQLite).
            await connection.execute(insert(access_token).values(**row, **times, scope=wanted.scope))
            if (await connection.scalar(mine) or 0) > MOST_PER_ACCOUNT:
                raise TooManyTokens
        return token_id(str(key)), token

    async def all_of(self, account_id: int) -> Sequence[AccessToken]:
        """The newest first; those that have expired are not among them."""
        own = select(access_token).where(
            access_token.c.account_id == account_id, access_token.c.expires_at > self._moment()
        )
        async with transaction(self._engine) as connection:
            rows = await connection.execute(own.order_by(access_token.c.created_at.desc()))
            return [
                AccessToken(
                    token_id(row.id_hash),
                    row.name,
                    row.scope,
                    row.client_id,
                    row.created_at,
                    row.expires_at.date(),
                    row.last_used_at,
                )
                for row in rows
            ]

    async def end(self, account_id: int, token: str) -> None:
        """By its id; dead in every process when this returns. Raises NotFound, CacheUnavailable."""
        own = select(access_token.c.id_hash).where(access_token.c.account_id == account_id)
        async with transaction(self._engine) as connection:
            key = next((key for key in await connection.scalars(own) if token_id(key) == token), None)
        if key is None:
            raise NotFound
        async with transaction(self._engine) as connection:
            gone = delete(access_token).where(access_token.c.id_hash == key)
            rows = (await connection.execute(gone.returning(access_token.c.client_id, access_token.c.id_hash))).all()
        await drop_copies(self._cache, cached_copies(rows))

    async def client_of(self, key: str) -> int | None:
        """The client account that a token is for, which never changes. None: there is no such token."""
        query = select(access_token.c.client_id).where(access_token.c.id_hash == key)
        async with transaction(self._engine) as connection:
            found: int | None = await connection.scalar(query)
        return found

    async def find(self, handle: Handle) -> Viewer | None:
        """Whose it is and what it means now, by the database and WHMCS, for when the cache does not know. None: it has
        ended. Raises BillingUnavailable.
        """
        row = await self._living(handle.key)
        granted = None if row is None else await self._rights.of(account_of(row))
        if row is None or await self._has_ended(row, granted) or granted is None:
            return None
        viewer = _viewer(row, granted, is_closed=row.client_id in granted.closed)
        if viewer.scope == handle.scope:
            left = (row.expires_at - self._moment()).total_seconds()
            ttl = min(COPY_LIFE, left, granted.lasts(self._cache.now()))
            if ttl > 0:
                await self._cache.put_session(handle.scope, handle.key, msgspec.json.encode(viewer), ttl)
        if await self._living(handle.key) is None:
            # It was ended while WHMCS was asked: the copy of what it meant is taken back.
            await drop_copies(self._cache, [CachedCopy(handle.scope, handle.key)])
            return None
        return viewer

    async def _living(self, key: str) -> AnyRow | None:
        now, mine = self._moment(), access_token.c.id_hash == key
        about = (
            access_token.c.client_id,
            access_token.c.scope,
            access_token.c.expires_at,
            access_token.c.last_used_at,
            access_token.c.doubted_at,
        )
        async with transaction(self._engine) as connection:
            query = select(*account.c, *about).join_from(access_token, account).where(mine)
            row = (await connection.execute(query)).first()
        if row is None or row.expires_at <= now:
            return None
        if row.last_used_at is None or row.last_used_at + LAST_USED_STEP <= now:
            async with transaction(self._engine) as connection:
                await connection.execute(update(access_token).where(mine).values(last_used_at=now))
        return row

    async def _has_ended(self, row: AnyRow, granted: Granted | None) -> bool:
        ended = await doubts.settle(self._engine, row, granted, is_left_alone=False)
        await drop_copies(self._cache, ended)
        return bool(ended)

    async def sweep(self) -> int:
        """Deletes those that have expired; how many. Run it now and then."""
        async with transaction(self._engine) as connection:
            over = delete(access_token).where(access_token.c.expires_at <= self._moment())
            return (await connection.execute(over)).rowcount

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


def token_id(key: str) -> str:
    """How a token is named outside."""
    return key[:16]


def handle_of(key: str, client_id: int) -> Handle:
    return Handle(session_scope(client_id), key, "", client_id)


def _viewer(row: AnyRow, granted: Granted, *, is_closed: bool) -> Viewer:
    """The person as far as the token reaches: one client, and nothing of staff."""
    person = account_of(row)
    clients = tuple(each for each in granted.clients if each.client_id == row.client_id)
    return Viewer(
        person.id,
        person.email,
        person.name,
        person.user_id,
        row.client_id if clients else None,
        clients,
        is_staff=False,
        is_closed=is_closed,
        token_scope=row.scope,
    )

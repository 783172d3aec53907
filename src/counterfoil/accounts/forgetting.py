"""How what is remembered of people's rights ends at once in every process: memberships, sessions' copies, live streams.

The sessions go on, mostly (doubts.py). Their next request asks the database, and WHMCS where its word is gone too.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from sqlalchemy import ColumnElement, or_, select, union
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.accounts.doubts import PASSWORD_CHANGED, doubt, end_all, end_of_user
from counterfoil.accounts.people import AnyRow
from counterfoil.accounts.session_rows import CachedCopy, cached_copies
from counterfoil.cache.scopes import session_topic
from counterfoil.db.engine import transaction
from counterfoil.db.tables import access_token, account, session


class CopyCache(Protocol):
    """What of the cache is needed here; cache.Cache is one."""

    async def drop_session(self, scope: str, key: str) -> None: ...

    async def publish(self, topic: str, message: bytes) -> None: ...


class RememberedRights(Protocol):
    """rights.Rights is one."""

    async def forget(self, user_id: int) -> None: ...

    async def is_remembered(self, user_id: int, clients: frozenset[int]) -> bool: ...


async def drop_copies(cache: CopyCache, copies: Iterable[CachedCopy]) -> None:
    """All are tried before the first failure is raised, which is CacheUnavailable. Live streams end as well."""
    chosen = list(copies)
    for result in await asyncio.gather(*(_drop(cache, copy) for copy in chosen), return_exceptions=True):
        if isinstance(result, BaseException):
            raise result


async def _drop(cache: CopyCache, copy: CachedCopy) -> None:
    await cache.drop_session(copy.scope, copy.key)
    # After the copy: the page asks for a new stream at once, and must not get it by the old rights.
    await cache.publish(session_topic(copy.key), b"")


class Forgetting:
    """Every method raises CacheUnavailable when it could not be made to hold: then it must be asked for again."""

    def __init__(self, engine: AsyncEngine, cache: CopyCache, rights: RememberedRights) -> None:
        self._engine = engine
        self._cache = cache
        self._rights = rights

    async def user(self, user_id: int, *, is_first: bool = True) -> None:
        """WHMCS said that this user changed. `is_first`: it has not said so before."""
        if is_first:
            await doubt(self._engine, user_id)
        await self._users([user_id])

    async def sign_out(self, user_id: int) -> None:
        """WHMCS said that this user has another password: whoever signed in with the old one is out."""
        await self._rights.forget(user_id)
        await drop_copies(self._cache, await end_of_user(self._engine, user_id, PASSWORD_CHANGED))

    async def shut_out(self, account_id: int, *, by: str, address: str) -> None:
        """Staff sign somebody out everywhere, and their programs: on record, from where staff did it."""
        async with transaction(self._engine) as connection:
            ended = await end_all(connection, [account_id], by, "staff", address=address)
        await drop_copies(self._cache, ended)

    async def clients(self, client_ids: Iterable[int]) -> None:
        """WHMCS said that these were closed, deleted or merged: whoever sees one of them sees another world now."""
        gone = frozenset(client_ids)
        seen = [select(account.c.whmcs_user_id).join_from(table, account) for table in (session, access_token)]
        async with transaction(self._engine) as connection:
            users = [each for each in await connection.scalars(union(*seen)) if each is not None]
        seeing = await asyncio.gather(*(self._rights.is_remembered(user, gone) for user in users))
        chosen = [user for user, sees in zip(users, seeing, strict=True) if sees]
        await self._users(chosen, gone)

    async def accounts(self, account_ids: Sequence[int]) -> None:
        """Staff decided something about these people."""
        await forget_accounts(self._engine, self._cache, account_ids)

    async def _users(self, user_ids: Sequence[int], looking_at: Collection[int] = ()) -> None:
        """And whoever looks at one of these clients."""
        await asyncio.gather(*(self._rights.forget(user_id) for user_id in user_ids))
        # After the rights: a copy put meanwhile was made of the old ones.
        await _drop_where(self._engine, self._cache, account.c.whmcs_user_id.in_(user_ids), looking_at)


async def forget_accounts(engine: AsyncEngine, cache: CopyCache, account_ids: Sequence[int]) -> None:
    """For who has no more than a database and a cache. What staff decided is read from the database
    each time, so that nothing else has to go. Raises CacheUnavailable.
    """
    await _drop_where(engine, cache, account.c.id.in_(account_ids))


async def _drop_where(
    engine: AsyncEngine, cache: CopyCache, people: ColumnElement[bool], looking_at: Collection[int] = ()
) -> None:
    """Of sessions and of access tokens."""
    rows: list[AnyRow] = []
    async with transaction(engine) as connection:
        for table in (session, access_token):
            which = or_(people, table.c.client_id.in_(looking_at))
            found = select(table.c.client_id, table.c.id_hash).join_from(table, account).where(which)
            rows += (await connection.execute(found)).all()
    await drop_copies(cache, cached_copies(rows))

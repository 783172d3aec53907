"""How processes learn at once what was decided on the command line: a row for each thing, that each process reads.

The command reaches a Redis by itself. What a process holds in its own memory, only that process can drop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, NoReturn

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from counterfoil.accounts.emails import normalised
from counterfoil.accounts.people import AnyRow
from counterfoil.accounts.session_rows import CachedCopy
from counterfoil.cache.scopes import session_scope
from counterfoil.db.engine import transaction
from counterfoil.db.tables import account, decision_notice
from counterfoil.errors import Unavailable

_log = structlog.get_logger(__name__)

LOOK_EVERY = 0.5
"""Seconds."""

KEPT = timedelta(hours=1)
"""Copies of sessions live for a minute."""


RIGHTS, SESSION, LOCK_OUT = "rights", "session", "lock_out"


async def notify(connection: AsyncConnection, email: str, user_id: int | None) -> Sequence[int]:
    """In the transaction of what was decided. Whose accounts these are."""
    people = select(account.c.id, account.c.email).where(account.c.whmcs_user_id == user_id)
    rows = (await connection.execute(people)).all()
    mine = [row.id for row in rows if user_id is not None or normalised(row.email) == normalised(email)]
    await _add(connection, [{"account_id": account_id, "kind": RIGHTS} for account_id in mine])
    return mine


async def notify_of_ends(connection: AsyncConnection, ended: Sequence[AnyRow]) -> None:
    """In the transaction that ended these sessions."""
    rows = [(row.account_id, f"{row.client_id or 0} {row.id_hash}") for row in ended]
    await _add(connection, [{"account_id": account_id, "kind": SESSION, "name": name} for account_id, name in rows])


async def notify_of_unlocking(engine: AsyncEngine, who: str) -> None:
    """`who`: as emails.counted_as has it."""
    async with transaction(engine) as connection:
        await _add(connection, [{"account_id": 0, "kind": LOCK_OUT, "name": who}])


async def _add(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    now = datetime.now(UTC)
    await connection.execute(delete(decision_notice).where(decision_notice.c.at < now - KEPT))
    for row in rows:
        await connection.execute(decision_notice.insert().values(**row, at=now))


async def noticed_accounts(engine: AsyncEngine) -> Sequence[int]:
    """About whom something was decided within the last hour."""
    async with transaction(engine) as connection:
        people = select(decision_notice.c.account_id).where(decision_notice.c.kind == RIGHTS)
        return (await connection.scalars(people.distinct())).all()


class Effects(NamedTuple):
    """What this process does about each kind. Raises Unavailable when it must be tried again."""

    forget: Callable[[Sequence[int]], Awaitable[None]]
    """What is remembered of these accounts' rights ends."""
    drop: Callable[[Sequence[CachedCopy]], Awaitable[None]]
    """So do copies of these sessions."""
    unlock: Callable[[str], Awaitable[object]]


class Notices:
    def __init__(self, engine: AsyncEngine, effects: Effects) -> None:
        self._engine = engine
        self._effects = effects
        self._seen: frozenset[int] | None = None

    async def watch(self, *, every: float = LOOK_EVERY) -> NoReturn:
        while True:
            try:
                await self.look()
            except Unavailable as error:
                _log.info("notices could not be looked at", reason=error.code)
            await asyncio.sleep(every)

    async def look(self) -> None:
        """Raises Unavailable."""
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(select(decision_notice))).all()
        ids = frozenset(row.id for row in rows)
        # Not by the greatest: numbers may be committed in another order. At its start a process remembers nothing.
        seen = ids if self._seen is None else self._seen
        if ids - seen:
            await self._heard([row for row in rows if row.id not in seen])
        self._seen = ids

    async def _heard(self, rows: Sequence[AnyRow]) -> None:
        if people := sorted({row.account_id for row in rows if row.kind == RIGHTS}):
            await self._effects.forget(people)
        if ended := [row.name.partition(" ") for row in rows if row.kind == SESSION]:
            await self._effects.drop([CachedCopy(session_scope(int(client) or None), key) for client, _, key in ended])
        for row in rows:
            if row.kind == LOCK_OUT:
                await self._effects.unlock(row.name)

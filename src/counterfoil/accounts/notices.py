"""How processes learn at once what staff decided on the command line: a row for each person, that each process reads.

The command reaches a Redis by itself. What a process holds in its own memory, only that process can drop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from counterfoil.accounts.emails import normalised
from counterfoil.db.engine import transaction
from counterfoil.db.tables import account, decision_notice
from counterfoil.errors import Unavailable

_log = structlog.get_logger(__name__)

LOOK_EVERY = 0.5
"""Seconds."""

KEPT = timedelta(hours=1)
"""Copies of sessions live for a minute."""


async def notify(connection: AsyncConnection, email: str, user_id: int | None) -> Sequence[int]:
    """In the transaction of what was decided. Whose accounts these are."""
    people = select(account.c.id, account.c.email).where(account.c.whmcs_user_id == user_id)
    rows = (await connection.execute(people)).all()
    mine = [row.id for row in rows if user_id is not None or normalised(row.email) == normalised(email)]
    now = datetime.now(UTC)
    await connection.execute(delete(decision_notice).where(decision_notice.c.at < now - KEPT))
    for account_id in mine:
        await connection.execute(decision_notice.insert().values(account_id=account_id, at=now))
    return mine


async def noticed_accounts(engine: AsyncEngine) -> Sequence[int]:
    """About whom something was decided within the last hour."""
    async with transaction(engine) as connection:
        return (await connection.scalars(select(decision_notice.c.account_id).distinct())).all()


class Notices:
    """`forget(account_ids)` ends what is remembered of their rights; raises Unavailable when it must be tried again."""

    def __init__(self, engine: AsyncEngine, forget: Callable[[Sequence[int]], Awaitable[None]]) -> None:
        self._engine = engine
        self._forget = forget
        self._seen: frozenset[int] | None = None

    async def watch(self, *, every: float = LOOK_EVERY) -> NoReturn:
        while True:
            try:
                await self.look()
            except Unavailable as error:
                _log.info("decisions of staff could not be looked at", reason=error.code)
            await asyncio.sleep(every)

    async def look(self) -> None:
        """Raises Unavailable."""
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(select(decision_notice.c.id, decision_notice.c.account_id))).all()
        ids = frozenset(row.id for row in rows)
        # Not by the greatest: numbers may be committed in another order. At its start a process remembers nothing.
        seen = ids if self._seen is None else self._seen
        if ids - seen:
            await self._forget(sorted({row.account_id for row in rows if row.id not in seen}))
        self._seen = ids

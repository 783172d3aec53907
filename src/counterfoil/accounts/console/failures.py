"""What failed lately, by the reference on the error page, so that staff need no log for it.

Nothing waits for it: what is noted is held here and written in the background, so that a storm costs one transaction in
some seconds. What finds no room, in the process or in the table, is in the log alone (`counterfoil why`).
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import structlog
from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from counterfoil.db.console_tables import failure
from counterfoil.db.engine import transaction
from counterfoil.db.upsert import insert_new_rows
from counterfoil.errors import TemporarilyUnavailable
from counterfoil.log import cleaned

_log = structlog.get_logger(__name__)

KEPT = timedelta(days=7)

MOST_KEPT = 20_000
"""Rows, about 6 MB. The newest stay."""

WRITE_EVERY = 2.0
"""Seconds."""

MOST_WAITING = 300
"""Failures that a process holds until the next write, or while the database is away."""

MOST_OF_ONE = 50
"""Of these for one account; all who are not signed in count as one."""

LONGEST_CAUSE = 1_000
"""Characters."""


class Failure(Struct, frozen=True):
    """`account_id` and `client_id` are 0 where nobody was known yet. `cause`: a sentence, as the log has it.
    `first`: the request that met the same failure first; "" when it was this one.
    """

    reference: str
    at: datetime
    account_id: int
    client_id: int
    route: str
    status: int
    code: str
    cause: str
    first: str = ""


def utc_now() -> datetime:
    return datetime.now(UTC)


class RecentFailures:
    """For one process; what is written, all processes find."""

    def __init__(self, engine: AsyncEngine, now: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._now = now
        self._waiting: list[Failure] = []
        self._of_one: Counter[int] = Counter()
        self._left_out = 0

    def note(self, failed: Failure) -> None:
        """Without I/O. What looks like a secret is blanked, as in the log."""
        if len(self._waiting) >= MOST_WAITING or self._of_one[failed.account_id] >= MOST_OF_ONE:
            self._left_out += 1
            return
        self._of_one[failed.account_id] += 1
        self._waiting.append(replace(failed, cause=str(cleaned(failed.cause))[:LONGEST_CAUSE]))

    async def find(self, reference: str) -> Sequence[Failure]:
        """The failure with this reference, then the first of the same kind where that is known; none: not kept.

        Raises TemporarilyUnavailable.
        """
        found = await self._one(reference)
        first = await self._one(found.first) if found and found.first else None
        return [each for each in (found, first) if each]

    async def _one(self, reference: str) -> Failure | None:
        for each in self._waiting:
            if each.reference == reference:
                return each
        async with transaction(self._engine) as connection:
            row = (await connection.execute(select(failure).filter_by(reference=reference))).mappings().first()
        return Failure(**row) if row else None

    async def watch(self) -> NoReturn:
        while True:
            await asyncio.sleep(WRITE_EVERY)
            await self.write()

    async def write(self) -> None:
        """What waits; it goes on waiting while the database is away."""
        chosen = tuple(self._waiting)
        if not chosen:
            return
        try:
            async with transaction(self._engine) as connection:
                await insert_new_rows(connection, failure, [asdict(each) for each in chosen])
                await self._let_go(connection)
        except TemporarilyUnavailable:
            return
        del self._waiting[: len(chosen)]
        self._of_one = Counter(each.account_id for each in self._waiting)
        if self._left_out:
            _log.info("failures that the console does not know", left_out=self._left_out)
            self._left_out = 0

    async def sweep(self) -> int:
        """Deletes what is too old; how many. Run it now and then. Raises TemporarilyUnavailable."""
        async with transaction(self._engine) as connection:
            return await self._let_go(connection)

    async def _let_go(self, connection: AsyncConnection) -> int:
        beyond = select(failure.c.at).order_by(failure.c.at.desc()).offset(MOST_KEPT).limit(1).scalar_subquery()
        too_old = or_(failure.c.at < self._now() - KEPT, failure.c.at <= beyond)
        return (await connection.execute(delete(failure).where(too_old))).rowcount

"""Which approved orders were taken up already, so that what Salesforce refuses is not begun anew at every poll."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, select, update

from counterfoil.db.engine import Engine, transaction
from counterfoil.db.tables import approval_attempt
from counterfoil.db.upsert import put_row
from counterfoil.salesforce.api import Requested

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
"""Between two tries of the same approval; doubled each time. A record that was changed is a new approval."""

MOST_REMEMBERED = timedelta(days=30)


class Attempt(Struct, frozen=True):
    salesforce_id: str
    tries: int
    reason: str
    again_at: datetime


class ApprovalAttempts:
    """An order stands as Requested until the portal's first write to it succeeds. Then its row here goes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def due(self, requested: Sequence[Requested], now: datetime) -> list[tuple[Requested, int]]:
        """Those that may be taken up now, each with how often this same approval was before."""
        async with transaction(self._engine) as connection:
            known = {row.salesforce_id: row for row in await connection.execute(select(approval_attempt))}
        chosen = []
        for each in requested:
            row = known.get(each.id)
            if row is None or row.modstamp != each.modstamp:
                chosen.append((each, 0))
            elif row.again_at <= now:
                chosen.append((each, row.tries))
        return chosen

    async def begin(self, each: Requested, tries: int, now: datetime) -> None:
        """On record before anything is done, so that a process that dies of it does not die of it at every poll."""
        pause = min(FIRST_PAUSE * 2 ** min(tries, 16), LONGEST_PAUSE)
        values: dict[str, Any] = {"modstamp": each.modstamp, "tries": tries + 1, "again_at": now + pause, "reason": ""}
        key = {"salesforce_id": each.id}
        async with transaction(self._engine) as connection:
            await put_row(connection, approval_attempt, key, {}, **values)
            # Records that were deleted or taken back meanwhile are never asked for again.
            old = approval_attempt.c.again_at < now - MOST_REMEMBERED
            await connection.execute(delete(approval_attempt).where(old))

    async def refused(self, salesforce_id: str, reason: str) -> None:
        async with transaction(self._engine) as connection:
            mine = update(approval_attempt).filter_by(salesforce_id=salesforce_id)
            await connection.execute(mine.values(reason=reason))

    async def forget(self, salesforce_id: str) -> None:
        """Salesforce took what we wrote: a new Requested is a new approval."""
        async with transaction(self._engine) as connection:
            await connection.execute(delete(approval_attempt).filter_by(salesforce_id=salesforce_id))

    async def stuck(self, limit: int = 50) -> list[Attempt]:
        """What Salesforce does not let us take up, for operators."""
        wanted = select(approval_attempt).where(approval_attempt.c.reason != "").order_by(approval_attempt.c.again_at)
        async with transaction(self._engine) as connection:
            rows = await connection.execute(wanted.limit(limit))
            return [Attempt(row.salesforce_id, row.tries, row.reason, row.again_at) for row in rows]

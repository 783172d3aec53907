"""How many calls all processes of this installation have made to Salesforce, so that its share of the day's quota is
one share. When a process tells its own: salesforce/quota.py.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, func, select, update

from counterfoil.db.engine import Engine, transaction
from counterfoil.db.tables import salesforce_calls
from counterfoil.db.upsert import insert_new

DAY = 24
"""Hours."""


class CrmCalls:
    """A row for each hour since 1970."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = now

    async def add(self, calls: int) -> int:
        """What was spent in 24 hours, these included. Raises TemporarilyUnavailable."""
        hour = self._hour()
        async with transaction(self._engine) as connection:
            if calls:
                if await insert_new(connection, salesforce_calls, {"hour": hour, "calls": 0}):
                    await connection.execute(delete(salesforce_calls).where(salesforce_calls.c.hour <= hour - DAY))
                more = update(salesforce_calls).where(salesforce_calls.c.hour == hour)
                await connection.execute(more.values(calls=salesforce_calls.c.calls + calls))
            lately = select(func.sum(salesforce_calls.c.calls)).where(salesforce_calls.c.hour > hour - DAY)
            return int((await connection.execute(lately)).scalar() or 0)

    def _hour(self) -> int:
        return int(self._now().timestamp() // 3600)

"""The time of day that all processes of an installation share: the database's, since their machines' clocks may differ.

By it an order's lease ends, and what may still be under way counts as settled: a machine ten minutes fast would take
another one's order away in the middle, and place it again.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import func, select

from counterfoil.db.engine import Engine, transaction

EVERY = 5.0
"""Seconds for which an answer holds, carried on by the monotonic clock: a failover brings another machine's clock."""


class SharedClock(Protocol):
    """`follow` before whatever must not be decided by this machine's own clock. Raises TemporarilyUnavailable."""

    def __call__(self) -> datetime: ...

    async def follow(self) -> None: ...


def utc_now() -> datetime:
    return datetime.now(UTC)


class DatabaseClock:
    """For one process. `machine`: its own clock, which counts until the database has told its, and for SQLite always:
    whoever shares that file shares the machine.
    """

    def __init__(
        self, engine: Engine, machine: Callable[[], datetime] = utc_now, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._machine = machine
        self._monotonic = monotonic
        self._told: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        if self._told is None:
            return self._machine()
        moment, at = self._told
        return moment + timedelta(seconds=self._monotonic() - at)

    async def follow(self) -> None:
        if self._engine.dialect.name == "sqlite":
            return
        if self._told is None or self._monotonic() - self._told[1] >= EVERY:
            self._told = await self._ask()

    async def _ask(self) -> tuple[datetime, float]:
        async with transaction(self._engine) as connection:
            sent = self._monotonic()
            moment: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
            # Told somewhere between the two.
            return moment, (sent + self._monotonic()) / 2

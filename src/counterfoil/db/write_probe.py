"""Whether the database takes writes: one that was demoted to a replica, or whose disk is full, still answers reads."""

import asyncio
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import delete, insert

from counterfoil.db.engine import Engine, ping, transaction
from counterfoil.db.tables import lease
from counterfoil.errors import TemporarilyUnavailable

EVERY = 1.0
"""Seconds for which an answer holds: whoever asks more often costs the database no write."""

SIZE = 8 * 1024
"""Bytes, and such as cannot be compressed: a row that still fits into a page would be taken on a full disk."""


class WriteProbe:
    """For one process. `now`: monotonic seconds."""

    def __init__(self, engine: Engine, now: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._now = now
        self._asked_at = float("-inf")
        self._failure: TemporarilyUnavailable | None = None
        self._asking = asyncio.Lock()

    async def check(self) -> None:
        """Raises TemporarilyUnavailable: it does not answer now, or took no write a moment ago."""
        await ping(self._engine)
        async with self._asking:
            if self._now() - self._asked_at >= EVERY:
                self._failure = await self._probe()
                self._asked_at = self._now()
        if self._failure is not None:
            raise TemporarilyUnavailable("the database takes no writes") from self._failure

    async def _probe(self) -> TemporarilyUnavailable | None:
        name = f"probe {secrets.token_hex(8)}"
        row = {"name": name, "owner": secrets.token_hex(SIZE // 2), "until": datetime.now(UTC)}
        try:
            async with transaction(self._engine) as connection:
                await connection.execute(insert(lease).values(**row))
                await connection.execute(delete(lease).where(lease.c.name == name))
        except TemporarilyUnavailable as error:
            return error
        return None

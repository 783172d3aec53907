"""When sessions were last used, written behind the requests: no page waits for the database to take a write, or fails
because it takes none. What is not written in time is written when the person comes again.
"""

import asyncio
from datetime import datetime

import structlog
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.db.engine import transaction
from counterfoil.db.tables import session
from counterfoil.errors import TemporarilyUnavailable

_log = structlog.get_logger(__name__)


class LastSeen:
    """One write at a time for each process, however many people come meanwhile."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._unwritten: dict[str, datetime] = {}
        self._writing: asyncio.Task[None] | None = None

    def note(self, key: str, now: datetime) -> None:
        """`key`: of a session that there is."""
        self._unwritten[key] = now
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="last seen")

    async def written(self) -> None:
        """Returns when nothing is left to be written."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def _write(self) -> None:
        while self._unwritten:
            noted, self._unwritten = self._unwritten, {}
            try:
                async with transaction(self._engine) as connection:
                    for key, moment in noted.items():
                        # No update ever makes a row: one that was signed out meanwhile stays away.
                        seen = update(session).where(session.c.id_hash == key, session.c.last_seen_at < moment)
                        await connection.execute(seen.values(last_seen_at=moment))
            except TemporarilyUnavailable:
                _log.warning("last seen not written", sessions=len(noted), reason="the database takes no writes")

"""The audit trail as the rest of the portal works with it: `record` what happened, `count` what failed, `find` it."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import structlog

from counterfoil.audit import repository
from counterfoil.audit.appending import Dated, append
from counterfoil.audit.entries import Action, Entry, RecordedEntry
from counterfoil.audit.failures import WINDOW, FailureCounts
from counterfoil.db.engine import Engine, transaction
from counterfoil.errors import TemporarilyUnavailable

_log = structlog.get_logger(__name__)

LONGEST_WAIT = 1.0
"""Seconds for which whoever records something waits for the database. It is written as soon as that answers."""

MOST_WAITING = 5_000
"""Entries that a process keeps while the database is away: about 5 MB. More are lost, and the log says how many."""

AT_ONCE = 200
"""Entries in one transaction."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class AuditTrail:
    """For one process. Nothing is recorded on the path of a read."""

    def __init__(self, engine: Engine, *, retention: timedelta, now: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._retention = retention
        self._now = now
        self._waiting: list[Dated] = []
        self._lost = 0
        self._writing: asyncio.Task[None] | None = None
        self._failures = FailureCounts()

    async def record(self, *entries: Entry) -> None:
        """Returns when it is on record, or after a second while the database does not take it: then it waits here.

        Never raises: what has happened has happened.
        """
        self._keep(entries)
        await asyncio.wait({self._written()}, timeout=LONGEST_WAIT)

    def count(self, failure: Entry) -> None:
        """Something that strangers can make happen as often as they like. The first is written at once, in the
        background; repetitions as one entry with their number, once a minute; and so are all that are too many.
        """
        if self._failures.is_first(failure, self._now()):
            self._keep([failure])
            self._written()

    async def find(
        self,
        *,
        account_id: int | None = None,
        client_id: int | None = None,
        by: str = "",
        actions: Collection[Action] = (),
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[RecordedEntry]:
        """Newest first; what is given must all hold. `before`: a number, for the next page.

        Raises TemporarilyUnavailable.
        """
        about = {"account_id": account_id, "client_id": client_id}
        return await repository.find(self._engine, **about, by=by, actions=actions, before=before, limit=limit)

    async def watch(self) -> NoReturn:
        """Writes the numbers of failures, and what the database did not take."""
        while True:
            await asyncio.sleep(WINDOW.total_seconds() / 4)
            self._keep(self._failures.over(self._now()))
            await self._written()

    async def let_go(self, now: datetime) -> int:
        """Deletes what is older than the retention; how many. Run it now and then. Raises TemporarilyUnavailable."""
        return await repository.let_go(self._engine, now - self._retention)

    async def close(self) -> None:
        """What was counted is written; whoever stops the portal waits for it."""
        self._keep(self._failures.all())
        await asyncio.wait({self._written()}, timeout=LONGEST_WAIT)

    def _keep(self, entries: Sequence[Entry]) -> None:
        room = MOST_WAITING - len(self._waiting)
        self._waiting += [Dated(self._now(), entry) for entry in entries[:room]]
        self._lost += len(entries[room:])

    def _written(self) -> asyncio.Task[None]:
        """Ends when what waits by now is on record, or could not be put there. One at a time: others join in."""
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="audit")
        return self._writing

    async def _write(self) -> None:
        try:
            while self._waiting:
                chosen = self._waiting[:AT_ONCE]
                async with transaction(self._engine) as connection:
                    await append(connection, chosen)
                del self._waiting[: len(chosen)]
        except TemporarilyUnavailable:
            _log.warning("audit trail put off", waiting=len(self._waiting), reason="the database is away")
            return
        if self._lost:
            _log.error("audit entries lost while the database was away", lost=self._lost)
            self._lost = 0

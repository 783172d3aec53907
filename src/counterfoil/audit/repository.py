"""Reads the trail, and lets go of what is older than the retention says. How it grows: appending.py."""

from collections.abc import AsyncGenerator, Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.audit.appending import HEAD, Dated, append
from counterfoil.audit.entries import Action, RecordedEntry
from counterfoil.db.engine import transaction
from counterfoil.db.tables import audit_entry, audit_head

BATCH = 1000
"""Rows at a time, whatever the length of the trail."""

MOST_AT_ONCE = 20_000
"""Rows that one round lets go: the next takes the rest."""


async def add(engine: AsyncEngine, dated: Sequence[Dated]) -> None:
    """For commands, which have no process to wait in. Raises TemporarilyUnavailable."""
    async with transaction(engine) as connection:
        await append(connection, dated)


async def find(
    engine: AsyncEngine,
    *,
    account_id: int | None = None,
    client_id: int | None = None,
    by: str = "",
    actions: Collection[Action] = (),
    before: int | None = None,
    limit: int = 50,
) -> Sequence[RecordedEntry]:
    """Newest first; what is given must all hold. `before`: a number, for the next page."""
    wanted = select(audit_entry).order_by(audit_entry.c.number.desc()).limit(limit)
    about = {"account_id": account_id, "client_id": client_id, "by": by or None}
    for name, value in about.items():
        if value is not None:
            wanted = wanted.where(audit_entry.c[name] == value)
    if actions:
        wanted = wanted.where(audit_entry.c.action.in_([each.value for each in actions]))
    if before is not None:
        wanted = wanted.where(audit_entry.c.number < before)
    async with transaction(engine) as connection:
        return [recorded(row) for row in await connection.execute(wanted)]


async def since(engine: AsyncEngine, moment: datetime) -> AsyncGenerator[RecordedEntry]:
    """All of that moment and later, in the order of the chain."""
    last = 0
    while True:
        rows = await rows_after(engine, last)
        for row in rows:
            if row.at >= moment:
                yield recorded(row)
        if not rows:
            return
        last = rows[-1].number


async def rows_after(engine: AsyncEngine, number: int) -> Sequence[Row[Any]]:
    wanted = select(audit_entry).where(audit_entry.c.number > number).order_by(audit_entry.c.number).limit(BATCH)
    async with transaction(engine) as connection:
        return (await connection.execute(wanted)).all()


def recorded(row: Row[Any]) -> RecordedEntry:
    details = msgspec.json.decode(row.details)
    personal = msgspec.json.decode(row.personal) if row.personal else {}
    about = {"address": personal.get("address", ""), "reason": personal.get("reason", "")}
    return RecordedEntry(
        row.number, row.at, row.action, row.by, row.account_id, row.client_id, details, **about, hash=row.hash
    )


async def let_go(engine: AsyncEngine, older_than: datetime) -> int:
    """Deletes the oldest entries, up to the first that is younger; how many. The head remembers where the chain begins
    now, so that it can still be verified.
    """
    async with transaction(engine) as connection:
        # The write comes first (SQLite), and is the lock under which entries are added.
        locked = update(audit_head).filter_by(**HEAD).values(last=audit_head.c.last)
        head = (await connection.execute(locked.returning(audit_head.c.before, audit_head.c.last))).first()
        if head is None:
            return 0
        kept = select(func.min(audit_entry.c.number)).where(audit_entry.c.at >= older_than)
        first = await connection.scalar(kept)
        end = min((head.last + 1 if first is None else first) - 1, head.before + MOST_AT_ONCE)
        ending = (await connection.execute(select(audit_entry.c.hash).filter_by(number=end))).first()
        if ending is None:
            return 0
        gone = await connection.execute(delete(audit_entry).where(audit_entry.c.number <= end))
        await connection.execute(update(audit_head).filter_by(**HEAD).values(before=end, before_hash=ending.hash))
        return gone.rowcount

"""Time passes for sessions: their rows are made older in the portal's own database."""

import asyncio
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import create_async_engine

from counterfoil.db.tables import session
from tests.stack import Stack


def make_older(stack: Stack, *, minutes: int) -> None:
    """Everybody has signed in, and proven who they are, so much earlier. They were seen just now all the same."""
    asyncio.run(_make_older(stack.settings["database_url"], timedelta(minutes=minutes)))


async def _make_older(url: str, age: timedelta) -> None:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            times = select(session.c.id_hash, session.c.created_at, session.c.proven_at)
            for row in (await connection.execute(times)).all():
                older = update(session).where(session.c.id_hash == row.id_hash)
                proven_at = row.proven_at and row.proven_at - age
                await connection.execute(older.values(created_at=row.created_at - age, proven_at=proven_at))
    finally:
        await engine.dispose()

"""How far the changes that WHMCS's addon numbers are applied here, and when it was asked for them last."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.db.engine import transaction
from counterfoil.db.tables import change_feed
from counterfoil.db.upsert import insert_new

_WHMCS = "whmcs"
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


class Feed(NamedTuple):
    """`seen`: every number up to it is applied; None: it is not known yet where to begin."""

    series: str
    seen: int | None
    asked_at: datetime


async def introduce(engine: AsyncEngine, series: str) -> None:
    """There is an addon. Which series it numbers in now, it says itself when asked."""
    row = {"name": _WHMCS, "series": series, "seen": None, "asked_at": _NEVER}
    async with transaction(engine) as connection:
        await insert_new(connection, change_feed, row)


async def find(engine: AsyncEngine) -> Feed | None:
    """None: no addon has ever sent anything."""
    columns = (change_feed.c.series, change_feed.c.seen, change_feed.c.asked_at)
    async with transaction(engine) as connection:
        row = (await connection.execute(select(*columns).where(change_feed.c.name == _WHMCS))).one_or_none()
    return None if row is None else Feed(*row)


async def move(engine: AsyncEngine, series: str, seen: int, asked_at: datetime) -> None:
    """`asked_at`: when it was asked for what is applied now."""
    moved = update(change_feed).where(change_feed.c.name == _WHMCS)
    async with transaction(engine) as connection:
        await connection.execute(moved.values(series=series, seen=seen, asked_at=asked_at))

"""Two machines of which one has no time service: what one works at, the other must not take for given up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from counterfoil.db.clock import DatabaseClock, utc_now
from counterfoil.db.engine import make_engine
from tests.orders.neighbours import Neighbours
from tests.orders.world import Clock, World, opened

pytestmark = pytest.mark.anyio


class MachineClock(Clock):
    """As a portal has it on a machine whose own clock is `machine`."""

    def __init__(self, told: DatabaseClock) -> None:
        super().__init__()
        self._told = told

    def __call__(self) -> datetime:
        return self._told()

    async def follow(self) -> None:
        await self._told.follow()


@asynccontextmanager
async def portal_on(
    machine: Callable[[], datetime], around: Neighbours, url: str, *, fresh: bool
) -> AsyncIterator[World]:
    engine = make_engine(url)
    clock = MachineClock(DatabaseClock(engine, machine))
    try:
        async with opened(around, url, salesforce=False, fresh=fresh, clock=clock) as world:
            yield world
    finally:
        await engine.dispose()


async def test_a_fast_machine_takes_no_order_away(around: Neighbours, postgres_url: str) -> None:
    """By its clock the other's lease is long over, and AddOrder settled: it would be sent a second time."""
    async with (
        portal_on(utc_now, around, postgres_url, fresh=True) as right,
        portal_on(lambda: utc_now() + timedelta(minutes=10), around, postgres_url, fresh=False) as fast,
    ):
        right.break_with("AddOrder", "hang", after=False)
        await right.place()
        claimed = await right.orders.worker.claim()
        assert claimed is not None
        working = asyncio.create_task(right.orders.worker.work(claimed))
        while "AddOrder" not in right.calls():  # noqa: ASYNC110 -- the sandbox tells nobody
            await asyncio.sleep(0.01)
        assert await fast.orders.worker.claim() is None
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

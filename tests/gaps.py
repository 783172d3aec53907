"""How long an event loop served nobody: a task that wants to run every 5 ms notes when it could not."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

EVERY = 0.005

LONGEST = 0.1
"""Seconds that one customer's or one answer's work may keep everybody else waiting."""


@dataclass
class Gaps:
    longest: float = 0.0
    """Seconds of this process' work. What the machine did meanwhile for others is not counted: tests share it."""


@asynccontextmanager
async def watched_loop() -> AsyncIterator[Gaps]:
    gaps = Gaps()

    async def tick() -> None:
        while True:
            before, worked = time.monotonic(), time.process_time()
            await asyncio.sleep(EVERY)
            gap = min(time.monotonic() - before - EVERY, time.process_time() - worked)
            gaps.longest = max(gaps.longest, gap)

    # As the portal does when it starts (app/portal.py): the test run's own objects are not walked through.
    gc.collect()
    gc.freeze()
    ticking = asyncio.create_task(tick())
    await asyncio.sleep(EVERY)
    try:
        yield gaps
        await asyncio.sleep(2 * EVERY)
    finally:
        ticking.cancel()
        gc.unfreeze()

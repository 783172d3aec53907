"""A portal's process with the real cache on a modelled Redis. It may die in the middle of anything."""

import asyncio
import random
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, TypeVar

from counterfoil.cache import Cache
from counterfoil.cache.clock import StoreClock
from counterfoil.cache.rules import SETTLE
from tests.cache.fleet import ADA
from tests.cache.history import History
from tests.cache.modelled import ModelledRedis, ModelledStore

T = TypeVar("T")


class Died(Exception):
    """The process that was asked is gone."""


class Process:
    def __init__(self, number: int, redis: ModelledRedis, clock_is_off: float) -> None:
        self.number = number
        self.store = ModelledStore(redis)
        self._tasks: set[asyncio.Task[Any]] = set()
        nonces = iter(lambda: f"{redis.chance.getrandbits(64):016x}", "")
        now = redis.history.now
        self.cache = Cache(
            self.store, new_nonce=partial(next, nonces), clock=StoreClock(lambda: 1_800_000_000 + now() + clock_is_off)
        )

    async def run(self, asked: Coroutine[Any, Any, T]) -> T:
        """Raises Died when the process does not live to answer."""
        task = asyncio.create_task(asked)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            raise
        if task.cancelled():
            raise Died
        return task.result()

    async def die(self) -> None:
        """As kill -9 does it: nothing is given back, closed or paid."""
        self.store.die()
        for task in list(self._tasks):
            task.cancel()
        await self.cache.close()


class Modelled:
    """Processes on one modelled Redis."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self.redis = ModelledRedis(random.Random(1), History(1, 90, 10))  # noqa: S311 -- no secret

    async def process(self, clock_is_off: float = 0.0) -> Process:
        process = Process(1, self.redis, clock_is_off)
        await process.cache.start()
        self._stack.push_async_callback(process.cache.close)
        return process

    async def settled(self) -> Process:
        """A process, and a client whose generation exists and has settled."""
        process = await self.process()
        await process.cache.clear(ADA)
        await asyncio.sleep(SETTLE + 0.1)
        return process

    def hide(self, *processes: Process, seconds: float) -> None:
        """Cuts them off from Redis, which is well."""
        for process in processes:
            process.store.cut_until = asyncio.get_running_loop().time() + seconds

"""A Redis of Python and virtual time, with everything that can go wrong between it and a process. One per world."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from counterfoil.cache.memory import MemoryStore
from counterfoil.cache.rules import COMMAND_LIMIT
from counterfoil.cache.store import Answer, StoreAway


class ModelledRedis:
    """`run` changes with every restart; a restart loses everything, or everything the processes can find."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.skew = 0.0
        self.run = 0
        self.is_alive = True
        self.hangs_until = 0.0
        self.troubles: list[tuple[float, float]] = []
        self.memory = self._empty()

    def now(self) -> float:
        return 1_800_000_000 + asyncio.get_running_loop().time() + self.skew

    def _empty(self) -> MemoryStore:
        return MemoryStore(now=self.now)

    async def restart(self, after: float) -> None:
        self._trouble(after)
        self.is_alive, self.run, self.memory = False, self.run + 1, self._empty()
        await asyncio.sleep(after)
        self.is_alive = True

    async def hang(self, seconds: float) -> None:
        self._trouble(seconds)
        self.hangs_until = asyncio.get_running_loop().time() + seconds

    async def evict(self) -> None:
        if self.memory._kept:
            self.memory._delete(self.chance.choice(sorted(self.memory._kept)))

    async def flush(self) -> None:
        self.memory._kept.clear()

    async def set_clock(self) -> None:
        self._trouble(12.0)
        self.skew += self.chance.choice([-5.0, -1.0, 1.0, 5.0])

    def _trouble(self, seconds: float) -> None:
        """Until a second after the reconnection nobody promises that a session does not go back."""
        now = asyncio.get_running_loop().time()
        self.troubles.append((now, now + seconds + COMMAND_LIMIT * 2 + 2.0))


class ModelledLink:
    """What redis_store.py is to a real one: a Store of one process, its operations those of memory.py."""

    def __init__(self, redis: ModelledRedis) -> None:
        self._redis = redis
        self._run = -1
        self._task: asyncio.Task[None] | None = None
        self.is_up = False

    async def start(self, came_up: Callable[[bool], None], went_away: Callable[[], None]) -> None:
        self._came_up, self._went_away = came_up, went_away
        self._task = asyncio.create_task(self._reconnect())
        await asyncio.sleep(0.01)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self.is_up = False

    async def _reconnect(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            if not self.is_up and self._redis.is_alive and self._redis.hangs_until < loop.time():
                self.is_up, is_new = True, self._run != self._redis.run
                self._run = self._redis.run
                self._came_up(is_new)
            elif self.is_up and self._run != self._redis.run:
                self._lose()
            await asyncio.sleep(0.05)

    def _lose(self) -> None:
        if self.is_up:
            self.is_up = False
            self._went_away()

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def operation(*arguments: Any) -> Any:
            return await self._through(name, arguments)

        return operation

    async def _through(self, name: str, arguments: Sequence[Any]) -> Answer:
        """There, done, and back; whoever is cut off on the way does not know which."""
        redis, run, loop = self._redis, self._run, asyncio.get_running_loop()
        if not self.is_up:
            raise StoreAway("not connected")
        await asyncio.sleep(redis.chance.choice([0.0002, 0.001, 0.02]))
        if redis.hangs_until > loop.time():
            left = redis.hangs_until - loop.time()
            if left > COMMAND_LIMIT:
                await asyncio.sleep(COMMAND_LIMIT)
                self._lose()
                raise StoreAway("no answer in time")
            await asyncio.sleep(left)
        if not redis.is_alive or not self.is_up or redis.run != run:
            self._lose()
            raise StoreAway("connection closed")
        answer: Answer = await getattr(redis.memory, name)(*arguments)
        await asyncio.sleep(redis.chance.choice([0.0002, 0.001, 0.02]))
        if not self.is_up or self._run != run:
            raise StoreAway("connection closed")
        return answer

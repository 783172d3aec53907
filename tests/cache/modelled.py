"""A Redis of memory.py and virtual time, with everything that can go wrong between it and a process. One per world.

That memory.py decides as the scripts in the real one do is shown by test_agreement.py.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from counterfoil.cache.memory import MemoryStore
from counterfoil.cache.packing import Record
from counterfoil.cache.store import Bump, Lease, StoreAway
from counterfoil.redis.timing import COMMAND_LIMIT
from tests.cache.history import Generation, History

WIRE = (0.0002, 0.0002, 0.001, 0.02)
REDIALS = (0.05, 0.1, 0.5)


class _Memory(MemoryStore):
    """Writes down when generations begin and end."""

    def __init__(self, now: Callable[[], float], history: History) -> None:
        super().__init__(now=now)
        self.history = history
        self.current: dict[str, Generation] = {}

    def _save(self, scope: str, record: Record) -> None:
        super()._save(scope, record)
        before = self.current.get(scope)
        if before is None or before.nonce != record.nonce:
            self.ended(scope)
            self.current[scope] = Generation(scope.rpartition(":")[2], record.nonce, self.history.now())
            self.history.generations[record.nonce] = self.current[scope]

    def ended(self, scope: str) -> None:
        if scope in self.current:
            self.current.pop(scope).ended = self.history.now()

    def lose(self, key: str) -> None:
        self._delete(key)
        scope = key.removesuffix(":g")
        if key.endswith(":g"):
            self.ended(scope)
        self.history.losses.append((self.history.now(), key.split(":")[1]))


class ModelledRedis:
    """`run` changes with every restart, and is part of every key, as in redis_store.py."""

    def __init__(self, chance: random.Random, history: History) -> None:
        self.chance = chance
        self.history = history
        self.skew = 0.0
        self.run = 0
        self.is_alive = True
        self.hangs_until = 0.0
        self.memory = _Memory(self.now, history)
        self.snapshot: dict[str, tuple[bytes, int]] = {}

    def now(self) -> float:
        return 1_800_000_000 + self.history.now() + self.skew

    def save(self) -> None:
        self.snapshot = dict(self.memory._values)

    async def restart(self, after: float) -> None:
        """Killed, and back with nothing, an old snapshot or all it had; or another server has taken its place."""
        self.history.outage(after)
        self.is_alive, self.run = False, self.run + 1
        for scope in list(self.memory.current):
            self.memory.ended(scope)
        kept = self.chance.choice([{}, self.snapshot, dict(self.memory._values)])
        self.history.losses.append((self.history.now(), "*"))
        await asyncio.sleep(after)
        self.memory._values = dict(kept)
        if self.chance.random() < 0.3:
            self._set_clock(self.chance.choice([-300.0, 120.0]))
        self.is_alive = True

    async def hang(self, seconds: float) -> None:
        self.history.outage(seconds)
        self.hangs_until = self.history.now() + seconds
        await asyncio.sleep(seconds)

    async def evict(self) -> None:
        kinds = self.chance.choice([":g", ":e:", ":l:"])
        keys = [key for key in self.memory._values if kinds in key]
        if keys:
            self.memory.lose(self.chance.choice(sorted(keys)))

    async def flush(self) -> None:
        for key in list(self.memory._values):
            self.memory.lose(key)

    async def step(self) -> None:
        self._set_clock(self.chance.choice([-5.0, -1.0, 1.0, 5.0]))

    def _set_clock(self, seconds: float) -> None:
        self.skew += seconds
        self.history.clock.append((self.history.now(), self.skew))


class ModelledStore:
    """What redis_store.py is to a real one: a Store of one process, its operations those of memory.py."""

    def __init__(self, redis: ModelledRedis) -> None:
        self._redis = redis
        self._chance = redis.chance
        self._run = -1
        self._connection = 0
        self._task: asyncio.Task[None] | None = None
        self._late: set[asyncio.Task[None]] = set()
        self.is_up = False
        self.is_dead = False
        self.cut_until = 0.0

    async def start(self, came_up: Callable[[bool], None], went_away: Callable[[], None]) -> None:
        self._came_up, self._went_away = came_up, went_away
        self._task = asyncio.create_task(self._stay_connected())
        await asyncio.sleep(0.01)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self.is_up = False

    def die(self) -> None:
        """The process is gone: nothing of it reaches the server from now on."""
        self.is_up, self.is_dead = False, True

    def failed_since(self, moment: float) -> bool:
        """Nobody stands still here: test_sleeping.py."""
        return True

    def listen(self, callback: Callable[[str, bytes], None]) -> None: ...

    async def _stay_connected(self) -> None:
        while not self.is_dead:
            redis = self._redis
            if self.is_up and (self._run != redis.run or not redis.is_alive):
                self._lose()
            elif not self.is_up and redis.is_alive and self._stuck() <= 0:
                self.is_up, is_new = True, self._run != redis.run
                self._run = redis.run
                self._came_up(is_new)
            await asyncio.sleep(0.05 if self.is_up else self._chance.choice(REDIALS))

    def _lose(self) -> None:
        if self.is_up:
            self.is_up = False
            self._connection += 1
            self._went_away()

    def _stuck(self) -> float:
        return max(self._redis.hangs_until, self.cut_until) - asyncio.get_running_loop().time()

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def operation(first: Any = None, *others: Any) -> Any:
            if isinstance(first, Lease):
                return await self._through(name, first._replace(scope=self.prefix + first.scope), *others)
            arguments = () if first is None else (self.prefix + first, *others)
            return await self._through(name, *arguments)

        return operation

    @property
    def prefix(self) -> str:
        return f"{self._run}:"

    async def bump_all(self, new_nonce: Callable[[], str]) -> Any:
        for key in [key for key in self._redis.memory._values if key.startswith(self.prefix) and key.endswith(":g")]:
            await self._through("bump", key.removesuffix(":g"), Bump(new_nonce()))
        return await self._through("beat")

    async def _through(self, name: str, *arguments: Any) -> Any:
        """There, done, and back; whoever is cut off on the way does not know which."""
        connection = self._connection
        operation = getattr(self._redis.memory, name)
        await self._pass(connection, lambda: operation(*arguments))
        answer = await operation(*arguments)
        await self._pass(connection, None)
        return answer

    async def _pass(self, connection: int, late: Callable[[], Awaitable[Any]] | None) -> None:
        self._check(connection)
        await asyncio.sleep(self._chance.choice(WIRE))
        if (left := self._stuck()) > 0:
            await asyncio.sleep(min(left, COMMAND_LIMIT))
            if left > COMMAND_LIMIT:
                self._check(connection)
                if late is not None and self._chance.random() < 0.5:
                    self._late.add(asyncio.create_task(self._execute(left - COMMAND_LIMIT, late)))
                self._lose()
        self._check(connection)

    def _check(self, connection: int) -> None:
        if not self.is_up or connection != self._connection:
            raise StoreAway("not connected")
        if not self._redis.is_alive or self._redis.run != self._run:
            self._lose()
            raise StoreAway("connection closed")

    async def _execute(self, after: float, late: Callable[[], Awaitable[Any]]) -> None:
        """A server that hung finds in its buffers what nobody waits for any more."""
        run = self._run
        await asyncio.sleep(after + 0.001)
        if self._redis.is_alive and self._redis.run == run:
            await late()

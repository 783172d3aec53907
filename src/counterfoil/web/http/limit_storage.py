"""Moving windows: how often something was done within the last minutes, in this process or in Redis for all of them."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from importlib import resources
from typing import Any, NamedTuple, Protocol

_SCRIPT = resources.files(__package__).joinpath("limit_storage.lua").read_bytes()


_FORGET = b"return redis.call('DEL', KEYS[1])"


class StorageAway(Exception):
    """What is counted for all processes cannot be reached now."""


class Limit(NamedTuple):
    """So many times within so many minutes, at any moment."""

    times: int
    minutes: float = 1

    @property
    def seconds(self) -> float:
        return self.minutes * 60


class Window(NamedTuple):
    """The last minutes of one thing that is limited."""

    left: int
    """How often it may be done now."""
    wait: float
    """Seconds until the oldest that is counted counts no more."""


class LimitStorage(Protocol):
    async def look(self, key: str, limit: Limit) -> Window:
        """Counts nothing."""

    async def count(self, key: str, limit: Limit) -> Window:
        """The window as it was; one is counted in it if there is room."""

    async def forget(self, key: str) -> bool:
        """Whether anything was counted."""


class ScriptRunner(Protocol):
    """A Redis, as far as it is needed here. What it is asked raises StorageAway while it is away."""

    async def start(self) -> None: ...
    async def close(self) -> None: ...
    async def run(self, script: bytes, key: str, /, *arguments: int) -> Any: ...


class RedisLimitStorage:
    """Every operation raises StorageAway."""

    def __init__(self, redis: ScriptRunner) -> None:
        self._redis = redis

    async def start(self) -> None:
        await self._redis.start()

    async def close(self) -> None:
        await self._redis.close()

    async def look(self, key: str, limit: Limit) -> Window:
        return await self._run(key, limit, counts=0)

    async def count(self, key: str, limit: Limit) -> Window:
        return await self._run(key, limit, counts=1)

    async def forget(self, key: str) -> bool:
        return bool(await self._redis.run(_FORGET, key))

    async def _run(self, key: str, limit: Limit, *, counts: int) -> Window:
        left, wait = await self._redis.run(_SCRIPT, key, limit.times, round(limit.seconds * 1000), counts)
        return Window(left, wait / 1000)


class _Counted(NamedTuple):
    moments: deque[float]
    """The oldest first."""
    seconds: float


class MemoryLimitStorage:
    """Does what limit_storage.lua does, on this process' clock."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._counted: OrderedDict[str, _Counted] = OrderedDict()
        """First what was not done for the longest time."""

    async def look(self, key: str, limit: Limit) -> Window:
        counted = self._counted.get(key)
        return _window(counted.moments if counted else deque(), limit, self._now())

    async def count(self, key: str, limit: Limit) -> Window:
        now = self._now()
        counted = self._counted.setdefault(key, _Counted(deque(), limit.seconds))
        self._counted.move_to_end(key)
        window = _window(counted.moments, limit, now)
        if window.left:
            counted.moments.append(now)
        self._forget(now)
        return window

    async def forget(self, key: str) -> bool:
        counted = self._counted.pop(key, None)
        return counted is not None and bool(counted.moments)

    def _forget(self, now: float) -> None:
        """What is over, unless something that is not stands before it: nobody fills the memory by guessing."""
        while self._counted:
            moments, seconds = next(iter(self._counted.values()))
            if moments and moments[-1] + seconds >= now:
                return
            self._counted.popitem(last=False)


def _window(moments: deque[float], limit: Limit, now: float) -> Window:
    """What is left of it when those are dropped that count no more."""
    while moments and moments[0] + limit.seconds < now:
        moments.popleft()
    oldest = moments[0] if moments else now
    return Window(max(0, limit.times - len(moments)), oldest + limit.seconds - now)

"""The `limits` library's storage on the cache's Redis: its scripts, over our connection, which follows failovers."""

import time

from limits.aio.storage import Storage
from limits.aio.storage.base import MovingWindowSupport
from limits.aio.storage.redis.bridge import RedisBridge

from counterfoil.redis.commands import Commands
from counterfoil.redis.failures import RedisAway


class RedisLimitStorage(Storage, MovingWindowSupport):
    """Every operation raises RedisAway."""

    STORAGE_SCHEME = None

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self.commands = commands

    @property
    def base_exceptions(self) -> type[Exception]:
        return RedisAway

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        return bool(await self.commands.run(_ACQUIRE, key, repr(time.time()), limit, expiry, amount))

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        now = time.time()
        window = await self.commands.run(_WINDOW, key, repr(now - expiry), limit)
        return (float(window[0]), int(window[1])) if window else (now, 0)

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return int(await self.commands.run(_INCREASE, key, expiry, amount))

    async def get(self, key: str) -> int:
        return int(await self.commands.send("GET", key) or 0)

    async def get_expiry(self, key: str) -> float:
        return time.time() + max(0, int(await self.commands.send("TTL", key)))

    async def clear(self, key: str) -> None:
        await self.commands.send("DEL", key)

    async def check(self) -> bool:
        await self.commands.send("EXISTS", "anything")
        return True

    async def reset(self) -> int | None:
        raise NotImplementedError("the counters of all portals are nobody's to reset")


_ACQUIRE, _WINDOW = RedisBridge.SCRIPT_ACQUIRE_MOVING_WINDOW, RedisBridge.SCRIPT_MOVING_WINDOW
_INCREASE = RedisBridge.SCRIPT_INCR_EXPIRE

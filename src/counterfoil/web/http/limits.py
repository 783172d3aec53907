"""How often something may be done. One table; the `limits` library counts, in Redis where the cache is.

Warm reads have no limit: they cost less than counting them would.
"""

import asyncio
import ipaddress
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from counterfoil.errors import RateLimited, SignInFailed
from counterfoil.redis.commands import Commands
from counterfoil.redis.failures import RedisAway
from counterfoil.web.http.limit_storage import RedisLimitStorage

_log = structlog.get_logger(__name__)

TABLE: dict[str, RateLimitItem] = {
    # Guessing passwords: failures only, so that an office behind one address can sign in as often as it likes.
    "sign_in_user": RateLimitItemPerMinute(10, 15),
    "sign_in_address": RateLimitItemPerMinute(50, 15),
    # What each costs calls to WHMCS, however warm the cache is.
    "refresh": RateLimitItemPerMinute(30),
    "sso_link": RateLimitItemPerMinute(30),
    "return": RateLimitItemPerMinute(30),
    "profile": RateLimitItemPerMinute(60),
    "order": RateLimitItemPerMinute(60),
    "csv": RateLimitItemPerMinute(30),
    # By address. A storm of genuine webhooks is never limited: each must take effect. High enough that WHMCS with a
    # wrong secret is told so, even in a busy minute, and not that it sends too much.
    "bad_webhook": RateLimitItemPerMinute(600),
}
"""What is counted -> how often a user (or an address, where the name says so) may do it."""


class Limits:
    def __init__(self, shared: RedisLimitStorage | None = None) -> None:
        """`shared` with the other processes; None: there are none."""
        self._alone = MovingWindowRateLimiter(MemoryStorage())
        self._counters = shared
        self._shared = None if shared is None else MovingWindowRateLimiter(shared)
        self._trying: Counter[tuple[str, str]] = Counter()

    async def start(self) -> None:
        if self._counters is not None:
            await self._counters.commands.start()

    async def close(self) -> None:
        if self._counters is not None:
            await self._counters.commands.close()

    async def hit(self, name: str, key: str) -> None:
        """Counts one. Raises RateLimited when that is one too many."""
        if not await self._ask("hit", name, key):
            raise await self._limited(name, key)

    async def check(self, name: str, key: str) -> None:
        """Raises RateLimited when there is no room for one more. Counts nothing."""
        if not await self._ask("test", name, key):
            raise await self._limited(name, key)

    async def count(self, name: str, key: str) -> None:
        """Counts one, whether or not it is too many."""
        await self._ask("hit", name, key)

    @asynccontextmanager
    async def failures(self, *counted: tuple[str, str]) -> AsyncIterator[None]:
        """Around an attempt to sign in: counts it when it fails, and those in flight as if they would.

        Otherwise a hundred guesses sent at once would all be let through before the first has failed.
        """
        trying = [(name, _grouped(key)) for name, key in counted]
        windows = await asyncio.gather(*(self._window(name, key) for name, key in counted))
        for each, (_, remaining) in zip(trying, windows, strict=True):
            if remaining <= self._trying[each]:
                raise await self._limited(*each)
        # Nothing is awaited since the first look at _trying: others who looked with us must see us here.
        self._trying.update(trying)
        try:
            yield
        except SignInFailed:
            for name, key in counted:
                await self.count(name, key)
            raise
        finally:
            self._trying.subtract(trying)
            self._trying += Counter()  # drops what is zero

    async def _limited(self, name: str, key: str) -> RateLimited:
        reset, _ = await self._window(name, key)
        _log.info("rate limited", limit=name)
        return RateLimited(int(reset - time.time()) + 1)

    async def _window(self, name: str, key: str) -> tuple[float, int]:
        """When there is room again, as Unix time, and how much room there is now."""
        stats = await self._ask("get_window_stats", name, key)
        return stats.reset_time, stats.remaining

    async def _ask(self, question: str, name: str, key: str) -> Any:
        """While Redis is away this process counts alone: nobody is refused for it, and guessing stays limited."""
        if self._shared is not None:
            with suppress(RedisAway):
                return await getattr(self._shared, question)(TABLE[name], name, _grouped(key))
        return await getattr(self._alone, question)(TABLE[name], name, _grouped(key))


def open_limits(cache_url: str) -> Limits:
    """Counts where the cache is. Nothing is connected before `start`."""
    return Limits() if cache_url.startswith("memory:") else Limits(RedisLimitStorage(Commands(cache_url, "limits")))


def _grouped(key: str) -> str:
    """One household has a whole /64 of IPv6 addresses."""
    try:
        address = ipaddress.ip_address(key)
    except ValueError:
        return key
    if address.version == 4:
        return key
    return str(ipaddress.ip_network(f"{key.partition('%')[0]}/64", strict=False))

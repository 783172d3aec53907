"""How often something may be done. One table; the `limits` library counts, in Redis where the cache is.

Warm reads have no limit: they cost less than counting them would.
"""

import asyncio
import ipaddress
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from counterfoil.cache.clients import close_redis, open_owner
from counterfoil.cache.store import StoreAway
from counterfoil.errors import RateLimited, SignInFailed

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
    # By address. A storm of genuine webhooks is never limited: each must take effect.
    "bad_webhook": RateLimitItemPerMinute(60),
}
"""What is counted -> how often a user (or an address, where the name says so) may do it."""

AWAY_SECONDS = 5.0
"""After Redis failed, this process counts alone for so long before it asks again."""

ANSWER_SECONDS = 0.25
"""Redis' time to answer: counting must not be what a customer waits for."""


_AWAY = (RedisError, StoreAway, OSError, TimeoutError)

_SCOPE = "limits"
"""All counters lie on one server, in a cluster too."""

_PATIENCE: dict[str, Any] = {
    "socket_timeout": ANSWER_SECONDS,
    "socket_connect_timeout": ANSWER_SECONDS,
    "retry": Retry(NoBackoff(), 0),  # redis-py's own default is ten retries.
}


class Limits:
    def __init__(self, connect: Callable[[], Awaitable[Redis]] | None = None) -> None:
        """`connect` gives the Redis that is shared with the other processes; None: there are none."""
        self._alone = MovingWindowRateLimiter(MemoryStorage())
        self._connect = connect
        self._connecting = asyncio.Lock()
        self._redis: Redis | None = None
        self._shared: MovingWindowRateLimiter | None = None
        self._away_until = 0.0
        self._trying: Counter[tuple[str, str]] = Counter()

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

    async def close(self) -> None:
        if (redis := self._redis) is not None:
            self._redis = self._shared = None
            # On a busy machine even a farewell may come too late; nobody waits for it.
            with suppress(*_AWAY):
                await close_redis(redis)

    async def _limited(self, name: str, key: str) -> RateLimited:
        reset, _ = await self._window(name, key)
        _log.info("rate limited", limit=name)
        return RateLimited(int(reset - time.time()) + 1)

    async def _window(self, name: str, key: str) -> tuple[float, int]:
        """When there is room again, as Unix time, and how much room there is now."""
        stats = await self._ask("get_window_stats", name, key)
        return stats.reset_time, stats.remaining

    async def _connected(self, connect: Callable[[], Awaitable[Redis]]) -> MovingWindowRateLimiter:
        async with self._connecting:
            if self._shared is None:
                self._redis = await connect()
                pool: Any = self._redis.connection_pool
                self._shared = MovingWindowRateLimiter(
                    RedisStorage(
                        "async+redis://", implementation="redispy", key_prefix=f"cf1:{{{_SCOPE}}}", connection_pool=pool
                    )
                )
            return self._shared

    async def _ask(self, question: str, name: str, key: str) -> Any:
        if self._connect is not None and time.monotonic() >= self._away_until:
            try:
                shared = self._shared or await self._connected(self._connect)
                return await getattr(shared, question)(TABLE[name], name, _grouped(key))
            except _AWAY as error:
                self._away_until = time.monotonic() + AWAY_SECONDS
                _log.warning("limits are counted by each process alone", reason=type(error).__name__)
                await self.close()  # Where the counters are is asked again.
        return await getattr(self._alone, question)(TABLE[name], name, _grouped(key))


def open_limits(cache_url: str) -> Limits:
    """Counts where the cache is."""
    if cache_url.startswith("memory:"):
        return Limits()
    return Limits(lambda: open_owner(cache_url, _SCOPE, **_PATIENCE, max_connections=1024))


def _grouped(key: str) -> str:
    """One household has a whole /64 of IPv6 addresses."""
    try:
        address = ipaddress.ip_address(key)
    except ValueError:
        return key
    if address.version == 4:
        return key
    return str(ipaddress.ip_network(f"{key.partition('%')[0]}/64", strict=False))

"""Several portal processes in one: caches that share a store. And a WHMCS to read from, with versions."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import redis

from counterfoil.cache import Cache, CacheUnavailable, Fetched, Part, open_cache
from counterfoil.cache.clock import StoreClock
from counterfoil.cache.memory import MemoryStore
from counterfoil.cache.packing import pack_record, unpack_record
from counterfoil.cache.rules import SETTLE
from counterfoil.redis.timing import SWITCH
from tests.servers import RedisServer

WITHIN = 30.0
ADA = "c1"


@dataclass
class Whmcs:
    """`version` is what WHMCS would say now. A call reads it when it arrives and answers `latency` later."""

    version: int = 1
    latency: float = 0.05
    fails_with: Exception | None = None
    lifetime: float | None = None
    calls: int = 0
    at_once: int = 0
    most_at_once: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def part(self, name: str = "invoices", lifetime: float = 90.0) -> Part:
        return Part(name, lifetime, self._fetch)

    async def _fetch(self) -> Fetched:
        self.calls += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.arrived.set()
        try:
            version = self.version
            await asyncio.sleep(self.latency)
            if self.fails_with is not None:
                raise self.fails_with
            return Fetched(f"v{version}".encode(), self.lifetime)
        finally:
            self.at_once -= 1


class Fleet:
    """`await process()` is one more portal process on the same store."""

    def __init__(self, stack: AsyncExitStack, *urls: str) -> None:
        """`urls`: of one Redis, or of each node of a cluster; without, the store is in memory."""
        self._stack = stack
        self._urls = urls
        self.skew = 0.0
        self.memory = MemoryStore(now=self._now)

    def _now(self) -> float:
        return 1_800_000_000 + asyncio.get_running_loop().time() + self.skew

    async def process(self) -> Cache:
        cache = open_cache(self._urls[0]) if self._urls else Cache(self.memory, clock=StoreClock(self._now))
        await cache.start()
        self._stack.push_async_callback(cache.close)
        if len(self._urls) > 1:  # The first to come waits until its masters are old enough.
            await until(lambda: cache._trust.is_given, 2 * SWITCH)
        return cache

    async def settle(self, scope: str = ADA) -> None:
        """Lets the settle window of the client pass: in virtual time, or by having begun earlier."""
        if not self._urls:
            await asyncio.sleep(SETTLE + 0.1)
        for client, key in self._keys(f"{{{scope}}}:g"):
            record = unpack_record(client.get(key))
            if record is not None:
                record.settle_until = 0
                client.set(key, pack_record(record), px=60_000)

    async def settled(self, scope: str = ADA) -> Cache:
        """A process, and a client whose generation exists and has settled."""
        cache = await self.process()
        await until(lambda: is_cleared(cache, scope))
        await self.settle(scope)
        return cache

    def forget(self, kind: str, scope: str = ADA) -> None:
        """Evicts keys: of generations (g), entries (e), leases (l) or sessions (s)."""
        for key in [key for key in self.memory._values if key.startswith(f"{scope}:{kind}")]:
            self.memory._delete(key)
        for client, key in self._keys(f"{{{scope}}}:{kind}*"):
            client.delete(key)

    def _keys(self, pattern: str) -> Iterator[tuple[redis.Redis, bytes]]:
        """With the server that has each."""
        for url in self._urls:
            with redis.Redis.from_url(url) as client:
                for key in client.scan_iter(f"cf1:*:{pattern}"):
                    yield client, key


async def is_cleared(cache: Cache, scope: str) -> bool:
    """Not, where a busy machine kept Redis waiting for longer than the cache waits for it."""
    try:
        await cache.clear(scope)
    except CacheUnavailable:
        return False
    return True


async def value(cache: Cache, part: Part, scope: str = ADA) -> bytes:
    return (await cache.read(scope, [part], within=WITHIN)).entries[0].value


async def away(cache: Cache) -> None:
    """Until it has noticed that the store is."""
    await until(lambda: not cache._trust.is_given)


async def back(*caches: Cache) -> None:
    """Waits until they use Redis again."""
    for cache in caches:
        await until(lambda cache=cache: cache._trust.is_given)


def ask(server: RedisServer) -> redis.Redis:
    return redis.Redis.from_url(server.url)


async def until(holds: Callable[[], bool | Awaitable[bool]], limit: float = 60.0) -> None:
    """Waits for what happens in the background."""
    async with asyncio.timeout(limit):
        while True:
            result = holds()
            if result if isinstance(result, bool) else await result:
                return
            await asyncio.sleep(0.01)


async def peeked(cache: Cache, names: Sequence[str] = ("invoices",), scope: str = ADA) -> list[bytes | None]:
    return [entry and entry.value for entry in (await cache.peek(scope, names)).entries]

"""A real master with a replica and three sentinels: it dies, or is replaced while it lives, under reads and clears."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress

import pytest
from redis import Redis

from counterfoil import errors
from counterfoil.cache import Cache, CacheUnavailable, open_cache
from counterfoil.web.limits import open_limits
from tests.cache.fleet import ADA, WITHIN, Whmcs, until, value
from tests.servers import Watched, running_sentinels

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def watched() -> Iterator[Watched]:
    with running_sentinels() as running:
        yield running


async def opened(stack: AsyncExitStack, url: str) -> Cache:
    cache = open_cache(url)
    await cache.start()
    stack.push_async_callback(cache.close)
    return cache


class Customers:
    """Read in both processes while one clears. F2: what was acknowledged before a read began is shown by it."""

    def __init__(self, whmcs: Whmcs, caches: list[Cache]) -> None:
        self.whmcs, self.caches = whmcs, caches
        self.acknowledged = self.reads = 0
        self.is_over = False

    async def read(self, cache: Cache) -> None:
        while not self.is_over:
            least = self.acknowledged
            with suppress(errors.BillingUnavailable):
                shown = int((await value(cache, self.whmcs.part()))[1:])
                assert shown >= least
                self.reads += 1
            await asyncio.sleep(0.01)

    async def change(self) -> None:
        while not self.is_over:
            self.whmcs.version += 1
            changed = self.whmcs.version
            with suppress(CacheUnavailable):
                await self.caches[0].clear(ADA)
                self.acknowledged = changed
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("dies", [True, False], ids=["killed", "replaced while it lives"])
async def test_a_failover(watched: Watched, dies: bool) -> None:
    """F2, F11: the portal finds the new master by itself; nobody is shown what a clear has ended, on either master."""
    whmcs = Whmcs(latency=0.01)
    async with AsyncExitStack() as stack:
        caches = [await opened(stack, watched.url) for _ in range(2)]
        await until(lambda: all(cache._gate.is_open for cache in caches), 90)
        heard: list[bytes] = []
        caches[1].listen(lambda _topic, message: heard.append(message))
        customers = Customers(whmcs, caches)
        working = [asyncio.create_task(customers.read(cache)) for cache in caches]
        working.append(asyncio.create_task(customers.change()))
        await until(lambda: customers.reads > 20, 90)
        before = watched.master()
        if dies:
            watched.servers[0].child.kill()
        else:
            with Redis(port=watched.sentinels[0].port) as sentinel:
                sentinel.execute_command("SENTINEL", "FAILOVER", "mine")
        await until(lambda: watched.master() != before, 90)
        await until(lambda: all(cache.figures.run_changes and cache._gate.is_open for cache in caches), 90)
        last, reads = customers.acknowledged, customers.reads
        await until(lambda: customers.acknowledged > last + 2 and customers.reads > reads + 20, 90)
        customers.is_over = True
        await asyncio.gather(*working)
        async with asyncio.timeout(WITHIN):
            while b"there" not in heard:
                await caches[0].publish("topic", b"there")
                await asyncio.sleep(0.1)


async def test_the_limits_count_on_the_master(watched: Watched) -> None:
    """Where the cache is, so that the processes count together."""
    limits = open_limits(watched.url)
    await limits.count("bad_webhook", "10.0.0.9")
    await limits.close()
    with Redis(port=watched.master()) as master:
        assert master.keys("cf1:{limits}*")

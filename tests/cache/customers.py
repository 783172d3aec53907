"""All that customers do at two processes while the servers under them change, and what none of them may be shown."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from counterfoil import errors
from counterfoil.cache import Cache, CacheUnavailable, open_cache
from tests.cache.fleet import ADA, WITHIN, Whmcs, value

PATIENCE = 90.0


BRED = "c2"
"""A client whose address is edited, while Ada's data is cleared."""


async def opened(stack: AsyncExitStack, url: str) -> Cache:
    cache = open_cache(url)
    await cache.start()
    stack.push_async_callback(cache.close)
    return cache


class Customers:
    """Read in both processes while one clears and one edits. F2, F4: what was acknowledged before a read began is shown
    by it. One session walks from process to process; `went_back` is when it was shown something older than before.
    """

    def __init__(self, caches: list[Cache]) -> None:
        self.caches = caches
        self.whmcs = {ADA: Whmcs(latency=0.01), BRED: Whmcs(latency=0.01)}
        self.acknowledged = {ADA: 0, BRED: 0}
        self.reads = self.edits = 0
        self.went_back: list[float] = []
        self.away: list[float] = []
        self.is_over = False

    @asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        working = [self.read(cache, scope) for cache in self.caches for scope in (ADA, BRED)]
        tasks = [
            asyncio.create_task(each) for each in (*working, self.change(), self.edit(), self.walk(), self.watch())
        ]
        yield
        self.is_over = True
        await asyncio.gather(*tasks)

    async def shown(self, cache: Cache, scope: str) -> int | None:
        with suppress(errors.BillingUnavailable):
            return int((await value(cache, self.whmcs[scope].part(), scope))[1:])
        return None

    async def read(self, cache: Cache, scope: str) -> None:
        while not self.is_over:
            least = self.acknowledged[scope]
            shown = await self.shown(cache, scope)
            if shown is not None:
                assert shown >= least
                self.reads += 1
            await asyncio.sleep(0.01)

    async def change(self) -> None:
        """In WHMCS, which then sends a webhook."""
        while not self.is_over:
            self.whmcs[ADA].version += 1
            changed = self.whmcs[ADA].version
            with suppress(CacheUnavailable):
                await self.caches[0].clear(ADA)
                self.acknowledged[ADA] = changed
            await asyncio.sleep(0.1)

    async def edit(self) -> None:
        """By the customer, through the other process."""
        while not self.is_over:
            with suppress(CacheUnavailable):
                async with self.caches[1].writing(BRED):
                    await asyncio.sleep(0.02)
                    self.whmcs[BRED].version += 1
                    changed = self.whmcs[BRED].version
                    await asyncio.sleep(0.02)
                self.acknowledged[BRED] = changed
                self.edits += 1
            await asyncio.sleep(0.1)

    async def walk(self) -> None:
        seen = 0
        while not self.is_over:
            for cache in self.caches:
                shown = await self.shown(cache, ADA)
                if shown is not None and shown < seen:
                    self.went_back.append(asyncio.get_running_loop().time())
                seen = max(seen, shown or 0)
            await asyncio.sleep(0.01)

    async def watch(self) -> None:
        """When Redis was away for one of them."""
        while not self.is_over:
            if not all(cache._trust.is_given for cache in self.caches):
                self.away.append(asyncio.get_running_loop().time())
            await asyncio.sleep(0.005)

    @property
    def went_back_for_nothing(self) -> list[float]:
        """F7 leaves out the outage and 1 s after it."""
        return [at for at in self.went_back if not any(-0.02 < at - away < 1.02 for away in self.away)]


async def is_heard(caches: list[Cache]) -> None:
    """What one process publishes reaches the other over the new master."""
    heard: list[bytes] = []
    caches[1].listen(lambda _topic, message: heard.append(message))
    async with asyncio.timeout(WITHIN):
        while b"there" not in heard:
            await caches[0].publish("topic", b"there")
            await asyncio.sleep(0.1)

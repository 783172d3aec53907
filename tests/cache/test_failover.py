"""A real master, a replica, three sentinels: it dies, or is replaced while it lives, under all that customers do."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest

from counterfoil import errors
from counterfoil.app.limits import open_limits
from counterfoil.cache import Cache, CacheUnavailable, open_cache
from counterfoil.redis import timing
from tests.cache.fleet import ADA, WITHIN, Whmcs, until, value
from tests.loops import ON_THE_LOOP_OF_WORKERS
from tests.sentinels import Watched, running_sentinels

pytestmark = pytest.mark.anyio

PATIENCE = 90.0
BRED = "c2"
"""A client whose address is edited, while Ada's data is cleared."""


@pytest.fixture
def anyio_backend() -> Any:
    return ON_THE_LOOP_OF_WORKERS


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


async def survives(watched: Watched, *, dies: bool) -> list[Cache]:
    """A failover under all that customers do; the two processes as they are after it."""
    async with AsyncExitStack() as stack:
        caches = [await opened(stack, watched.url) for _ in range(2)]
        await until(lambda: all(cache._trust.is_given for cache in caches), PATIENCE)
        customers = Customers(caches)
        async with customers.busy():
            await until(lambda: customers.reads > 20 and customers.edits > 2, PATIENCE)
            before = watched.master()
            if dies:
                watched.kill_master()
            else:
                watched.replace_master()
            await until(lambda: watched.master() != before, PATIENCE)
            await until(lambda: all(cache.counters.run_changes and cache._trust.is_given for cache in caches), PATIENCE)
            last, reads, edits = customers.acknowledged[ADA], customers.reads, customers.edits
            await until(lambda: customers.acknowledged[ADA] > last + 2 and customers.reads > reads + 20, PATIENCE)
            await until(lambda: customers.edits > edits + 2, PATIENCE)
        assert not customers.went_back_for_nothing
        assert customers.away, "nobody noticed the failover"
        await is_heard(caches)
        return caches


async def is_heard(caches: list[Cache]) -> None:
    """What one process publishes reaches the other over the new master."""
    heard: list[bytes] = []
    caches[1].listen(lambda _topic, message: heard.append(message))
    async with asyncio.timeout(WITHIN):
        while b"there" not in heard:
            await caches[0].publish("topic", b"there")
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("dies", [True, False], ids=["killed", "replaced while it lives"])
async def test_a_failover(watched: Watched, dies: bool) -> None:
    """F2, F4, F7, F11: the portal finds the new master by itself; nobody is shown what a clear or an own edit has
    ended, on either master, and nothing goes back but in the outage and 1 s after.
    """
    await survives(watched, dies=dies)


async def test_a_failover_behind_passwords_and_tls() -> None:
    """The servers have one password, the sentinels another, and all speak TLS only."""
    with running_sentinels(password="of-the-servers", sentinel_password="of-the-sentinels", tls=True) as watched:
        assert "rediss://:of-the-servers@" in watched.url
        await survives(watched, dies=True)
        await counts_on_the_master(watched)


async def counts_on_the_master(watched: Watched) -> None:
    limits = open_limits(watched.url)
    await limits.start()
    with watched.server(watched.master()) as master:
        async with asyncio.timeout(PATIENCE):
            while not master.keys("cf1:{limits}*"):
                await limits.hit("bad_webhook", "10.0.0.9")
                await asyncio.sleep(0.1)
    await limits.close()


async def test_the_limits_count_on_the_master(watched: Watched) -> None:
    """Where the cache is, so that the processes count together."""
    await counts_on_the_master(watched)


class Cut:
    """A way to a sentinel that can be held shut: what comes in waits, as on a network that is slow to tell."""

    def __init__(self, port: int) -> None:
        self._to, self._is_open = port, asyncio.Event()
        self._is_open.set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, stack: AsyncExitStack) -> int:
        """The port at which it begins."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        stack.push_async_callback(self._close, server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    def shut(self) -> None:
        self._is_open.clear()

    def open(self) -> None:
        self._is_open.set()

    async def _close(self, server: asyncio.Server) -> None:
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        near = asyncio.current_task()
        assert near is not None
        self._tasks.add(near)
        onward, back = await asyncio.open_connection("127.0.0.1", self._to)
        try:
            await asyncio.gather(self._pass(reader, back), self._pass(onward, writer))
        finally:
            writer.close()
            back.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                await self._is_open.wait()
                writer.write(data)
                await writer.drain()


async def stale_reads_in_who_hears_late(watched: Watched) -> int:
    """One process hears of a failover as late as SWITCH allows for, and is asked all the time for what the other has
    cleared: how often it shows what was ended by an acknowledged clear.
    """
    whmcs, stale = Whmcs(latency=0.01), 0
    async with AsyncExitStack() as stack:
        cuts = [Cut(each.port) for each in watched.sentinels]
        late = await opened(stack, watched.url_by(*[await cut.start(stack) for cut in cuts]))
        prompt = await opened(stack, watched.url)
        await until(lambda: late._trust.is_given and prompt._trust.is_given, PATIENCE)
        await value(late, whmcs.part())
        before, loop = watched.master(), asyncio.get_running_loop()
        for cut in cuts:
            cut.shut()
        watched.replace_master()
        await until(lambda: watched.master() != before, PATIENCE)
        heard_at = loop.time() + 2.0  # So long the sentinels may take to tell each other: see SWITCH.
        acknowledged = 0
        while not (late.counters.run_changes and late._trust.is_given and prompt._trust.is_given):
            if loop.time() > heard_at:
                for cut in cuts:
                    cut.open()
            whmcs.version += 1
            with suppress(CacheUnavailable):
                await prompt.clear(ADA)
                acknowledged = whmcs.version
            stale += int((await value(late, whmcs.part()))[1:]) < acknowledged
            await asyncio.sleep(0.01)
    return stale


async def test_a_new_master_is_left_alone_until_all_have_left_the_old_one(watched: Watched) -> None:
    """F2: a clear on the new master is acknowledged only when nobody reads from the old one any more."""
    assert await stale_reads_in_who_hears_late(watched) == 0


async def test_without_that_wait_what_was_cleared_is_shown(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """So the test above can fail, and the wait is needed."""
    monkeypatch.setattr(timing, "SWITCH", 0.0)
    assert await stale_reads_in_who_hears_late(watched) > 0

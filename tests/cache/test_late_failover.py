"""A process that hears of a failover later than the others: no clear holds while it still reads the old master."""

import asyncio
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest

from counterfoil.cache import CacheUnavailable
from counterfoil.redis import timing
from tests.cache.customers import PATIENCE, opened
from tests.cache.fleet import ADA, Whmcs, until, value
from tests.loops import ON_THE_LOOP_OF_WORKERS
from tests.sentinels import Watched

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> Any:
    return ON_THE_LOOP_OF_WORKERS


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

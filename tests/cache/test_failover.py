"""A real master, a replica, three sentinels: it dies, or is replaced while it lives, under all that customers do."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from counterfoil.app.limits import open_limits
from counterfoil.cache import Cache
from tests.cache.customers import PATIENCE, Customers, is_heard, opened
from tests.cache.fleet import ADA, until
from tests.loops import ON_THE_LOOP_OF_WORKERS
from tests.sentinels import Watched, running_sentinels

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> Any:
    return ON_THE_LOOP_OF_WORKERS


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

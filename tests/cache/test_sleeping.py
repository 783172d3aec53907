"""A process that stood still while Redis came back: what it knew of Redis is over, and it looks before it speaks."""

import asyncio
import time
from threading import Timer

import pytest

from tests.cache.fleet import Fleet, Whmcs, away, back, value
from tests.servers import RedisServer

pytestmark = pytest.mark.anyio

SLEPT = 1.5
"""Seconds: more than between two attempts to reach Redis."""


@pytest.fixture
def kind() -> str:
    return "own redis"


def stand_still() -> None:
    """With the whole event loop, and whatever else is in this process."""
    time.sleep(SLEPT)


async def test_what_was_fetched_past_redis_is_not_shown_after_it_has_come_back(
    fleet: Fleet, server: RedisServer, whmcs: Whmcs
) -> None:
    """F7: other processes have shown what lies in Redis for more than a second, and will until it is cleared there."""
    cache = await fleet.settled()
    assert await value(cache, whmcs.part()) == b"v1"
    server.child.pause()
    await away(cache)
    whmcs.version, whmcs.latency = 2, 0.3
    whmcs.arrived.clear()
    late = asyncio.create_task(value(cache, whmcs.part()))
    await whmcs.arrived.wait()
    Timer(0.1, server.child.resume).start()
    stand_still()
    assert await late == b"v1"


async def test_what_redis_was_to_get_is_not_shown_if_redis_is_back(
    fleet: Fleet, server: RedisServer, whmcs: Whmcs
) -> None:
    """F7: it was restarted meanwhile, and others have shown what is newer."""
    cache = await fleet.settled()
    whmcs.latency = 0.3
    late = asyncio.create_task(value(cache, whmcs.part()))
    await whmcs.arrived.wait()
    whmcs.version = 2
    server.child.kill()
    server.start()
    stand_still()
    assert await late == b"v2"


async def test_while_redis_is_away_it_is_shown_all_the_same(fleet: Fleet, server: RedisServer, whmcs: Whmcs) -> None:
    """F10: Redis was tried again, in vain."""
    cache = await fleet.settled()
    server.child.pause()
    await away(cache)
    whmcs.latency = 0.3
    whmcs.arrived.clear()
    late = asyncio.create_task(value(cache, whmcs.part()))
    await whmcs.arrived.wait()
    stand_still()
    assert await late == b"v1"
    assert whmcs.calls == 1
    server.child.resume()
    await back(cache)

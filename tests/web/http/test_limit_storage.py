"""Moving windows: the same in this process, in Redis and in a cluster."""

import asyncio
from collections.abc import AsyncIterator
from itertools import groupby

import pytest
from redis import Redis

from counterfoil.redis.commands import Commands
from counterfoil.web.http.limit_storage import Limit, LimitStorage, MemoryLimitStorage, RedisLimitStorage
from tests.servers import RedisServer

pytestmark = pytest.mark.anyio

TWICE = Limit(2, minutes=15)
SHORT = Limit(2, minutes=3 / 60)


@pytest.fixture(params=["memory", "redis"])
async def storage(request: pytest.FixtureRequest, patient_with_redis: None) -> AsyncIterator[LimitStorage]:
    if request.param == "memory":
        yield MemoryLimitStorage()
        return
    server: RedisServer = request.getfixturevalue("redis_server")
    shared = RedisLimitStorage(Commands(server.url, "limits"))
    await shared.start()
    yield shared
    await shared.close()


async def test_a_window_fills_and_takes_no_more(storage: LimitStorage) -> None:
    """The answer says what was left before; looking counts nothing, nor does what is one too many."""
    assert [(await storage.count("ada", TWICE)).left for _ in range(4)] == [2, 1, 0, 0]
    assert [(await storage.look("ada", TWICE)).left for _ in range(2)] == [0, 0]
    assert (await storage.look("bob", TWICE)).left == 2


async def test_the_wait_is_that_for_the_oldest(storage: LimitStorage) -> None:
    """A quarter of an hour after the first, not after the last; of an empty window the whole."""
    assert (await storage.look("ada", TWICE)).wait == 900
    await storage.count("ada", TWICE)
    await asyncio.sleep(0.1)
    await storage.count("ada", TWICE)
    assert 890 < (await storage.look("ada", TWICE)).wait <= 899.95


async def test_the_window_moves(storage: LimitStorage) -> None:
    """Room comes back one by one, when what was counted is so long ago; what was refused does not hold it up."""
    await storage.count("ada", SHORT)
    await asyncio.sleep(1.5)
    await storage.count("ada", SHORT)
    left = [(await storage.count("ada", SHORT)).left]
    async with asyncio.timeout(60):
        while left[-1] < 2:
            await asyncio.sleep(0.05)
            left.append((await storage.look("ada", SHORT)).left)
    assert [number for number, _ in groupby(left)] == [0, 1, 2]


async def test_redis_forgets_what_is_over(redis_server: RedisServer, patient_with_redis: None) -> None:
    """Nobody fills the cache's memory by guessing."""
    shared = RedisLimitStorage(Commands(redis_server.url, "limits"))
    await shared.start()
    await shared.count("ada", SHORT)
    await shared.count("bob", TWICE)
    await asyncio.sleep(3.5)
    with Redis.from_url(redis_server.url) as redis:
        assert redis.keys("cf1:{limits}:*") == [b"cf1:{limits}:bob"]
    await shared.close()


async def test_a_process_forgets_what_is_over() -> None:
    """However many names somebody thinks of: all of them are gone when the windows have moved on."""
    now = 0.0
    storage = MemoryLimitStorage(lambda: now)
    for number in range(1000):
        await storage.count(f"guess {number}", TWICE)
    await storage.look("guess 7", TWICE)
    now = 901.0
    await storage.count("ada", TWICE)
    assert len(storage._counted) == 1

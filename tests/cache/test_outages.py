"""A real Redis that dies, hangs, forgets, lies or refuses: right data or an honest error, never the old value."""

import asyncio
import contextlib
from contextlib import AsyncExitStack

import pytest

from counterfoil import errors
from counterfoil.cache import CacheUnavailable, open_cache
from counterfoil.redis.timing import COMMAND_LIMIT
from tests.cache.fleet import ADA, WITHIN, Fleet, Whmcs, ask, back, peeked, value
from tests.servers import RedisServer

pytestmark = pytest.mark.anyio


@pytest.fixture
def kind() -> str:
    return "own redis"


async def test_reads_go_on_without_redis(fleet: Fleet, server: RedisServer, whmcs: Whmcs) -> None:
    """F10: right data from WHMCS, at the price of more calls, and nothing old."""
    cache = await fleet.settled()
    await value(cache, whmcs.part())
    server.child.kill()
    whmcs.version = 2
    assert await value(cache, whmcs.part()) == b"v2"
    assert await peeked(cache) == [None]
    assert cache.counters.outages == 1


async def test_a_start_without_redis(fleet: Fleet, server: RedisServer, whmcs: Whmcs) -> None:
    """The portal starts and serves; it finds Redis when it comes."""
    server.child.kill()
    cache = await fleet.process()
    assert await value(cache, whmcs.part()) == b"v1"
    server.start()
    await back(cache)
    await value(cache, whmcs.part())
    assert await peeked(cache) == [b"v1"]


async def test_readers_share_calls_without_redis(fleet: Fleet, server: RedisServer, whmcs: Whmcs) -> None:
    """F8: 100 readers at once make one call; who comes later shares the next, since the first may be too old."""
    server.child.kill()
    cache = await fleet.process()
    early = [asyncio.create_task(value(cache, whmcs.part())) for _ in range(100)]
    await whmcs.arrived.wait()
    whmcs.version = 2
    late = [asyncio.create_task(value(cache, whmcs.part())) for _ in range(100)]
    assert set(await asyncio.gather(*early)) == {b"v1"}
    assert set(await asyncio.gather(*late)) == {b"v2"}
    assert (whmcs.calls, whmcs.most_at_once) == (2, 1)


async def test_a_failure_is_shared_without_redis(fleet: Fleet, server: RedisServer, whmcs: Whmcs) -> None:
    server.child.kill()
    cache = await fleet.process()
    whmcs.fails_with = errors.BillingUnavailable("down")
    for _ in range(3):
        with pytest.raises(errors.BillingUnavailable):
            await value(cache, whmcs.part())
    assert whmcs.calls == 1


async def test_whoever_counts_on_a_clear_is_told(fleet: Fleet, server: RedisServer) -> None:
    """F10: webhooks are not acknowledged, edits are refused before WHMCS is called, sign-outs are not confirmed."""
    cache = await fleet.process()
    server.child.kill()
    for attempt in (cache.clear(ADA), cache.clear_everything(), cache.drop_session(ADA, "key"), cache.ping()):
        with pytest.raises(CacheUnavailable):
            await attempt
    with pytest.raises(CacheUnavailable):
        async with cache.writing(ADA):
            pytest.fail("the body ran")


async def test_what_needs_no_promise_does_not_raise(fleet: Fleet, server: RedisServer, whmcs: Whmcs) -> None:
    cache = await fleet.settled()
    heard: list[bytes] = []
    cache.listen(lambda _topic, message: heard.append(message))
    snapshot = await cache.read(ADA, [whmcs.part()], within=WITHIN)
    server.child.kill()
    await cache.keep(ADA, snapshot.nonce, "page", snapshot.entries[0])
    await cache.put_session(ADA, "key", b"viewer", 60)
    await cache.publish(ADA, b"here at least")
    assert (await cache.peek(ADA, ["invoices"], "key")).session is None
    assert heard == [b"here at least"]


async def test_a_hung_redis_costs_half_a_second_once(fleet: Fleet, server: RedisServer, whmcs: Whmcs) -> None:
    """F10: the first command waits, everything after it fails at once."""
    cache = await fleet.settled()
    server.child.pause()
    loop = asyncio.get_running_loop()
    started = loop.time()
    assert await value(cache, whmcs.part()) == b"v1"
    assert loop.time() - started > COMMAND_LIMIT
    for _ in range(20):
        assert (await cache.peek(ADA, ["invoices"])).nonce is None
        with pytest.raises(CacheUnavailable):
            await cache.clear(ADA)
    assert loop.time() - started < 2 * COMMAND_LIMIT
    server.child.resume()
    await back(cache)


async def test_what_was_shown_meanwhile_is_cleared_before_redis_serves_again(
    fleet: Fleet, server: RedisServer, whmcs: Whmcs
) -> None:
    """F7: a reader who saw the new value past Redis does not see the old one in it afterwards."""
    cache = await fleet.settled()
    assert await value(cache, whmcs.part()) == b"v1"
    server.child.pause()
    whmcs.version = 2
    assert await value(cache, whmcs.part()) == b"v2"
    server.child.resume()
    await back(cache)
    assert await peeked(cache) == [None]
    assert await value(cache, whmcs.part()) == b"v2"


async def test_a_clear_that_failed_is_made_good(fleet: Fleet, server: RedisServer, whmcs: Whmcs) -> None:
    """WHMCS's addon sends the event again; nobody who asks meanwhile gets the old value from Redis."""
    cache = await fleet.settled()
    await value(cache, whmcs.part())
    await cache.put_session(ADA, "key", b"viewer", 60)
    server.child.pause()
    for attempt in (cache.clear(ADA), cache.drop_session(ADA, "key")):
        with pytest.raises(CacheUnavailable):
            await attempt
    server.child.resume()
    await back(cache)
    assert (await cache.peek(ADA, ["invoices"], "key"))[::2] == (None, (None,))


async def test_a_redis_that_dies_during_a_fetch(fleet: Fleet, server: RedisServer, whmcs: Whmcs) -> None:
    """F10: the call was made; it is not made again for those who wait."""
    cache = await fleet.settled()
    whmcs.latency = 0.3
    reader = asyncio.create_task(value(cache, whmcs.part()))
    await whmcs.arrived.wait()
    server.child.kill()
    assert await reader == b"v1"
    assert whmcs.calls == 1


async def test_a_write_whose_end_redis_does_not_hear(fleet: Fleet, server: RedisServer, whmcs: Whmcs) -> None:
    """F4: the answer waits until all that was fetched before the write has run out, in every process."""
    cache, other = await fleet.process(), await fleet.process()
    async with cache.writing(ADA):
        await value(other, whmcs.part())
        whmcs.version = 2
        cache._store._connections._task.cancel()  # type: ignore[attr-defined]
        cache._store._connections.drop("cut off")  # type: ignore[attr-defined]
    assert await peeked(other) == [None]
    assert await value(other, whmcs.part()) == b"v2"


async def test_a_wrong_password(server: RedisServer, whmcs: Whmcs) -> None:
    """The portal serves without a cache, and says what is wrong without saying the password."""
    with ask(server) as admin:
        admin.config_set("requirepass", "right")
    async with AsyncExitStack() as stack:
        cache = await Fleet(stack, server.url.replace("//", "//:wrong@")).process()
        assert await value(cache, whmcs.part()) == b"v1"
        with pytest.raises(CacheUnavailable) as refused:
            await cache.ping()
        assert "wrong" not in str(refused.value)


async def test_something_else_answers_on_the_port(whmcs: Whmcs) -> None:
    """Not Redis at all: as good as nobody."""

    async def web_server(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    listening = await asyncio.start_server(web_server, "127.0.0.1", 0)
    async with listening, contextlib.AsyncExitStack() as stack:
        cache = await Fleet(stack, f"redis://127.0.0.1:{listening.sockets[0].getsockname()[1]}").process()
        assert await value(cache, whmcs.part()) == b"v1"


async def test_a_cache_closes_while_redis_is_away(server: RedisServer) -> None:
    cache = open_cache(server.url)
    server.child.kill()
    await cache.start()
    await cache.close()

"""A real Redis that dies, hangs, forgets, lies or refuses: right data or an honest error, never the old value."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import redis

from counterfoil import errors
from counterfoil.cache import CacheUnavailable, open_cache
from counterfoil.redis.timing import COMMAND_LIMIT
from tests.cache.fleet import ADA, WITHIN, Fleet, Whmcs, peeked, until, value
from tests.servers import RedisServer, running_redis

pytestmark = pytest.mark.anyio


@pytest.fixture
def kind() -> str:
    return "redis"


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """A Redis of this test's own, to be mistreated."""
    with running_redis() as running:
        yield running


@pytest.fixture
async def fleet(server: RedisServer, anyio_backend: object) -> AsyncIterator[Fleet]:
    async with AsyncExitStack() as stack:
        yield Fleet(stack, server.url)


def ask(server: RedisServer) -> redis.Redis:
    return redis.Redis.from_url(server.url)


async def back(fleet: Fleet, *caches: object) -> None:
    """Waits until the caches use Redis again."""
    for cache in caches:
        await until(lambda cache=cache: cache._trust.is_given)


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
    await back(fleet, cache)
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
    await back(fleet, cache)


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
    await back(fleet, cache)
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
    await back(fleet, cache)
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


async def test_a_restarted_redis_knows_nothing(fleet: Fleet, server: RedisServer, whmcs: Whmcs) -> None:
    """F11: and what is read from it then is on probation first."""
    cache = await fleet.settled()
    await value(cache, whmcs.part())
    server.child.kill()
    whmcs.version = 2
    server.start()
    await back(fleet, cache)
    entry = (await cache.read(ADA, [whmcs.part()], within=WITHIN)).entries[0]
    assert (entry.value, round(entry.expires_at - entry.as_of)) == (b"v2", 2)
    assert cache.counters.run_changes == 1


@pytest.mark.parametrize("how", ["snapshot", "append-only file"])
async def test_a_redis_that_comes_back_with_its_past(tmp_path: Path, how: str, whmcs: Whmcs) -> None:
    """F11: an old value and a signed-out session in its files are not found any more."""
    options = {"appendonly": "yes", "appendfsync": "always"} if how == "append-only file" else {}
    with running_redis(**options) as server, ask(server) as admin:
        async with AsyncExitStack() as stack:
            fleet = Fleet(stack, server.url)
            cache = await fleet.settled()
            await value(cache, whmcs.part())
            await cache.put_session(ADA, "key", b"viewer", 60)
            if how == "snapshot":
                admin.save()
                await cache.drop_session(ADA, "key")
                await cache.clear(ADA)
            server.child.kill()
            whmcs.version = 2
            server.start()
            await back(fleet, cache)
            assert admin.dbsize() >= 2
            assert (await cache.peek(ADA, ["invoices"], "key"))[::2] == (None, (None,))
            assert await value(cache, whmcs.part()) == b"v2"


async def test_flushing_everything(fleet: Fleet, server: RedisServer, whmcs: Whmcs) -> None:
    """F11: also in mid-fetch; scripts that were forgotten are sent again."""
    cache = await fleet.settled()
    reader = asyncio.create_task(value(cache, whmcs.part()))
    await whmcs.arrived.wait()
    whmcs.version = 2
    server.flush()
    with ask(server) as admin:
        admin.script_flush()
    assert await reader == b"v2"
    assert cache.counters.outages == 0


async def test_out_of_memory(fleet: Fleet, server: RedisServer, whmcs: Whmcs) -> None:
    """A Redis that takes no writes counts as away until it does again."""
    cache = await fleet.settled()
    with ask(server) as admin:
        admin.config_set("maxmemory", "1")
        with pytest.raises(CacheUnavailable):
            await cache.clear(ADA)
        assert await value(cache, whmcs.part()) == b"v1"
        assert not (await fleet.process())._trust.is_given
        admin.config_set("maxmemory", "0")
    await back(fleet, cache)
    await value(cache, whmcs.part())
    assert await peeked(cache) == [b"v1"]


async def test_a_demoted_redis_is_not_read_from(fleet: Fleet, server: RedisServer, whmcs: Whmcs) -> None:
    """After a failover the old master is a replica: whatever it has may be old."""
    cache = await fleet.settled()
    await value(cache, whmcs.part())
    with ask(server) as admin:
        admin.replicaof("127.0.0.1", "1")
        await until(lambda: not cache._trust.is_given)
        whmcs.version = 2
        assert await value(cache, whmcs.part()) == b"v2"
        with pytest.raises(CacheUnavailable):
            await cache.clear(ADA)
        admin.replicaof("NO", "ONE")
    await back(fleet, cache)
    assert await value(cache, whmcs.part()) == b"v2"


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


async def test_listeners_hear_again_after_a_restart(fleet: Fleet, server: RedisServer) -> None:
    cache, other = await fleet.process(), await fleet.process()
    heard: list[bytes] = []
    other.listen(lambda _topic, message: heard.append(message))
    server.child.kill()
    server.start()

    async def hears() -> bool:
        await cache.publish(ADA, b"again")
        return heard != []

    await until(hears)


async def test_a_cache_closes_while_redis_is_away(server: RedisServer) -> None:
    cache = open_cache(server.url)
    server.child.kill()
    await cache.start()
    await cache.close()

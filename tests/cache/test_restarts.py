"""A Redis that was restarted, emptied, demoted or told to take no more: what it says then is old until proven new."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from counterfoil.cache import CacheUnavailable
from tests.cache.fleet import ADA, WITHIN, Fleet, Whmcs, ask, back, peeked, until, value
from tests.servers import RedisServer, running_redis

pytestmark = pytest.mark.anyio


@pytest.fixture
def kind() -> str:
    return "own redis"


async def test_a_restarted_redis_knows_nothing(fleet: Fleet, server: RedisServer, whmcs: Whmcs) -> None:
    """F11: and what is read from it then is on probation first."""
    cache = await fleet.settled()
    await value(cache, whmcs.part())
    server.child.kill()
    whmcs.version = 2
    server.start()
    await back(cache)
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
            await back(cache)
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
    await back(cache)
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
    await back(cache)
    assert await value(cache, whmcs.part()) == b"v2"


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

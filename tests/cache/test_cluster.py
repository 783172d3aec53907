"""A real Redis Cluster: who holds what, and what is shown while masters and slots change hands."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from redis import Redis

from counterfoil.cache import Cache, CacheUnavailable
from counterfoil.redis.timing import SWITCH
from tests.cache.customers import PATIENCE, Customers, is_heard, opened
from tests.cache.fleet import ADA, Fleet, Whmcs, is_cleared, peeked, until, value
from tests.clusters import Nodes, running_cluster
from tests.servers import RedisServer

pytestmark = pytest.mark.anyio
CLIENTS = [f"c{number}" for number in range(12)]


@pytest.fixture
def kind() -> str:
    return "cluster"


@pytest.fixture
def nodes() -> Iterator[Nodes]:
    with running_cluster() as running:
        yield running


@pytest.fixture
async def stack(anyio_backend: str) -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as running:
        yield running


async def test_each_client_lies_on_one_master(fleet: Fleet, whmcs: Whmcs, cluster: Nodes) -> None:
    """All keys of one in one slot; a warm read is one command to one of them."""
    cache = await fleet.process()
    for scope in CLIENTS:
        await until(lambda scope=scope: is_cleared(cache, scope))
        await fleet.settle(scope)  # or a busy machine takes longer for all of them than the first one counts
        assert await value(cache, whmcs.part(), scope) == b"v1"
    for server in cluster.servers:
        assert scopes(server) == {scope for scope in CLIENTS if cluster.owner(scope) is server} != set()
        with Redis.from_url(server.url) as client:
            client.config_resetstat()
    for scope in CLIENTS:
        assert await peeked(cache, scope=scope) == [b"v1"]
    reads = 0
    for server in cluster.servers:
        with Redis.from_url(server.url) as client:
            reads += client.info("commandstats")["cmdstat_mget"]["calls"]
    assert reads == len(CLIENTS)


async def test_processes_that_came_by_other_nodes_agree(whmcs: Whmcs, cluster: Nodes, stack: AsyncExitStack) -> None:
    """F2: what one clears the other does not show, whichever client; everything can be cleared; messages arrive."""
    one, two = [await Fleet(stack, *urls).process() for urls in (addresses(cluster), addresses(cluster)[::-1])]
    for scope in CLIENTS:
        assert await value(one, whmcs.part(), scope) == b"v1"
        assert await peeked(two, scope=scope) == [b"v1"]
    whmcs.version = 2
    await one.clear(*CLIENTS)
    for scope in CLIENTS:
        assert await value(two, whmcs.part(), scope) == b"v2"
    await two.clear_everything()
    assert {tuple(await peeked(one, scope=scope)) for scope in CLIENTS} == {(None,)}
    await is_heard([one, two])


async def test_a_new_master_is_left_alone_until_all_have_left_the_old_one(nodes: Nodes, stack: AsyncExitStack) -> None:
    """F2, F11: a clear on the new master would not reach who still reads the old one. Who comes later need not wait."""
    began = time.monotonic()
    cache = await opened(stack, nodes.url)
    with pytest.raises(CacheUnavailable) as away:
        await cache.ping()
    assert 0 < away.value.left <= SWITCH
    await until(lambda: cache._trust.is_given, 3 * SWITCH)
    assert time.monotonic() - began >= SWITCH
    later = await opened(stack, nodes.servers[2].url)
    await until(lambda: later._trust.is_given, SWITCH - 0.5)


async def test_what_was_cleared_elsewhere_does_not_come_back_with_the_slot(
    nodes: Nodes, whmcs: Whmcs, stack: AsyncExitStack
) -> None:
    """F11: a slot is given away with its keys, cleared at its new owner, and given back with the keys from before."""
    cache = await Fleet(stack, *addresses(nodes)).settled()
    assert await value(cache, whmcs.part()) == b"v1"
    home = nodes.owner(ADA)
    away = next(server for server in nodes.servers if server is not home)
    nodes.move(ADA, away)
    await until(lambda: is_open_at(cache, away), 60)
    whmcs.version = 2
    await cache.clear(ADA)
    assert await value(cache, whmcs.part()) == b"v2"
    nodes.move(ADA, home)
    await until(lambda: is_open_at(cache, home), 60)
    assert await value(cache, whmcs.part()) == b"v2"


async def test_slots_move_under_reads_and_clears(nodes: Nodes, stack: AsyncExitStack) -> None:
    """F2: to and fro, while two processes read and one of them clears."""
    fleet = Fleet(stack, *addresses(nodes))
    caches = [await fleet.process() for _ in range(2)]
    async with attended(caches) as customers:
        for server in [*nodes.servers, nodes.servers[0]]:
            if nodes.owner(ADA) is not server:
                await asyncio.to_thread(nodes.move, ADA, server)
            await until(lambda server=server: all(is_open_at(cache, server) for cache in caches), 60)
            await customers.go_on()


@pytest.mark.parametrize("dies", [True, False], ids=["killed", "replaced while it lives"])
async def test_a_failover_in_a_cluster(stack: AsyncExitStack, dies: bool) -> None:
    """F2, F11: the replica that takes over is found; nobody is shown what a clear has ended, on either master."""
    with running_cluster(replicas=1) as nodes:
        async with AsyncExitStack() as caches_of:
            # The portal is told the first node only, and may lose it.
            fleet = Fleet(caches_of, *[server.url for server in (nodes.owner(ADA), *nodes.servers)])
            caches = [await fleet.process() for _ in range(2)]
            await is_heard(caches)
            async with attended(caches) as customers:
                before = nodes.owner(ADA)
                if dies:
                    before.child.kill()
                else:
                    nodes.replace(before)
                await until(lambda: nodes.has_left(ADA, before), 60)
                after = nodes.owner(ADA)
                await until(lambda: all(is_open_at(cache, after) for cache in caches), 60)
                await customers.go_on()
                await is_heard(caches)


async def test_a_master_that_nobody_replaces(nodes: Nodes, whmcs: Whmcs, stack: AsyncExitStack) -> None:
    """F10: slots without an owner, so the cache is passed by; with the node, back and empty, comes the cache."""
    cache = await Fleet(stack, *addresses(nodes)).process()
    assert await value(cache, whmcs.part()) == b"v1"
    owner = nodes.owner(ADA)
    owner.child.kill()
    whmcs.version = 2
    await until(lambda: not cache._trust.is_given)
    assert await value(cache, whmcs.part()) == b"v2"
    owner.start()
    await until(lambda: cache._trust.is_given, 60)
    assert await value(cache, whmcs.part()) == b"v2"


async def test_a_cluster_with_a_password(nodes: Nodes, whmcs: Whmcs, stack: AsyncExitStack) -> None:
    """The same for all nodes. With a wrong one the cache is away, as with any Redis."""
    for server in nodes.servers:
        with Redis.from_url(server.url) as client:
            client.config_set("requirepass", "s3cret")
    cache = await opened(stack, nodes.url.replace("//", "//:s3cret@"))
    await until(lambda: cache._trust.is_given, 60)
    assert await value(cache, whmcs.part()) == b"v1"
    assert await peeked(cache) == [b"v1"]
    refused = await opened(stack, nodes.url.replace("//", "//:wrong@"))
    with pytest.raises(CacheUnavailable, match="WRONGPASS"):
        await refused.ping()


def addresses(nodes: Nodes) -> list[str]:
    return [server.url for server in nodes.servers]


def scopes(server: RedisServer) -> set[str]:
    """Of which it holds anything."""
    with Redis.from_url(server.url) as client:
        return {key.decode().split("{")[1].split("}")[0] for key in client.keys("cf1:*:{*}:[ge]*")}


def is_open_at(cache: Cache, server: RedisServer) -> bool:
    connections = cache._store._connections  # type: ignore[attr-defined]
    return cache._trust.is_given and connections.to(ADA).place.address.port == server.port


@asynccontextmanager
async def attended(caches: list[Cache]) -> AsyncIterator["Attended"]:
    """Customers in all of these processes, until the end of the block."""
    customers = Attended(caches)
    async with customers.busy():
        await customers.go_on()
        yield customers
    assert not customers.went_back_for_nothing


class Attended(Customers):
    async def go_on(self) -> None:
        last, reads, edits = self.acknowledged[ADA], self.reads, self.edits
        await until(lambda: self.acknowledged[ADA] > last + 2 and self.reads > reads + 20, PATIENCE)
        await until(lambda: self.edits > edits + 2, PATIENCE)

"""The cache's tests run twice: on the memory store in virtual time, and on a real Redis in real time. Those of
test_generations.py and test_single_flight.py run a third time, on a real cluster.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from redis import Redis

from tests.cache.fleet import Fleet, Whmcs
from tests.cache.lives import Modelled
from tests.clusters import Nodes, running_cluster
from tests.loops import ON_THE_LOOP_OF_WORKERS
from tests.sentinels import Watched, running_sentinels
from tests.servers import RedisServer, running_redis
from tests.virtual import VirtualLoop

ABOUT_SILENCE = (
    "test_outages",
    "test_clock_steps",
    "test_failover",
    "test_late_failover",
    "test_cluster",
    "test_sleeping",
)


@pytest.fixture(autouse=True)
def _patient(request: pytest.FixtureRequest) -> None:
    if request.path.stem not in ABOUT_SILENCE:
        request.getfixturevalue("patient_with_redis")


@pytest.fixture(params=["memory", "redis"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def anyio_backend(kind: str) -> Any:
    return ("asyncio", {"loop_factory": VirtualLoop}) if kind == "memory" else ON_THE_LOOP_OF_WORKERS


@pytest.fixture
async def fleet(kind: str, anyio_backend: Any, request: pytest.FixtureRequest) -> AsyncIterator[Fleet]:
    urls = []
    if kind == "redis":
        urls = [request.getfixturevalue("redis_server").url]
    elif kind == "own redis":
        urls = [request.getfixturevalue("server").url]
    elif kind == "cluster":
        urls = [server.url for server in request.getfixturevalue("cluster").servers]
    async with AsyncExitStack() as stack:
        yield Fleet(stack, *urls)


@pytest.fixture
async def modelled(anyio_backend: Any) -> AsyncIterator[Modelled]:
    async with AsyncExitStack() as stack:
        yield Modelled(stack)


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """A Redis of this test's own, to be mistreated."""
    with running_redis() as running:
        yield running


@pytest.fixture
def watched() -> Iterator[Watched]:
    """A master, a replica and three sentinels."""
    with running_sentinels() as running:
        yield running


@pytest.fixture(scope="session")
def whole_cluster() -> Iterator[Nodes]:
    with running_cluster() as nodes:
        yield nodes


@pytest.fixture
def cluster(whole_cluster: Nodes) -> Nodes:
    """Empty, but for since when its masters own their slots."""
    for server in whole_cluster.servers:
        with Redis.from_url(server.url) as client:
            for key in client.scan_iter("cf1:*"):
                if not key.endswith(b":since"):
                    client.delete(key)
    return whole_cluster


@pytest.fixture
def whmcs() -> Whmcs:
    return Whmcs()

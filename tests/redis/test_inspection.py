"""Looking at a server, a real one, as the doctor does."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from redis import Redis

from counterfoil.redis.address import parse_address
from counterfoil.redis.connection import NO_ANSWER
from counterfoil.redis.failures import ErrorReply, RedisAway
from counterfoil.redis.inspection import Inspection, inspect
from tests.servers import RedisServer, running_redis

pytestmark = pytest.mark.anyio

LIMIT = 1.0


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with running_redis() as running:
        yield running


@pytest.fixture
async def inspection(server: RedisServer, anyio_backend: str) -> AsyncIterator[Inspection]:
    looking = await inspect(parse_address(server.url), LIMIT)
    yield looking
    looking.close()


async def test_what_a_server_says_of_itself(inspection: Inspection) -> None:
    """Names and values; a setting that it does not know is none."""
    info = await inspection.info("replication")
    assert (info["role"], info["connected_slaves"]) == ("master", "0")
    assert await inspection.config("appendonly") == "no"
    assert await inspection.config("save") == ""
    assert await inspection.config("no-such-setting") is None


async def test_what_is_not_granted_is_no_silence(server: RedisServer, inspection: Inspection) -> None:
    """The server is there all the same, and answers the next question."""
    with Redis.from_url(server.url) as admin:
        admin.execute_command("ACL", "SETUSER", "default", "-config")
    with pytest.raises(ErrorReply, match=r"^NOPERM "):
        await inspection.config("appendonly")
    assert await inspection.time() > 1_700_000_000


async def test_a_silent_server_is_given_up(server: RedisServer, inspection: Inspection) -> None:
    """After the time that was given, not after the shorter one that a cache waits."""
    server.child.pause()
    began = asyncio.get_running_loop().time()
    with pytest.raises(RedisAway, match=NO_ANSWER):
        await inspection.info("server")
    assert asyncio.get_running_loop().time() - began >= LIMIT
    server.child.resume()

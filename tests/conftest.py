"""Fixtures that many rooms need. What they start is in servers.py, stack.py and pages.py."""

from collections.abc import Iterator

import pytest

from tests.servers import PostgresServer, RedisServer, running_postgres, running_redis


@pytest.fixture
def anyio_backend() -> str:
    """`pytest.mark.anyio` tests run on asyncio, as the portal does."""
    return "asyncio"


@pytest.fixture(scope="session")
def redis_process() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def redis_server(redis_process: RedisServer) -> RedisServer:
    """A running, empty Redis: `.url`."""
    redis_process.flush()
    return redis_process


@pytest.fixture(scope="session")
def postgres_process() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_process: PostgresServer) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    url = postgres_process.new_database()
    yield url
    postgres_process.drop_database(url)

"""Every test of accounts runs on SQLite with memory, and on PostgreSQL with Redis."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from counterfoil.db.schema import upgrade
from counterfoil.db.tables import metadata
from tests.accounts.portal import Portal, running
from tests.servers import PostgresServer
from tests.stack import Sandbox


@pytest.fixture(autouse=True)
def _patient(request: pytest.FixtureRequest) -> None:
    if request.path.stem != "test_revival":  # There Redis is made to hang.
        request.getfixturevalue("patient_with_redis")


@pytest.fixture(scope="module")
def whmcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The sandbox, for tests of commands."""
    sandbox = Sandbox(tmp_path_factory.mktemp("whmcs"))
    sandbox.start()
    yield sandbox
    sandbox.child.stop()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_process: PostgresServer) -> Iterator[str]:
    url = postgres_process.new_database()
    asyncio.run(upgrade(url))
    yield url
    postgres_process.drop_database(url)


@pytest.fixture
def empty_postgres(migrated_postgres: str, postgres_process: PostgresServer) -> str:
    tables = ", ".join(f'"{name}"' for name in metadata.tables)
    postgres_process.execute(f"TRUNCATE {tables} CASCADE", database=migrated_postgres.rpartition("/")[2])
    return migrated_postgres


@pytest.fixture(params=["sqlite", "postgres"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Of a migrated, empty database and of a cache."""
    if request.param == "postgres":
        return request.getfixturevalue("empty_postgres"), request.getfixturevalue("redis_server").url
    shutil.copy(request.getfixturevalue("empty_sqlite"), tmp_path / "portal.db")
    return f"sqlite+aiosqlite:///{tmp_path}/portal.db", "memory://"


@pytest.fixture
async def portal(urls: tuple[str, str]) -> AsyncIterator[Portal]:
    async with running(*urls) as process:
        yield process

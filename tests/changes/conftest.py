"""A migrated database and a cache of one process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from counterfoil.cache import Cache, open_cache
from counterfoil.db.engine import Engine, make_engine
from tests.databases import give_schema


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    url = f"sqlite+aiosqlite:///{tmp_path}/portal.db"
    give_schema(url)
    engine = make_engine(url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def cache() -> AsyncIterator[Cache]:
    cache = open_cache("memory://")
    await cache.start()
    yield cache
    await cache.close()

"""The fast path on both stores."""

from collections.abc import AsyncIterator

import pytest

from counterfoil.cache import open_cache
from tests.web.http.shop import Shop


@pytest.fixture(params=["memory", "redis"])
async def shop(request: pytest.FixtureRequest, patient_with_redis: None) -> AsyncIterator[Shop]:
    is_memory = request.param == "memory"
    cache = open_cache("memory://" if is_memory else request.getfixturevalue("redis_server").url)
    await cache.start()
    yield Shop(cache)
    await cache.close()

"""The cache's tests run twice: on the memory store in virtual time, and on a real Redis in real time."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.cache.fleet import Fleet, Whmcs
from tests.cache.virtual import VirtualLoop


@pytest.fixture(params=["memory", "redis"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def anyio_backend(kind: str) -> Any:
    return ("asyncio", {"loop_factory": VirtualLoop}) if kind == "memory" else "asyncio"


@pytest.fixture
async def fleet(kind: str, anyio_backend: Any, request: pytest.FixtureRequest) -> AsyncIterator[Fleet]:
    url = request.getfixturevalue("redis_server").url if kind == "redis" else None
    async with AsyncExitStack() as stack:
        yield Fleet(stack, url)


@pytest.fixture
def whmcs() -> Whmcs:
    return Whmcs()

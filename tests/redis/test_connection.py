"""When a store counts as hung: in virtual time, on a wire that says what the test lets it say."""

import asyncio
from typing import Any

import pytest

from counterfoil.cache.rules import COMMAND_LIMIT
from counterfoil.cache.store import StoreAway
from counterfoil.redis.connection import Connection
from tests.cache.virtual import VirtualLoop

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> Any:
    return ("asyncio", {"loop_factory": VirtualLoop})


class Wire(asyncio.Transport):
    """Swallows what is written."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        pass

    def abort(self) -> None:
        pass


async def test_a_store_that_answers_is_not_hung() -> None:
    """F10: whoever waits behind a thousand others waits longer than 0.5 s; only silence is an outage, once."""
    connection = Connection()
    connection.connection_made(Wire())
    crowd = [connection.send("GET", str(number)) for number in range(5)]
    for reply in crowd:
        await asyncio.sleep(COMMAND_LIMIT - 0.1)
        connection.data_received(b"+here\r\n")
        assert await reply == b"here"
    began = asyncio.get_running_loop().time()
    assert isinstance(await connection.send("GET", "5"), StoreAway)
    assert asyncio.get_running_loop().time() - began == pytest.approx(COMMAND_LIMIT)

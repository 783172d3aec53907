"""One connection, in virtual time, on a wire that says what the test lets it say: what is sent, and when it is hung."""

import asyncio
from typing import Any

import pytest

from counterfoil.redis.connection import Connection
from counterfoil.redis.failures import RedisAway
from counterfoil.redis.timing import COMMAND_LIMIT
from tests.virtual import VirtualLoop

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> Any:
    return ("asyncio", {"loop_factory": VirtualLoop})


class Wire(asyncio.Transport):
    """Takes down what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def abort(self) -> None:
        pass


async def test_commands_of_one_turn_leave_together() -> None:
    """What a hundred requests ask at the same moment costs one write; answers come in the order of the questions."""
    connection, transport = Connection(), Wire()
    connection.connection_made(transport)
    asked = [connection.send("GET", str(number)) for number in range(100)]
    await asyncio.sleep(0)
    assert len(transport.writes) == 1
    asked[1].cancel()
    connection.data_received(b"".join(b":%d\r\n" % number for number in range(100))[:-1])
    assert [await future for future in (asked[0], asked[2], asked[98])] == [0, 2, 98]
    connection.abort("enough")
    assert isinstance(await asked[99], RedisAway)


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
    assert isinstance(await connection.send("GET", "5"), RedisAway)
    assert asyncio.get_running_loop().time() - began == pytest.approx(COMMAND_LIMIT)


async def test_a_process_that_was_away_itself_does_not_blame_the_store() -> None:
    """F10: held up for longer than 0.5 s, it reads what was answered meanwhile and sends what it had not sent; a store
    that says nothing to that either is hung.
    """
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    connection = Connection()
    connection.connection_made(Wire())
    asked = connection.send("GET", "1")
    loop.hold_up(COMMAND_LIMIT * 3)
    await asyncio.sleep(0.001)
    assert not connection.is_lost
    connection.data_received(b"+here\r\n")
    assert await asked == b"here"
    unheard = connection.send("GET", "2")
    loop.hold_up(COMMAND_LIMIT * 3)
    began = loop.time()
    assert isinstance(await unheard, RedisAway)
    assert loop.time() - began <= COMMAND_LIMIT

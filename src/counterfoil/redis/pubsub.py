"""Messages between the processes, over a Redis connection of its own: nothing that must not be lost."""

import asyncio
import contextlib
from collections.abc import Callable

from counterfoil.redis import timing
from counterfoil.redis.address import Address
from counterfoil.redis.cluster import AnyMaster
from counterfoil.redis.connection import Connection, unwrap
from counterfoil.redis.connection_manager import ConnectionManager, check_mode
from counterfoil.redis.failures import RedisAway
from counterfoil.redis.topology import Place

Listener = Callable[[str, bytes], None]


class Subscriber:
    """Subscribes again after an outage; what was published meanwhile is gone."""

    def __init__(self, address: Address) -> None:
        # Redis does not separate channels by database.
        self.channel = f"cf1:{address.database}"
        self._listeners: list[Listener] = []
        self._connections = ConnectionManager(address, "messages", self._subscribe, AnyMaster)
        self._running: asyncio.Task[None] | None = None
        self._is_started = False

    def start(self) -> None:
        self._is_started = True
        if self._listeners and self._running is None:
            self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
            await self._connections.close()

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)
        if self._is_started:
            self.start()

    @property
    def hears(self) -> bool:
        return self._connections.is_up

    def hear(self, packed: bytes) -> None:
        topic, _, message = packed.partition(b"\n")
        for listener in self._listeners:
            listener(topic.decode(), message)

    async def _subscribe(self, connection: Connection, place: Place) -> str:
        check_mode(place, unwrap(await connection.send("INFO", "server")))
        connection.on_message = self.hear
        unwrap(await connection.send("SUBSCRIBE", self.channel))
        return ""

    async def _run(self) -> None:
        await self._connections.start()
        while True:  # A connection on which nothing is asked would not notice a dead server.
            await asyncio.sleep(timing.LISTENER_BEAT)
            with contextlib.suppress(RedisAway):
                await self._connections.send("PING")


def pack_message(topic: str, message: bytes) -> bytes:
    return topic.encode() + b"\n" + message

"""Looking at the servers, as the doctor does: no connection is kept up, no other is looked for, nothing
that anybody reads is written.
"""

import asyncio
from typing import Any

from counterfoil.redis.address import Address
from counterfoil.redis.cluster import ClusterTopology
from counterfoil.redis.connection import Argument, Connection, connect, unwrap
from counterfoil.redis.info import parse_info
from counterfoil.redis.sentinel import SentinelTopology

REHEARSED = "cf1:doctor"


class Inspection:
    """Of one server. Every question raises RedisAway; ErrorReply when it is answered, but not granted."""

    def __init__(self, address: Address, connection: Connection) -> None:
        self.address = address
        self._connection = connection

    def close(self) -> None:
        self._connection.abort("closed")

    async def info(self, section: str) -> dict[str, str]:
        return parse_info(await self._ask("INFO", section))

    async def config(self, name: str) -> str | None:
        """None: a server that does not know such a setting."""
        answer = [each.decode() for each in await self._ask("CONFIG", "GET", name)]
        return dict(zip(answer[::2], answer[1::2], strict=True)).get(name)

    async def time(self) -> float:
        """Unix seconds by its clock."""
        seconds, microseconds = await self._ask("TIME")
        return int(seconds) + int(microseconds) / 1_000_000

    async def rehearse(self) -> None:
        """Does what the portal does, on a key and a channel that nobody looks at. Raises ErrorReply."""
        await self._ask("SET", REHEARSED, "", "PX", 1000)
        await self._ask("EVAL", "redis.call('TIME') return redis.call('GET', KEYS[1])", 1, REHEARSED)
        await self._ask("MGET", REHEARSED)
        await self._ask("SCAN", 0, "MATCH", REHEARSED, "COUNT", 1)
        await self._ask("DEL", REHEARSED)
        await self._ask("PUBLISH", REHEARSED, "")
        await self._ask("SUBSCRIBE", REHEARSED)

    async def _ask(self, *command: Argument) -> Any:
        return unwrap(await self._connection.send(*command))


async def inspect(address: Address, limit: float) -> Inspection:
    """Of the server there, or of the master that the sentinels name, however new. `limit`: seconds for each answer.

    Raises RedisAway or OSError.
    """
    if address.sentinels:
        sentinels = SentinelTopology(address)
        try:
            (place,) = (await sentinels.named()).places
        finally:
            sentinels.close()
        address = place.address
    async with asyncio.timeout(limit):
        return Inspection(address, await connect(address, limit))


async def find_masters(address: Address) -> list[Address]:
    """Of a cluster. Raises RedisAway when not every slot has one."""
    cluster = ClusterTopology(address)
    try:
        return [place.address for place in (await cluster.find()).places]
    finally:
        cluster.close()

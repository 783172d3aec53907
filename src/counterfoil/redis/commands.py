"""The cache's Redis for others, over a connection of their own. All their keys lie in one scope, on one server."""

from typing import Any

from counterfoil.redis.address import parse_address
from counterfoil.redis.connection import Argument, Connection, unwrap
from counterfoil.redis.connection_manager import ConnectionManager, check_mode
from counterfoil.redis.script import Script
from counterfoil.redis.topology import Place


class Commands:
    """Every operation raises RedisAway, at once while the server is away; on an error answer it is looked for again."""

    def __init__(self, url: str, scope: str) -> None:
        self._scope = scope
        self._connections = ConnectionManager(parse_address(url), scope, _greet)

    async def start(self) -> None:
        """Connects, or goes on trying in the background."""
        await self._connections.start()

    async def close(self) -> None:
        await self._connections.close()

    async def send(self, name: str, key: str, *arguments: Argument) -> Any:
        server = self._connections.to(self._scope)
        return self._connections.unwrap(await server.send(name, self._key(key), *arguments))

    async def run(self, script: bytes, key: str, *arguments: Argument) -> Any:
        """A Lua script on one key."""
        server = self._connections.to(self._scope)
        return self._connections.unwrap(await Script(script).run(server, [self._key(key)], *arguments))

    def _key(self, key: str) -> str:
        return f"cf1:{{{self._scope}}}:{key}"


async def _greet(connection: Connection, place: Place) -> str:
    check_mode(place, unwrap(await connection.send("INFO", "server")))
    return ""

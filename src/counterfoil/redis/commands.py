"""The cache's Redis for others, over a connection of their own. All their keys lie in one scope, on one server."""

import hashlib
from typing import Any

import hiredis

from counterfoil.redis.address import parse_address
from counterfoil.redis.connection import Argument, Connection, unwrap
from counterfoil.redis.connection_manager import ConnectionManager, check_mode
from counterfoil.redis.topology import Place


class Commands:
    """Every operation raises StoreAway, at once while the server is away; on an error answer it is looked for again."""

    def __init__(self, url: str, scope: str) -> None:
        self._scope = scope
        self._link = ConnectionManager(parse_address(url), scope, _greet)

    async def start(self) -> None:
        """Connects, or goes on trying in the background."""
        await self._link.start()

    async def close(self) -> None:
        await self._link.close()

    async def send(self, name: str, key: str, *arguments: Argument) -> Any:
        return self._link.unwrap(await self._link.to(self._scope).send(name, self._key(key), *arguments))

    async def run(self, script: bytes, key: str, *arguments: Argument) -> Any:
        """A Lua script on one key."""
        server, rest = self._link.to(self._scope), (1, self._key(key), *arguments)
        reply = await server.send("EVALSHA", hashlib.sha1(script, usedforsecurity=False).hexdigest(), *rest)
        if isinstance(reply, hiredis.ReplyError) and str(reply).startswith("NOSCRIPT"):
            reply = await server.send("EVAL", script, *rest)
        return self._link.unwrap(reply)

    def _key(self, key: str) -> str:
        return f"cf1:{{{self._scope}}}:{key}"


async def _greet(connection: Connection, place: Place) -> str:
    check_mode(place, unwrap(await connection.send("INFO", "server")))
    return ""

"""C, the ceiling of the portal's design: Granian without a framework, one MGET over one shared connection.

It checks the session and the generation and sends bytes. It has no routes, no metrics, no log, no security headers.
"""

import asyncio
import gc
import os
from typing import Any

from counterfoil.redis.address import parse_address
from counterfoil.redis.connection import Connection, connect

HEADERS = [("content-type", "application/json"), ("cache-control", "private, no-cache"), ("vary", "Cookie")]


class Ceiling:
    """The cookie is `session=<client>.<secret>`: every key is known before Redis answers."""

    _redis: Connection

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._redis = loop.run_until_complete(connect(parse_address(os.environ["BENCH_REDIS"])))
        gc.collect()
        gc.freeze()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        cookie = scope.headers.get("cookie") or ""
        client, _, secret = cookie.removeprefix("session=").partition(".")
        prefix = f"ceiling:{{{client}}}:"
        keys = (f"{prefix}s:{secret}", f"{prefix}g", f"{prefix}e:{scope.path}")
        session, generation, entry = await self._redis.send("MGET", *keys)
        if session != client.encode() or generation is None or not entry.startswith(generation):
            protocol.response_empty(401, [])
            return
        protocol.response_bytes(200, HEADERS, entry[len(generation) :])


application = Ceiling()

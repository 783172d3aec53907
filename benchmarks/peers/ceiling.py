"""C, the ceiling of the portal's design: Granian without a framework, one MGET over one shared connection.

As bare as it can be: the cookie and the path are the keys, and what lies there is sent. No routes, metrics, log or
security headers; it checks no more than that there is a session.
"""

import asyncio
import gc
import os
from typing import Any

from counterfoil.redis.address import parse_address
from counterfoil.redis.connection import Connection, connect

HEADERS = [("content-type", "application/json")]
GENERATION = "generation"


class Ceiling:
    _redis: Connection

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._redis = loop.run_until_complete(connect(parse_address(os.environ["BENCH_REDIS"])))
        gc.collect()
        gc.freeze()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        found = await self._redis.send("MGET", scope.headers.get("cookie"), GENERATION, scope.path)
        if found[0] is None:
            protocol.response_empty(401, [])
        else:
            protocol.response_bytes(200, HEADERS, found[2])


application = Ceiling()

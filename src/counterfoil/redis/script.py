"""Lua scripts, which a server does at once: nothing comes between."""

import hashlib
from collections.abc import Sequence
from typing import Any

import hiredis

from counterfoil.redis.connection import Argument
from counterfoil.redis.connection_manager import Server


class Script:
    """Sent by its hash, and as text only to a server that does not know it, e.g. since it was restarted."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._sha = hashlib.sha1(text, usedforsecurity=False).hexdigest()

    async def run(self, server: Server, keys: Sequence[Argument], *arguments: Argument) -> Any:
        """The reply as it came: it may be an error."""
        rest = (len(keys), *keys, *arguments)
        reply = await server.send("EVALSHA", self._sha, *rest)
        if isinstance(reply, hiredis.ReplyError) and str(reply).startswith("NOSCRIPT"):
            reply = await server.send("EVAL", self.text, *rest)
        return reply

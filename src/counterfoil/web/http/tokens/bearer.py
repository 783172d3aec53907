"""`Authorization: Bearer cf_...`, on the API only: whose request it is, before any route is known.

A cookie beside it counts for nothing. Other schemes are not ours: a proxy in front may ask for a password of its own.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Protocol

from litestar.types import HTTPScope

from counterfoil.accounts.cookies import Handle
from counterfoil.accounts.token_text import holds_token, key_of_token
from counterfoil.accounts.tokens import handle_of
from counterfoil.errors import RateLimited
from counterfoil.web.http.http_errors import TokenInvalid
from counterfoil.web.http.limit_storage import Limit, MemoryLimitStorage
from counterfoil.web.http.request_context import context_of

API = "/api/v1/"

EACH = Limit(300)
"""Requests with one token, in each worker: counted here, since a warm read costs one round trip and no more."""

UNKNOWN = Limit(60)
"""From one address, in each worker, with tokens that look right and are nobody's: each asks the database."""

MOST_KNOWN = 4096
"""Tokens of which a process remembers the client."""


def is_bearer(path: str, headers: Mapping[bytes, bytes]) -> bool:
    """Whether it is a program with a token, so that no browser's rules apply."""
    given = headers.get(b"authorization", b"")
    return path.startswith(API) and given[:6].lower() == b"bearer" and given[6:7] in (b"", b" ")


class TokenLookup(Protocol):
    """tokens.Tokens is one."""

    async def client_of(self, key: str) -> int | None: ...


class Bearers:
    def __init__(self, tokens: TokenLookup, *, are_taken: bool = True) -> None:
        self._tokens = tokens
        self._are_taken = are_taken
        self._clients: OrderedDict[str, int] = OrderedDict()
        self._counted = MemoryLimitStorage()

    def are_concerned(self, scope: HTTPScope, headers: Mapping[bytes, bytes]) -> bool:
        """Nearly never; the fastest answer pays for the question."""
        return b"authorization" in headers or b"cf_" in scope["query_string"]

    async def handle_of(self, scope: HTTPScope) -> Handle | None:
        """None for a request without a token. Raises TokenInvalid, RateLimited, TemporarilyUnavailable.

        What it returns names a token; whether that still holds, the cache or the database says.
        """
        headers = context_of(scope).headers
        if holds_token(scope["query_string"].decode("latin-1")):
            raise TokenInvalid  # an address is logged, kept in histories, and sent on
        if not is_bearer(scope["path"], headers):
            return None
        key = key_of_token(headers[b"authorization"][7:].strip().decode("latin-1"))
        if key is None or not self._are_taken:
            raise TokenInvalid
        client_id = self._clients.get(key) or await self._looked_up(key, context_of(scope).address)
        window = await self._counted.count(key, EACH)
        if not window.left:
            raise RateLimited(int(window.wait) + 1)
        return handle_of(key, client_id)

    async def _looked_up(self, key: str, address: str) -> int:
        window = await self._counted.look(address, UNKNOWN)
        if not window.left:
            raise RateLimited(int(window.wait) + 1)
        client_id = await self._tokens.client_of(key)
        if client_id is None:
            await self._counted.count(address, UNKNOWN)
            raise TokenInvalid
        self._clients[key] = client_id
        if len(self._clients) > MOST_KNOWN:
            self._clients.popitem(last=False)
        return client_id

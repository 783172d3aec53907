"""The fast path by itself, before a cache in which a test puts what it likes."""

from typing import Any

import msgspec

from counterfoil import log
from counterfoil.accounts.cookies import Handle
from counterfoil.accounts.sessions import Sessions
from counterfoil.accounts.viewer import ClientAccess, Viewer
from counterfoil.cache import Cache, Entry, Fetched, Part
from counterfoil.db.engine import make_engine
from counterfoil.web.http.access_log import Served
from counterfoil.web.http.cached_response import cacheable, packed
from counterfoil.web.http.edge import Rules
from counterfoil.web.http.fast_path import FastPath, PlainRequests
from counterfoil.web.http.origin_policy import OriginPolicy
from counterfoil.web.http.response_cache import ResponseCache
from counterfoil.web.http.tokens.bearer import Bearers
from tests.web.http.test_cached_permissions import COOKIE, KEY, Nobody, _cookie
from tests.web.settings import settings


class NoTokens:
    """Nobody has an access token."""

    async def client_of(self, key: str) -> int | None:
        return None


class Shop:
    """The fast path before a cache with one response in it, as `app` puts it together."""

    PATH = "/api/v1/invoices"

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        sessions = Sessions(make_engine("sqlite+aiosqlite://"), cache, Nobody(), keys=[KEY])
        self.responses = ResponseCache(
            _nobody, cache=cache, sessions=sessions, bearers=Bearers(NoTokens()), new_cookie=_cookie, version="1"
        )
        self.requests = PlainRequests(OriginPolicy(settings(base_url="https://portal.example")), self.responses)
        self.served: list[Served] = []
        rules = Rules(None, (), (), None, (self.served.append,), log.RequestIds())  # type: ignore[arg-type]
        self.front = FastPath(self.requests, self.responses, cache, rules)
        handle = sessions.read_cookie(COOKIE)
        assert handle is not None
        self.handle: Handle = handle

    async def sign_in(self, *permissions: str, client_id: int = 1) -> None:
        access = ClientAccess(client_id, "Analytical Engines", frozenset(permissions))
        await self.put_session(Viewer(1, "ada@example.com", "Ada", 1, client_id, (access,), is_staff=False))

    async def put_session(self, viewer: Viewer) -> None:
        await self.cache.put_session("c1", self.handle.key, msgspec.json.encode(viewer), 60)

    async def fill(self, body: bytes, lifetime: float = 30, media_type: str = "application/json") -> None:
        async def fetch() -> Fetched:
            return Fetched(b"x")

        snapshot = await self.cache.read("c1", [Part("x", lifetime, fetch)], within=30)
        question = self.responses.question("GET", self.PATH, b"", dict(self.headers()))
        assert question is not None
        value = packed(cacheable(body, self.PATH, "invoices", media_type, ""))
        # Not only for the two seconds that a young generation's data counts: a slow machine needs longer to ask.
        entry = Entry(value, snapshot.as_of, snapshot.as_of + lifetime)
        await self.cache.keep("c1", snapshot.nonce, question.key, entry)

    def headers(self, host: str = "portal.example", cookie: str = COOKIE) -> list[tuple[bytes, bytes]]:
        return [(b"host", host.encode()), (b"cookie", f"s={cookie}".encode())]

    async def ask(self, **other: str) -> bytes | None:
        """None when it is handed on."""
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope: Any = {"type": "http", "method": "GET", "path": self.PATH, "query_string": b""}
        is_answered = await self.front.answers(scope | {"headers": self.headers(**other)}, send, 0.0)
        assert is_answered == bool(sent)
        return sent[1]["body"] if sent else None


async def _nobody(_scope: Any, _receive: Any, _send: Any) -> None:
    raise AssertionError

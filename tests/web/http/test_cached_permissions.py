"""Who may see a cached response: whoever has the permission that its route takes, and nobody else."""

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, NoReturn

import httpx2
import msgspec
import pytest
from litestar import Request, get
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.types import Receive, Scope, Send

from counterfoil.accounts.cookies import CookieJar, Handle
from counterfoil.accounts.people import Account
from counterfoil.accounts.sessions import Sessions
from counterfoil.accounts.viewer import ClientAccess, Viewer
from counterfoil.billing.reading import Reading, reading_of
from counterfoil.cache import Cache, Fetched, Part, open_cache
from counterfoil.db.engine import make_engine
from counterfoil.web.http.request_context import Caller, RequestContext, attach
from counterfoil.web.http.response_cache import ResponseCache
from counterfoil.web.http.responses import Responses
from counterfoil.web.http.tokens.bearer import Bearers
from counterfoil.web.http.visits import Visit
from counterfoil.web.routes import HANDLERS
from tests.stack import Stack

READS = [
    handler
    for handler in HANDLERS
    if isinstance(handler, HTTPRouteHandler) and "GET" in handler.http_methods and "permission" in handler.opt
]
MADE_ANEW = {
    "/api/v1/invoices.csv",
    "/api/v1/statement.csv",
    "/api/v1/transactions.csv",
    "/api/v1/payment-gateways",
}
"""Reads whose parts are cached, though not the response."""

KEY = b"k" * 32
NOBODY = Caller("", (), ())
COOKIE = CookieJar([KEY]).write("r" * 43, 1)


def _cookie(value: str) -> Cookie:
    return Cookie("s", value=value)


class NoTokens:
    """Nobody has an access token."""

    async def client_of(self, key: str) -> int | None:
        return None


class Nobody:
    """Rights that nobody asks for here."""

    async def of(self, account: Account) -> NoReturn:
        raise AssertionError

    async def forget(self, user_id: int) -> NoReturn:
        raise AssertionError


class Shop:
    """The response cache as `app` puts it together, before a router that says that it was asked."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        sessions = Sessions(make_engine("sqlite+aiosqlite://"), cache, Nobody(), keys=[KEY])
        self.responses = Responses(cache)
        self.front = ResponseCache(
            self._route, cache=cache, sessions=sessions, bearers=Bearers(NoTokens()), new_cookie=_cookie, version="1"
        )
        read = sessions.read_cookie(COOKIE)
        assert read is not None
        self.handle: Handle = read
        self.visit: Visit | None = None

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.visit = scope["state"]["visit"]

    async def sign_in(self, *permissions: str) -> Viewer:
        """The session's copy, as it is when the person has these rights."""
        access = ClientAccess(1, "Analytical Engines", frozenset(permissions))
        viewer = Viewer(1, "ada@example.com", "Ada", 1, 1, (access,), is_staff=False)
        await self.cache.put_session("c1", self.handle.key, msgspec.json.encode(viewer), 60)
        return viewer

    async def ask(self, path: str) -> bytes | None:
        """What the cache answers; None when the router was asked."""
        self.visit, sent = None, []
        scope: Any = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
        attach(scope, RequestContext("1", {b"cookie": f"s={COOKIE}".encode()}, NOBODY))

        async def receive() -> Any:
            raise AssertionError

        async def send(message: Any) -> None:
            sent.append(message)

        await self.front(scope, receive, send)
        return sent[1]["body"] if sent else None

    async def answer(self, handler: HTTPRouteHandler, path: str, viewer: Viewer, **more: str) -> None:
        """As the handler of that route does, after the router was asked for it."""
        state = {"visit": self.visit, "viewer": viewer}
        scope: Any = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b"", "state": state}
        scope |= {"route_handler": handler, "path_template": path}
        attach(scope, RequestContext("1", {}, NOBODY))
        await self.responses.respond(
            Request(scope), await self.read(), b"secret", media_type="application/json", **more
        )

    async def read(self) -> Reading[bytes]:
        async def fetch() -> Fetched:
            return Fetched(b"x")

        snapshot = await self.cache.read("c1", [Part("x", 30, fetch)], within=30)
        return reading_of(b"x", snapshot)


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    cache = open_cache("memory://")
    await cache.start()
    yield Shop(cache)
    await cache.close()


def name_of(handler: HTTPRouteHandler) -> str:
    return min(handler.paths)


@pytest.mark.anyio
@pytest.mark.parametrize("handler", READS, ids=name_of)
async def test_a_cached_response_takes_what_its_route_takes(shop: Shop, handler: HTTPRouteHandler) -> None:
    """The same session sees it as long as it has the right, and not without, whatever other rights it has."""
    path, permission = name_of(handler), handler.opt["permission"]
    viewer = await shop.sign_in(permission)
    assert await shop.ask(path) is None
    await shop.answer(handler, path, viewer)
    assert await shop.ask(path) == b"secret"
    await shop.sign_in("another", "and another")
    assert await shop.ask(path) is None


@pytest.mark.anyio
async def test_what_takes_more_than_its_route_is_seen_by_who_has_both(shop: Shop) -> None:
    """Home shows subscriptions to whoever may see them."""
    (home,) = (handler for handler in READS if name_of(handler) == "/")
    viewer = await shop.sign_in("invoices", "products")
    assert await shop.ask("/") is None
    await shop.answer(home, "/", viewer, also_takes="products")
    assert await shop.ask("/") == b"secret"
    for less in ("invoices", "products"):
        await shop.sign_in(less)
        assert await shop.ask("/") is None


@get("/open-to-all", signed_in=True)
async def takes_no_permission() -> None: ...


@pytest.mark.anyio
async def test_nothing_is_cached_of_a_route_that_takes_no_permission(shop: Shop) -> None:
    """Whoever is signed in would get it: its handler fails instead, the first time that it is tried."""
    viewer = await shop.sign_in("invoices")
    assert await shop.ask("/open-to-all") is None
    with pytest.raises(LookupError, match="takes no permission"):
        await shop.answer(takes_no_permission, "/open-to-all", viewer)
    assert await shop.ask("/open-to-all") is None


@pytest.fixture(scope="module")
def chidi(portal: Stack) -> Iterator[httpx2.Client]:
    """A colleague of Ada's, who may do nothing at her client but order."""
    portal.sandbox.control("PUT", "users/3/permissions/1", {"permissions": ["orders"]})
    with portal.visitor("chidi@example.com") as client:
        client.put("/api/v1/session/client", json={"client_id": 1}).raise_for_status()
        yield client


def paths(portal: Stack) -> Iterator[str]:
    for path in sorted({path for handler in READS if handler.opt["permission"] != "orders" for path in handler.paths}):
        if path.startswith("/api/"):
            yield path.replace("{invoice_id:str}", str(portal.sandbox.notable("ada.overdue")))


def test_a_colleague_without_the_right_sees_nothing(portal: Stack, ada: httpx2.Client, chidi: httpx2.Client) -> None:
    """What programs are answered is cached once for all people of a client."""
    for path in paths(portal):
        until = time.monotonic() + 60
        while not _is_cached(portal, ada, path) and path not in MADE_ANEW:
            assert time.monotonic() < until, path
        answer = chidi.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied"), path


def _is_cached(portal: Stack, visitor: httpx2.Client, path: str) -> bool:
    """Whether a second request is answered without a miss."""
    visitor.get(path).raise_for_status()
    before = _misses(portal)
    visitor.get(path).raise_for_status()
    return _misses(portal) == before


def _misses(portal: Stack) -> str:
    lines = httpx2.get(f"{portal.url}/metrics", timeout=60).text.splitlines()
    return next(line for line in lines if line.startswith('counterfoil_cache_events_total{event="misses"'))

"""The fast path answers as what is behind it would, or hands on; what it remembers never outlives what it means."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

import msgspec
import pytest

from counterfoil import log
from counterfoil.accounts.cookies import CookieJar, Handle
from counterfoil.accounts.sessions import Sessions
from counterfoil.accounts.viewer import ClientAccess, Viewer
from counterfoil.cache import Cache, Entry, Fetched, Part, open_cache
from counterfoil.db.engine import make_engine
from counterfoil.web.http.access_log import Served
from counterfoil.web.http.cached_response import cacheable, packed
from counterfoil.web.http.edge import Rules
from counterfoil.web.http.fast_path import FastPath, PlainRequests
from counterfoil.web.http.fast_path.plain_requests import LONGEST_REMEMBERED, MOST_REMEMBERED
from counterfoil.web.http.origin_policy import OriginPolicy
from counterfoil.web.http.response_cache import ResponseCache
from counterfoil.web.http.tokens.bearer import Bearers
from tests.servers import RedisServer, running_redis
from tests.stack import Stack, running_stack
from tests.web.http.test_cached_permissions import COOKIE, KEY, Nobody, _cookie
from tests.web.settings import settings

TWICE = "X-Twice: 1\r\nX-Twice: 1\r\n"
"""What nobody reads, twice: such a request is not plain, and the fast path hands it on."""


class NoTokens:
    """Nobody has an access token."""

    async def client_of(self, key: str) -> int | None:
        return None


class Said(NamedTuple):
    """An answer, without what differs between any two."""

    status: int
    headers: list[str]
    body: bytes
    request_id: str


def said_of(head: bytes, body: bytes) -> Said:
    lines = head.decode("latin-1").split("\r\n")
    named = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:]}
    request_id = named.pop("x-request-id", "")
    named.pop("date", None)
    told = body.replace(request_id.encode(), b"ID") if request_id else body
    return Said(int(lines[0].split()[1]), sorted(f"{name}: {value}" for name, value in named.items()), told, request_id)


def ask(stack: Stack, request: bytes) -> Said:
    """On a connection of its own."""
    with socket.create_connection(("127.0.0.1", int(stack.url.rsplit(":", 1)[1])), timeout=20) as connection:
        connection.sendall(request)
        received = connection.makefile("rb")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = received.readline()
            assert line, f"no answer to {request[:200]!r}"
            head += line
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        is_bodiless = request.startswith(b"HEAD") or head.split()[1] in {b"304", b"204"}
        body = b"" if is_bodiless or length is None else received.read(int(length[1]))
    return said_of(head[:-4], body)


PATHS = [
    "/api/v1/invoices",
    "/api/v1/invoices?page=1",
    "/api/v1/invoices?status=&page=",
    "/api/v1/invoices?status=nonsense",
    "/api/v1/invoices?page=0",
    "/api/v1/invoices?%70age=1",
    "/api/v1/%69nvoices",
    "/api/v1//invoices",
    "/api/v1/invoices/",
    "/api/v1/invoices%3Fpage=1",
    "/api/v1/invoices?q=%ff",
    "/api/v1/invoices?q=" + "x" * 300,
    "/api/v1/invoices?q=" + "x" * 5000,
    "/api/v1/invoices?" + "&".join(f"a{number}=1" for number in range(120)),
    "/api/v1/payment-methods",
    "/api/v1/session",
    "/api/v1/nothing",
    "/invoices",
    "/invoices?page=1",
    "/invoices?sort=nonsense",
    "/" + "x" * 1100,
    "/",
    "/static/nothing.css",
    "/sign-in",
    "/healthz",
]
HEADERS = {
    "nothing else": "",
    "gzip": "Accept-Encoding: gzip, deflate, br\r\n",
    "no gzip": "Accept-Encoding: br;q=1, gzip;q=0\r\n",
    "any coding": "Accept-Encoding: *\r\n",
    "German": "Accept-Language: de-DE,de;q=0.9\r\n",
    "many languages": "Accept-Language: de;q=0.5," + "x" * 1100 + "\r\n",
    "something known": 'If-None-Match: "0123456789abcdef01234567"\r\n',
    "anything known": "If-None-Match: *\r\n",
    "known badly": "If-None-Match: W/,,\xff\r\n",
    "paying": "X-A: 1\r\nCookie2: counterfoil_paying=7\r\n",
    "HTML wanted": "Accept: text/html\r\n",
    "JSON wanted": "Accept: application/json\r\n",
    "another site": "Origin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\n",
    "no body": "Content-Length: 0\r\n",
    "a bad length": "Content-Length: -1\r\n",
    "through a proxy": "X-Forwarded-For: 203.0.113.9, junk\r\nX-Forwarded-Proto: https\r\nForwarded: for=x\r\n",
    "by itself": "X-Counterfoil-By-Itself: 1\r\n",
    "a range": "Range: bytes=0-9\r\n",
    "an upgrade": "Connection: Upgrade\r\nUpgrade: websocket\r\n",
    "continue": "Expect: 100-continue\r\n",
    "many headers": "".join(f"X-{number}: {number}\r\n" for number in range(60)),
    "not ASCII": "User-Agent: Zo\xeb\r\n",
    "a second host": "Host: evil.example\r\n",
    "a second cookie": "Cookie: counterfoil_session=0.forged\r\n",
    "another second cookie": "Cookie: theme=dark\r\n",
}


def odd_requests(host: str, cookie: str) -> list[str]:
    """Without the empty line at the end."""
    start = f"Host: {host}\r\n"
    signed_in = f"{start}Cookie: {cookie}\r\n"
    plain = [f"GET {path} HTTP/1.1\r\n{signed_in}" for path in PATHS]
    listed, page = "GET /api/v1/invoices HTTP/1.1\r\n", "GET /invoices HTTP/1.1\r\n"
    varied = [first + signed_in + more for more in HEADERS.values() for first in (listed, page)]
    methods = [
        f"{method} {path} HTTP/1.1\r\n{signed_in}" for method in METHODS for path in ("/invoices", "/api/v1/invoices")
    ]
    hosts = [listed + f"Host: {name}\r\nCookie: {cookie}\r\n" for name in HOSTS]
    cookies = [first + start + f"Cookie: {said}\r\n" for said in _cookies(cookie) for first in (listed, page)]
    bodies = [
        listed + signed_in + "Content-Length: 2\r\n\r\n{}",
        listed + signed_in + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
        listed + signed_in + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n",
    ]
    old = [f"GET {path} HTTP/1.0\r\n{given}" for path in ("/api/v1/invoices", "/healthz") for given in (signed_in, "")]
    return [*plain, *varied, *methods, *hosts, *cookies, *bodies, *old]


METHODS = ("HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PROPFIND", "get")
HOSTS = ("evil.example", "", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:x", "localhost", "127.0.0.1.evil.example")


def _cookies(cookie: str) -> list[str]:
    name, _, value = cookie.partition("=")
    return [
        "",
        "theme=dark",
        f"theme=dark; {cookie}; counterfoil_paying=7",
        f"a=1;{cookie}",
        f"{cookie}x",
        f"{name}=2{value[1:]}",
        f"{name}={value[:-1]}",
        f"{name}=; {cookie}",
        f"{cookie}; {name}=forged",
        f"{cookie}; pad=" + "x" * 8000,
        f"{cookie}; name=Zo\xeb",
        f'{name}="{value}"',
    ]


@pytest.fixture(scope="module")
def redis_and_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RedisServer, Stack]]:
    with running_redis() as redis, running_stack(tmp_path_factory.mktemp("fast"), cache_url=redis.url) as stack:
        yield redis, stack


@pytest.fixture(scope="module")
def cached_portal(redis_and_portal: tuple[RedisServer, Stack]) -> Stack:
    return redis_and_portal[1]


@pytest.fixture(scope="module")
def cookie(cached_portal: Stack) -> str:
    with cached_portal.visitor("ada@example.com") as ada:
        return f"counterfoil_session={ada.cookies['counterfoil_session']}"


def test_odd_requests_are_answered_alike_both_ways(cached_portal: Stack, cookie: str) -> None:
    """Some hundred of them: the same status, headers and body whether or not the fast path may take them; each has a
    request id of its own and its line in the log.
    """
    requests = odd_requests(cached_portal.url.removeprefix("http://"), cookie)
    assert len(requests) > 120
    for request in requests:  # so that what can be cached is
        ask(cached_portal, encoded(request))
    seen: list[tuple[Said, Said]] = []
    for request in requests:
        one, other = both_ways(cached_portal, request)
        assert one._replace(request_id="") == other._replace(request_id=""), request[:300]
        # What the server itself refuses never comes to us.
        seen += [(one, other)] if one.request_id else []
    assert len({said.request_id for pair in seen for said in pair}) == 2 * len(seen) > 1.8 * len(requests)
    cached_portal.logged_request(seen[-1][1].request_id)
    lines = {line["request_id"]: line for line in cached_portal.logged() if line["event"] == "request"}
    for name in ("method", "route", "status"):
        assert [lines[one.request_id][name] for one, _ in seen] == [lines[two.request_id][name] for _, two in seen]


def test_requests_in_a_row_are_answered_in_order(cached_portal: Stack, cookie: str) -> None:
    """Sent together on one connection, what is cached and what is not: none overtakes another."""
    host = cached_portal.url.removeprefix("http://")
    paths = ["/api/v1/invoices", "/api/v1/session", "/api/v1/invoices", "/api/v1/nothing", "/api/v1/invoices"]
    sent = "".join(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n" for path in paths)
    with socket.create_connection(("127.0.0.1", int(host.rsplit(":", 1)[1])), timeout=20) as caller:
        caller.sendall(sent.encode())
        received = caller.makefile("rb")
        statuses = []
        for _ in paths:
            head = b"".join(iter(received.readline, b"\r\n"))
            statuses.append(int(head.split()[1]))
            received.read(int(re.findall(rb"(?i)content-length: (\d+)", head)[0]))
    assert statuses == [200, 200, 200, 404, 200]


def test_without_redis_both_ways_answer_alike(redis_and_portal: tuple[RedisServer, Stack], cookie: str) -> None:
    """It hangs, dies and comes back empty: people go on reading either way, and nobody is signed out."""
    redis, stack = redis_and_portal
    host = stack.url.removeprefix("http://")
    request = f"GET /api/v1/invoices HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n"

    def both() -> list[int]:
        return [ask(stack, encoded(each)).status for each in (request, twice(request))]

    assert both() == [200, 200]
    redis.child.pause()
    assert both() == [200, 200]
    redis.child.kill()
    assert both() == [200, 200]
    redis.start()
    assert both() == [200, 200]


def both_ways(stack: Stack, request: str) -> tuple[Said, Said]:
    """At once: what is cached may become too old between two requests, and the next one is of newer data."""
    for _ in range(5):
        one, other = (ask(stack, encoded(each)) for each in (request, twice(request)))
        if one._replace(request_id="") == other._replace(request_id=""):
            break
    return one, other


def encoded(request: str) -> bytes:
    head, empty, body = request.partition("\r\n\r\n")
    text = f"{head}\r\n\r\n{body}\r\n\r\n" if empty else f"{request}\r\n"
    return text.encode("latin-1")


def twice(request: str) -> str:
    first, _, rest = request.partition("\r\n")
    return f"{first}\r\n{TWICE}{rest}"


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


@pytest.fixture(params=["memory", "redis"])
async def shop(request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    is_memory = request.param == "memory"
    cache = open_cache("memory://" if is_memory else request.getfixturevalue("redis_server").url)
    await cache.start()
    yield Shop(cache)
    await cache.close()


@pytest.mark.anyio
async def test_what_changed_is_seen_at_once(shop: Shop) -> None:
    """Although the bytes of the request, the session and the command are remembered, and the whole answer: a right that
    is taken and given back, another client, a sign-out, new data.
    """
    await shop.sign_in("invoices")
    await shop.fill(b"one")
    assert [await shop.ask(), await shop.ask()] == [b"one", b"one"]
    for permissions, client_id, seen in (
        (("profile",), 1, None),
        (("invoices",), 1, b"one"),
        (("invoices",), 2, None),
        (("invoices", "profile"), 1, b"one"),
    ):
        await shop.sign_in(*permissions, client_id=client_id)
        assert await shop.ask() == seen
    await shop.cache.clear("c1")
    assert await shop.ask() is None
    await shop.fill(b"two")
    assert await shop.ask() == b"two"
    await shop.cache.drop_session("c1", shop.handle.key)
    assert await shop.ask() is None
    assert [(one.method, one.route, one.status) for one in shop.served] == [("GET", Shop.PATH, 200)] * 5


@pytest.mark.anyio
async def test_what_is_too_old_is_handed_on(shop: Shop) -> None:
    await shop.sign_in("invoices")
    await shop.fill(b"one", lifetime=0.2)
    await asyncio.sleep(0.3)
    assert await shop.ask() is None


@pytest.mark.anyio
async def test_only_plain_requests_of_ours_are_looked_at(shop: Shop) -> None:
    """Another host, another key's cookie: though the rest of the bytes is one that was answered."""
    await shop.sign_in("invoices")
    await shop.fill(b"one")
    assert await shop.ask() == b"one"
    assert await shop.ask(host="evil.example") is None
    assert await shop.ask(cookie=CookieJar([b"j" * 32]).write("r" * 43, 1)) is None
    assert await shop.ask() == b"one"


@pytest.mark.anyio
async def test_what_nobody_here_has_written_is_left_to_others(shop: Shop) -> None:
    """Whoever looks again says what is wrong; here is nothing to answer it with."""
    await shop.sign_in("invoices")
    await shop.fill(b"one")
    await shop.cache.put_session("c1", shop.handle.key, b"no session", 60)
    assert await shop.ask() is None


def test_what_is_remembered_is_bounded() -> None:
    """However many cookies somebody has, and however long a request is."""
    shop = Shop(open_cache("memory://"))
    jar, remembered = CookieJar([KEY]), shop.requests._remembered
    scope: Any = {"method": "GET", "path": Shop.PATH, "query_string": b""}
    for number in range(MOST_REMEMBERED + 50):
        headers = shop.headers(cookie=jar.write(f"{number:043}", 1))
        assert shop.requests.read(scope | {"headers": headers}) is not None
    assert len(remembered) == MOST_REMEMBERED
    before = set(remembered)
    long = [*shop.headers(), (b"accept-language", b"x" * LONGEST_REMEMBERED)]
    assert shop.requests.read(scope | {"headers": long}) is not None
    assert set(remembered) == before

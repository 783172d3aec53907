"""The fast path answers as what is behind it would, or hands on; what it remembers never outlives what it means."""

import asyncio
import re
import socket
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from counterfoil.accounts.cookies import CookieJar
from counterfoil.cache import open_cache
from counterfoil.web.http.fast_path.plain_requests import LONGEST_REMEMBERED, MOST_REMEMBERED
from tests.servers import RedisServer, running_redis
from tests.stack import Stack, running_stack
from tests.web.http.odd_requests import odd_requests
from tests.web.http.shop import Shop
from tests.web.http.test_cached_permissions import KEY

TWICE = "X-Twice: 1\r\nX-Twice: 1\r\n"
"""What nobody reads, twice: such a request is not plain, and the fast path hands it on."""


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
    with socket.create_connection(("127.0.0.1", int(stack.url.rsplit(":", 1)[1])), timeout=60) as connection:
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
    with socket.create_connection(("127.0.0.1", int(host.rsplit(":", 1)[1])), timeout=60) as caller:
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
    for _ in range(30):
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

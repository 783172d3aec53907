"""Whatever answers, and however early: the body has been read, or the answer says that the connection ends with it."""

import asyncio
import socket
import time
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from counterfoil.web.http.bodies import MOST_AWAITED, PATIENCE, RequestBody
from counterfoil.web.http.http_errors import BadRequest
from tests.stack import Stack

LENGTH = b"Content-Length: 30000\r\n"
BODY = b" " * 30_000
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"5\r\nhello\r\n0\r\n\r\n"
CROSS = b"Sec-Fetch-Site: cross-site\r\n"
JSON = b"Content-Type: application/json\r\n"


class Sent(NamedTuple):
    line: bytes
    status: int
    headers: bytes = LENGTH
    body: bytes = BODY
    host: bytes = b"Host: 127.0.0.1\r\n"


REQUESTS = {
    "cross-site": Sent(b"POST /sign-in", 403, CROSS + LENGTH),
    "cross-site, chunked": Sent(b"POST /sign-in", 403, CROSS + CHUNKED, CHUNKS),
    "unknown host": Sent(b"POST /sign-in", 400, host=b"Host: elsewhere.example\r\n"),
    "two hosts": Sent(b"POST /sign-in", 400, host=b"Host: 127.0.0.1\r\nHost: 127.0.0.2\r\n"),
    "two origins": Sent(b"POST /sign-in", 400, b"Origin: http://a\r\nOrigin: http://b\r\n" + LENGTH),
    "GET": Sent(b"GET /healthz", 200),
    "GET of a page": Sent(b"GET /sign-in", 200),
    "GET, chunked": Sent(b"GET /healthz", 200, CHUNKED, CHUNKS),
    "GET of a megabyte": Sent(b"GET /healthz", 200, b"Content-Length: 1000000\r\n", b" " * 1_000_000),
    "HEAD": Sent(b"HEAD /healthz", 200),
    "OPTIONS": Sent(b"OPTIONS /sign-in", 204),
    "redirect": Sent(b"GET /invoices", 303),
    "other method": Sent(b"PROPFIND /", 405),
    "not found": Sent(b"POST /nowhere", 404),
    "not signed in": Sent(b"PUT /api/v1/session/client", 401, JSON + LENGTH),
    "too large": Sent(b"POST /api/v1/session", 413, JSON + b"Content-Length: 3000000\r\n", b" " * 3_000_000),
    "too large, cross-site": Sent(b"POST /", 403, CROSS + b"Content-Length: 3000000\r\n", b" " * 3_000_000),
    "webhook": Sent(b"POST /webhooks/whmcs", 401),
    "broken chunks": Sent(b"POST /api/v1/session", 400, JSON + CHUNKED, b"ZZ\r\nabc\r\n"),
    "broken chunks, cross-site": Sent(b"POST /sign-in", 403, CROSS + CHUNKED, b"ZZ\r\nabc\r\n"),
    "broken chunks, GET": Sent(b"GET /healthz", 200, CHUNKED, b"ZZ\r\nabc\r\n"),
    "expect": Sent(b"POST /sign-in", 403, CROSS + b"Expect: 100-continue\r\n" + LENGTH, b""),
    "expect, GET": Sent(b"GET /healthz", 200, b"Expect: 100-continue\r\n" + LENGTH, b""),
    "expect, too large": Sent(b"POST /", 413, b"Expect: 100-continue\r\nContent-Length: 3000000\r\n", b""),
}


@pytest.mark.parametrize("late", [0.0, 0.1])
@pytest.mark.parametrize("name", REQUESTS)
def test_the_connection_goes_on_or_is_said_to_end(portal: Stack, name: str, late: float) -> None:
    """A proxy would take it for a failure of the portal's, and leave the portal alone for ten seconds."""
    sent = REQUESTS[name]
    with _connected(portal) as connection:
        answer = _exchange(connection, sent, late)
        assert answer.status == sent.status
        if answer.says_it_ends:
            assert connection.recv(1) == b""
        else:
            assert _exchange(connection, Sent(b"GET /healthz", 200, b"", b""), 0).status == 200


@pytest.mark.parametrize("name", [name for name in REQUESTS if "chunks," not in name and "expect" not in name])
def test_a_body_that_comes_is_read(portal: Stack, name: str) -> None:
    """So that nothing is reset: no answer needs to end the connection, except where nobody knows where the body ends,
    or who sends it waits to be asked for it.
    """
    if name == "broken chunks":
        return
    with _connected(portal) as connection:
        assert not _exchange(connection, REQUESTS[name], 0.05).says_it_ends


def test_a_cached_answer_too(portal: Stack) -> None:
    """Nothing but the edge sees the request whose answer is cached."""
    with portal.visitor("ada@example.com") as ada, _connected(portal) as connection:
        ada.get("/api/v1/invoices").raise_for_status()
        cookie = "; ".join(f"{name}={value}" for name, value in ada.cookies.items()).encode()
        for _ in range(3):
            sent = Sent(b"GET /api/v1/invoices", 200, b"Cookie: " + cookie + b"\r\n" + LENGTH)
            answer = _exchange(connection, sent, 0.05)
            assert (answer.status, answer.says_it_ends) == (200, False)


@pytest.mark.parametrize(("line", "status"), [(b"POST /api/v1/session", 400), (b"GET /healthz", 200)])
def test_a_body_that_stops_coming_is_given_up(portal: Stack, line: bytes, status: int) -> None:
    """Whoever sends one byte holds a place for a few seconds, not for ever."""
    with _connected(portal) as connection:
        began = time.monotonic()
        answer = _exchange(connection, Sent(line, status, JSON + LENGTH, b"{"), 0)
        assert (answer.status, answer.says_it_ends) == (status, True)
        assert time.monotonic() - began < 10 * PATIENCE
        assert connection.recv(1) == b""


@pytest.mark.anyio
async def test_a_body_must_keep_coming() -> None:
    """A byte now and then is not enough."""
    sent = 0

    async def one_byte() -> dict[str, object]:
        nonlocal sent
        sent += 1
        await asyncio.sleep(0.5)
        return {"type": "http.request", "body": b"x", "more_body": True}

    began = time.monotonic()

    async def read_on() -> None:
        with RequestBody(one_byte, {b"content-length": b"60000"}, {}) as body:  # type: ignore[arg-type]
            while True:
                await body()

    with pytest.raises(BadRequest):
        await read_on()
    assert PATIENCE - 0.1 < time.monotonic() - began < 10 * PATIENCE
    assert sent > 2


@pytest.mark.anyio
async def test_the_oldest_of_too_many_bodies_makes_room() -> None:
    """Thousands that never come must not keep out one that is there."""

    async def never() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    awaited: dict[RequestBody, None] = {}

    async def wait() -> None:
        with RequestBody(never, {b"content-length": b"9"}, awaited) as body:  # type: ignore[arg-type]
            await body()

    tasks = [asyncio.create_task(wait()) for _ in range(MOST_AWAITED)]
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in tasks)
    late = asyncio.create_task(wait())
    await asyncio.sleep(0.05)
    assert [task.done() for task in tasks[:2]] == [True, False]
    assert not late.done()
    for task in [*tasks, late]:
        task.cancel()
    ended = await asyncio.gather(*tasks, late, return_exceptions=True)
    assert isinstance(ended[0], BadRequest)
    assert not awaited


class Answer(NamedTuple):
    status: int
    says_it_ends: bool


def _connected(portal: Stack) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(portal.url.rsplit(":", 1)[1])), timeout=60)


def _exchange(connection: socket.socket, sent: Sent, late: float) -> Answer:
    """Sends the body `late` seconds after the head, and reads exactly one answer."""
    connection.sendall(sent.line + b" HTTP/1.1\r\n" + sent.host + sent.headers + b"\r\n")
    time.sleep(late)
    for part in _parts(sent.body, late):
        connection.sendall(part)
        time.sleep(late / 2)
    reader = connection.makefile("rb")
    status = int(reader.readline().split()[1])
    headers = {}
    while (line := reader.readline()) not in (b"\r\n", b""):
        name, _, value = line.lower().partition(b":")
        headers[name] = value.strip()
    if not sent.line.startswith(b"HEAD"):
        reader.read(int(headers.get(b"content-length", b"0")))
    return Answer(status, headers.get(b"connection") == b"close")


def _parts(body: bytes, late: float) -> Iterator[bytes]:
    """In two when there is time for it."""
    half = len(body) // 2 if late else len(body)
    return (part for part in (body[:half], body[half:]) if part)

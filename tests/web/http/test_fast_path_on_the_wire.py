"""What is odd about a request is how it comes, or how its answer is taken: the fast path changes nothing about that."""

import re
import socket
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from tests.stack import Stack, running_stack
from tests.web.http.test_fast_path import Said, said_of, twice

MALFORMED = [
    "GET\r\n",
    "GET /api/v1/invoices\r\n",
    "GET  /api/v1/invoices HTTP/1.1\r\n",
    "GET /api/v1/invoices HTTP/1.2\r\n",
    "GET /api/v1/invoices HTTP/2.0\r\n",
    "GET /api/v1/ invoices HTTP/1.1\r\n",
    "GET /api/v1/invoices\x00 HTTP/1.1\r\n",
    "GET api/v1/invoices HTTP/1.1\r\n",
    "GET * HTTP/1.1\r\n",
    "G\x01T /api/v1/invoices HTTP/1.1\r\n",
    "GET http://evil.example/api/v1/invoices HTTP/1.1\r\n",
    "GET //evil.example/api/v1/invoices HTTP/1.1\r\n",
    "GET /api/v1/invoices#x HTTP/1.1\r\n",
    "GET /api/v1/../v1/invoices HTTP/1.1\r\n",
    "GET /api/v1/invoices?\xff HTTP/1.1\r\n",
]
LINES = [
    "no colon\r\n",
    ": no name\r\n",
    "X-Blank : 1\r\n",
    "X-Nul: a\x00b\r\n",
    "X-Folded: a\r\n b\r\n",
    "Content-Length: two\r\n",
    "Content-Length: 0\r\nContent-Length: 5\r\n\r\n12345",
    "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
    "Transfer-Encoding: nonsense\r\n",
    "X-Long: " + "x" * 70_000 + "\r\n",
    "".join(f"X-{number}: {number}\r\n" for number in range(300)),
    "Connection: close\r\n",
    "Connection: keep-alive, close\r\n",
]
LIST = "GET /api/v1/invoices HTTP/1.1\r\n"
MANY = 300
"""Answers of some kilobytes each: more than lies between a server and somebody who does not read."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("wire")) as stack:
        yield stack


@pytest.fixture(scope="module")
def signed_in(stack: Stack) -> str:
    """The lines of somebody whose list is cached."""
    with stack.visitor("ada@example.com") as ada:
        ada.get("/api/v1/invoices").raise_for_status()
        cookie = ada.cookies["counterfoil_session"]
    return f"Host: {stack.url.removeprefix('http://')}\r\nCookie: counterfoil_session={cookie}\r\n"


def connected(stack: Stack) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(stack.url.rsplit(":", 1)[1])), timeout=60)


def answer_in(received: BinaryIO) -> Said | None:
    """The next one; None when the connection ends without."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = received.readline()
        if not line:
            return None
        head += line
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    return said_of(head[:-4], received.read(int(length[1])) if length else b"")


def told(stack: Stack, request: str) -> tuple[Said | None, bool]:
    """What a request on a connection of its own is told, and whether the connection is closed after it."""
    with connected(stack) as connection, connection.makefile("rb") as received:
        connection.sendall(request.encode("latin-1"))
        answer = answer_in(received)
        # Half of it closed: a server that keeps connections sees that nothing more comes, and closes its own.
        connection.shutdown(socket.SHUT_WR)
        return answer and answer._replace(request_id=""), received.read() == b""


def test_malformed_requests_are_answered_alike_both_ways(stack: Stack, signed_in: str) -> None:
    """Whatever the server makes of them, the fast path makes the same."""
    requests = [first + signed_in for first in MALFORMED] + [LIST + signed_in + line for line in LINES]
    for request in requests:
        for _ in range(5):  # what is cached may be made anew between two requests
            one, other = (told(stack, f"{each}\r\n") for each in (request, twice(request)))
            if one == other:
                break
        assert one == other, request[:200]
    assert told(stack, f"{LIST}{signed_in}\r\n")[0] is not None


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("kept", ["keep-alive", "close", ""])
def test_a_connection_is_kept_as_it_is_said(stack: Stack, signed_in: str, version: str, kept: str) -> None:
    """HTTP/1.0 ends it unless asked to keep it, 1.1 keeps it unless asked to end it, whichever way the answer comes."""
    request = f"GET /api/v1/invoices HTTP/{version}\r\n{signed_in}" + (f"Connection: {kept}\r\n" if kept else "")
    stays = kept == "keep-alive" if version == "1.0" else kept != "close"
    for each in (request, twice(request)):
        with connected(stack) as connection, connection.makefile("rb") as received:
            connection.sendall(f"{each}\r\n".encode("latin-1"))
            first = answer_in(received)
            assert first is not None
            assert first.status == 200
            if stays:
                connection.sendall(f"{each}\r\n".encode("latin-1"))
                second = answer_in(received)
                assert second is not None
                assert second.status == 200
            else:
                assert received.read() == b""


def test_a_request_that_comes_in_pieces_is_one(stack: Stack, signed_in: str) -> None:
    """Cut anywhere, in the middle of a name or of the cookie."""
    request = f"{LIST}{signed_in}\r\n".encode("latin-1")
    with connected(stack) as connection, connection.makefile("rb") as received:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for size in (1, 7, 40):
            for start in range(0, len(request), size):
                connection.sendall(request[start : start + size])
            answer = answer_in(received)
            assert answer is not None
            assert answer.status == 200


def test_who_does_not_read_keeps_nobody_waiting_and_gets_all(stack: Stack, signed_in: str) -> None:
    """Some hundred answers wait for somebody who takes none: others are answered meanwhile, and then each is whole."""
    request = f"{LIST}{signed_in}\r\n".encode("latin-1")
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(60)
        slow.connect(("127.0.0.1", int(stack.url.rsplit(":", 1)[1])))
        slow.sendall(request * 20)
        for _ in range(20):
            answer, _ = told(stack, request.decode("latin-1"))
            assert answer is not None
            assert answer.status == 200
        with slow.makefile("rb") as received:
            asked, answers = 20, list[Said | None]()
            while len(answers) < MANY:
                answers.append(answer_in(received))
                if asked < MANY:
                    slow.sendall(request)
                    asked += 1
    assert {each.status for each in answers if each is not None} == {200}
    assert None not in answers
    assert len({each.request_id for each in answers if each is not None}) == MANY


def test_who_leaves_in_the_middle_harms_nobody(stack: Stack, signed_in: str) -> None:
    """Half a request, or a whole one whose answer nobody takes any more."""
    request = f"{LIST}{signed_in}\r\n".encode("latin-1")
    for part in (request[:10], request[: len(request) // 2], request[:-2], request, request * 5):
        for _ in range(3):
            with connected(stack) as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                connection.sendall(part)
    answer, _ = told(stack, request.decode("latin-1"))
    assert answer is not None
    assert answer.status == 200

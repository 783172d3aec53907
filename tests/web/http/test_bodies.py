"""How large a body may be, and what a broken one gets (security.md, Limits)."""

import json
import socket
import time

import httpx2
import pytest

from tests.stack import Stack
from tests.web.raw import send_raw


def test_a_body_of_10_mb_is_refused_and_the_caller_learns_why(anybody: httpx2.Client) -> None:
    """413, not a connection that breaks while the body is being sent."""
    answer = anybody.post("/api/v1/session", content=b"x" * 10_000_000, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")


def test_a_body_that_hides_its_length_is_refused_too(anybody: httpx2.Client) -> None:
    """Chunked: counted as it comes."""
    answer = anybody.post(
        "/api/v1/session",
        content=(b"x" * 1000 for _ in range(1000)),
        headers={"content-type": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")


def test_64_kib_pass(anybody: httpx2.Client) -> None:
    padding = 64 * 1024 - len(json.dumps({"client_id": 1}))
    body = json.dumps({"client_id": 1}) + " " * padding
    answer = anybody.put("/api/v1/session/client", content=body, headers={"content-type": "application/json"})
    assert answer.json()["code"] == "not_signed_in"
    answer = anybody.put("/api/v1/session/client", content=body + " ", headers={"content-type": "application/json"})
    assert answer.json()["code"] == "content_too_large"


def test_a_refusal_leaves_the_connection_usable(portal: Stack) -> None:
    """Refused before anybody read the body: it is taken all the same, so that the next request is answered too."""
    request = (
        b"PUT /api/v1/session/client HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", int(portal.url.rsplit(":", 1)[1])), timeout=60) as connection:
        reader = connection.makefile("rb")
        for _ in range(3):
            connection.sendall(request + b" " * 20_000)
            time.sleep(0.05)  # the rest comes in a packet of its own
            connection.sendall(b" " * 40_000)
            assert reader.readline().startswith(b"HTTP/1.1 401")
            length = 0
            while (line := reader.readline()) != b"\r\n":
                assert line, "the connection was closed"
                name, _, value = line.lower().partition(b":")
                length = int(value) if name == b"content-length" else length
            reader.read(length)


@pytest.mark.parametrize("chunk", [b"ZZ\r\nabc\r\n", b"-1\r\n\r\n", b"5\r\nabc\r\n0\r\n\r\n", b"fffffffffffffffff\r\n"])
def test_bad_chunks_are_a_bad_request(portal: Stack, chunk: bytes) -> None:
    """Not an internal error: the caller sent nonsense."""
    head = (
        b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    assert send_raw(portal.url, head + chunk).status == 400

"""What is known of a request before any route is: who sent it, and its id."""

from pathlib import Path

import httpx2
import pytest

from counterfoil.networks import parse_networks
from counterfoil.web.http.request_context import caller_of
from tests.servers import RedisServer
from tests.stack import running_stack


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1:5678", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1:5678, 10.0.0.2:80", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::1]:5678", "2001:db8::1"),
        ("10.0.0.1", "[2001:db8::1]", "2001:db8::1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "[::ffff:198.51.100.1]:5678", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1:", "10.0.0.1"),
        ("10.0.0.1", "[198.51.100.1", "10.0.0.1"),
        ("10.0.0.1", "[2001:db8::1]:x", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3", "10.0.0.3"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("::ffff:203.0.113.9", "198.51.100.1", "203.0.113.9"),
    ],
)
def test_only_our_own_proxies_are_believed(peer: str, forwarded: str, expected: str) -> None:
    """And of what they say only the last hop: what stands before it the caller may have written."""
    headers = [(b"x-forwarded-for", forwarded.encode())]
    scope = {"type": "http", "client": (peer, 1), "headers": headers}
    assert caller_of(scope, dict(headers), parse_networks("10.0.0.0/8")).address == expected  # type: ignore[arg-type]


def test_no_two_requests_have_one_id(tmp_path: Path, redis_server: RedisServer) -> None:
    """Workers are forks of one process: what they draw must not go on from the state that they share."""
    # Each on a connection of its own, so that both workers have their share.
    alone = {"connection": "close"}
    with (
        running_stack(tmp_path, workers=2, cache_url=redis_server.url) as stack,
        httpx2.Client(base_url=stack.url, headers=alone, timeout=60) as client,
    ):
        answers = [client.get("/healthz") for _ in range(200)]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 200

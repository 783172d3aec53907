"""Each proxy file of deploy/proxies, in front of two real portals: what must come through, and what must not."""

import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

from proofs.deploy.proxies import COMMANDS, Place, running
from tests.processes import Child, free_port
from tests.servers import RedisServer
from tests.stack import COUNTERFOIL, Stack, answers, running_stack

pytestmark = pytest.mark.timeout(900)  # eight portals are started in turn

ADA = {"email": "ada@example.com", "password": "demo-password-1"}


class Behind(NamedTuple):
    """A proxy, the two portals behind it, and what a browser trusts."""

    name: str
    url: str
    stack: Stack
    second: Child
    trusting: ssl.SSLContext

    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, verify=self.trusting, timeout=30)


@pytest.fixture(params=sorted(COMMANDS))
def behind(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    certificate: Path,
    trusting: ssl.SSLContext,
) -> Iterator[Behind]:
    redis_server: RedisServer = request.getfixturevalue("redis_server")
    postgres_url: str = request.getfixturevalue("postgres_url")
    port = free_port()
    settings = {"base_url": f"https://localhost:{port}", "trusted_proxies": "127.0.0.1", "cache_url": redis_server.url}
    with running_stack(tmp_path, database_url=postgres_url, **settings) as stack:
        first, second = int(stack.url.rsplit(":", 1)[1]), free_port()
        other = Child(
            [*COUNTERFOIL, "serve", "--port", str(second)], tmp_path / "2.log", env=stack.environment, cwd=tmp_path
        )
        other.start(lambda: answers(f"http://127.0.0.1:{second}/readyz"), within=120)
        folder = tmp_path / "proxy"
        folder.mkdir()
        try:
            with running(request.param, Place(folder, port, certificate, (first, second))) as url:
                yield Behind(request.param, url, stack, other, trusting)
        finally:
            other.stop()


def test_people_get_through_it(behind: Behind) -> None:
    """Host, cookie and origin are right, so that signing in and writing work; the address is the caller's own,
    whatever they send; figures are not for them.
    """
    with behind.client() as client:
        forged = {"X-Forwarded-For": "203.0.113.9"}
        assert client.post("/api/v1/session", json=ADA, headers=forged).status_code == 204
        listed = client.get("/api/v1/invoices")
        assert listed.status_code == 200
        assert listed.headers["etag"]
        again = client.get("/api/v1/invoices", headers={"If-None-Match": listed.headers["etag"]})
        assert again.status_code == 304
        changed = client.patch("/api/v1/profile", json={"city": "Turin"}, headers={"Origin": behind.url})
        assert changed.json()["city"] == "Turin"
        foreign = client.patch("/api/v1/profile", json={"city": "Rome"}, headers={"Origin": "https://evil.example"})
        assert foreign.status_code == 403
        assert client.get("/metrics").status_code in {403, 404}
        too_long = client.patch("/api/v1/profile", content=b"x" * 70_000, headers={"Content-Type": "application/json"})
        assert too_long.status_code == 413
    assert "203.0.113.9" not in behind.stack.portal.output()


def test_live_pages_are_live(behind: Behind) -> None:
    """A change arrives at once, not when a buffer is full or the stream ends."""
    with behind.client() as client:
        client.post("/api/v1/session", json=ADA).raise_for_status()
        client.get("/api/v1/invoices").raise_for_status()
        with client.stream("GET", "/api/v1/events") as stream:
            lines = stream.iter_lines()
            next(lines)
            behind.stack.sandbox.tell("invoice.updated", client_id=1, invoice_id=1)
            began = time.monotonic()
            assert any("changed" in line for line in lines)
            assert time.monotonic() - began < 30


def test_a_rolling_restart_is_not_noticed(behind: Behind) -> None:
    """Each portal in turn is told to end and comes back, while people read: nobody meets an error. Apache cannot: see
    its file.
    """
    statuses: list[int] = []
    is_over = threading.Event()
    with behind.client() as client:
        client.post("/api/v1/session", json=ADA).raise_for_status()
        cookie = client.cookies

    def read() -> None:
        with httpx2.Client(base_url=behind.url, verify=behind.trusting, timeout=30, cookies=cookie) as mine:
            while not is_over.is_set():
                statuses.append(mine.get("/api/v1/invoices").status_code)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for portal in (behind.stack.portal, behind.second):
        port = portal.command[portal.command.index("--port") + 1]
        portal.stop(within=30)
        time.sleep(1)
        portal.start(lambda port=port: answers(f"http://127.0.0.1:{port}/readyz"), within=120)
        time.sleep(3)
    is_over.set()
    for reader in readers:
        reader.join(30)
    assert len(statuses) > 20
    failed = len(statuses) - statuses.count(200)
    assert failed <= (0.01 * len(statuses) if behind.name == "apache" else 0), f"{failed} of {len(statuses)}"

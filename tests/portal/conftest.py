"""The whole portal from outside, as small and as grown installations run it. One of each serves all tests here."""

import json
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx2
import pytest
from standardwebhooks.webhooks import Webhook

from tests.servers import PostgresServer, running_redis
from tests.stack import Sandbox, Stack, running_stack

NORA = "nora@example.com"


@dataclass(frozen=True)
class Portal:
    """A running portal before an untouched WHMCS."""

    stack: Stack

    @property
    def whmcs(self) -> Sandbox:
        return self.stack.sandbox

    def visitor(self, email: str = "") -> AbstractContextManager[httpx2.Client]:
        return self.stack.visitor(email)

    def webhook(self, type_: str, *, id_: str = "", at: float | None = None, **data: int) -> httpx2.Response:
        """Sends what WHMCS's addon would send."""
        moment = time.time() if at is None else at
        body = {"type": type_, "timestamp": datetime.fromtimestamp(moment, UTC).isoformat(), "data": data}
        return self.deliver(json.dumps(body).encode(), id_ or f"msg_{time.time_ns()}", moment)

    def deliver(self, body: bytes, id_: str, moment: float, signature: str = "") -> httpx2.Response:
        signature = signature or sign(self.stack.webhook_secret, id_, moment, body)
        headers = {"webhook-id": id_, "webhook-timestamp": str(int(moment)), "webhook-signature": signature}
        return httpx2.post(f"{self.stack.url}/webhooks/whmcs", content=body, headers=headers, timeout=60)


def sign(secret: str, id_: str, moment: float, body: bytes) -> str:
    """By the reference implementation, not by ours."""
    return Webhook(secret).sign(id_, datetime.fromtimestamp(int(moment), UTC), body.decode())


@pytest.fixture(scope="session")
def small_installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("small"), whmcs_timeout_seconds="15") as stack:
        yield stack


@pytest.fixture(scope="session")
def grown_installation(postgres_process: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_redis() as redis:
        urls = {"database_url": postgres_process.new_database(), "cache_url": redis.url}
        folder = tmp_path_factory.mktemp("grown")
        with running_stack(folder, workers=2, whmcs_timeout_seconds="15", **urls) as stack:
            yield stack


@pytest.fixture(scope="session", params=["sqlite+memory", "postgresql+redis"])
def installation(request: pytest.FixtureRequest) -> Stack:
    """Both go on running when a module changes from one to the other and the next module back."""
    is_small = request.param == "sqlite+memory"
    found: Stack = request.getfixturevalue("small_installation" if is_small else "grown_installation")
    return found


@pytest.fixture
def portal(installation: Stack) -> Portal:
    """WHMCS as it was seeded, and a portal that remembers nothing of it."""
    portal = Portal(installation)
    portal.whmcs.control("POST", "reset")
    portal.whmcs.mend()
    assert portal.webhook("gateway.changed").status_code == 204
    return portal


@pytest.fixture
def ada(portal: Portal) -> Iterator[httpx2.Client]:
    """Owner of client 1."""
    with portal.visitor("ada@example.com") as client:
        yield client


@pytest.fixture
def bob(portal: Portal) -> Iterator[httpx2.Client]:
    """Owner of client 2, a stranger to Ada."""
    with portal.visitor("bob@example.com") as client:
        yield client


@pytest.fixture(scope="module")
def employed(installation: Stack) -> Iterator[None]:
    """Nora is staff while the tests of a module run that ask for her."""
    installation.command("staff", "grant", NORA)
    yield
    installation.command("staff", "revoke", NORA)


@pytest.fixture
def nora(employed: None, portal: Portal) -> Iterator[httpx2.Client]:
    """A member of staff."""
    with portal.visitor(NORA) as client:
        yield client

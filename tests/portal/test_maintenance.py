"""`MAINTENANCE`: customers read the operator's words, everything else goes on."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.servers import RedisServer, running_redis
from tests.stack import Stack, running_stack

WORDS = "Back at <14:00>, 100% sure"
SHOWN = "Back at &lt;14:00&gt;, 100% sure"
PAGE = {"accept": "text/html"}
NORA = "nora@example.com"


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory, redis: RedisServer) -> Iterator[tuple[Stack, httpx2.Client]]:
    """A portal under maintenance, and Ada, who had signed in before."""
    with running_stack(tmp_path_factory.mktemp("portal"), cache_url=redis.url) as stack:
        stack.command("staff", "grant", NORA)
        with stack.visitor("ada@example.com") as ada:
            stack.portal.stop()
            stack.environment["COUNTERFOIL_MAINTENANCE"] = WORDS
            stack.start()
            yield stack, ada


@pytest.fixture
def visitors(closed: tuple[Stack, httpx2.Client]) -> Iterator[list[httpx2.Client]]:
    """Ada, and somebody who is not signed in."""
    stack, ada = closed
    with stack.visitor() as anybody:
        yield [ada, anybody]


@pytest.mark.parametrize("path", ["/", "/invoices", "/profile", "/order", "/tokens"])
def test_people_read_the_words_on_every_page(visitors: list[httpx2.Client], path: str) -> None:
    """Signed in or not: 503, Retry-After, and the words as they are, escaped."""
    for visitor in visitors:
        answer = visitor.get(path, headers=PAGE)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "120")
        assert SHOWN in answer.text


@pytest.mark.parametrize("path", ["invoices", "summary", "orders", "session", "events"])
def test_programs_get_a_code_of_its_own(visitors: list[httpx2.Client], path: str) -> None:
    for visitor in visitors:
        answer = visitor.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "120")
        assert (answer.json()["code"], answer.json()["detail"]) == ("under_maintenance", WORDS)


def test_staff_go_on(closed: tuple[Stack, httpx2.Client]) -> None:
    """They sign in with the form under the words, and look at what customers do not see now."""
    stack, ada = closed
    with httpx2.Client(base_url=stack.url, headers=PAGE, timeout=60) as nora:
        form = {"email": NORA, "password": "demo-password-1"}
        asked = nora.get("/sign-in")
        assert (asked.status_code, asked.headers["retry-after"]) == (503, "120")
        assert SHOWN in asked.text
        assert 'name="password"' in asked.text
        assert nora.get("/staff").headers["location"] == "/sign-in?next=/staff"
        assert nora.post("/sign-in", data=form).status_code == 303
        assert nora.get("/staff").status_code == 200
        nora.post("/staff/clients/1/view", data={"email": "ada@example.com", "reason": "They called"})
        assert nora.get("/invoices").status_code == 200
    assert ada.get("/invoices", headers=PAGE).status_code == 503
    assert ada.get("/staff", headers=PAGE).status_code == 403


def test_machines_go_on(closed: tuple[Stack, httpx2.Client]) -> None:
    """Health, metrics and webhooks are answered as ever."""
    stack, _ = closed
    for path in ("/healthz", "/readyz", "/metrics"):
        assert httpx2.get(stack.url + path, timeout=60).status_code == 200
    stack.sandbox.tell("ping")
    assert httpx2.post(f"{stack.url}/webhooks/whmcs", content=b"{}", timeout=60).status_code == 401


def test_what_was_cached_before_is_not_shown(tmp_path_factory: pytest.TempPathFactory, redis: RedisServer) -> None:
    """A restart closes the fast path too, and the next one opens it again, for the same session."""
    with (
        running_stack(tmp_path_factory.mktemp("warm"), cache_url=redis.url) as stack,
        stack.visitor("ada@example.com") as ada,
    ):
        for words, status in (("", 200), (WORDS, 503), ("", 200)):
            stack.portal.stop()
            stack.environment["COUNTERFOIL_MAINTENANCE"] = words
            stack.start()
            assert [ada.get("/api/v1/invoices").status_code for _ in range(3)] == [status] * 3


def test_signing_out_is_never_refused(closed: tuple[Stack, httpx2.Client]) -> None:
    """And signing in leaves a customer where they are: before the words."""
    stack, _ = closed
    with stack.visitor("bob@example.com") as bob:
        assert bob.get("/invoices", headers=PAGE).status_code == 503
        assert bob.delete("/api/v1/session").status_code == 204

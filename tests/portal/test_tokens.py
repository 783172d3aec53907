"""Programs with an access token: what they may, what they may not, and the end of it."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from redis import Redis

from tests.portal.conftest import Portal
from tests.servers import RedisServer
from tests.shape.test_routes import ROUTES
from tests.stack import running_stack
from tests.web.streams import open_events

TOKENS = "/api/v1/tokens"


def asked(**other: object) -> dict[str, object]:
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    return {"name": "Bookkeeping", "scope": "read", "client_id": 1, "expires_on": day, **other}


def token_of(client: httpx2.Client, **other: object) -> tuple[str, str]:
    answer = client.post(TOKENS, json=asked(**other))
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], answer.json()["token"]


@contextmanager
def program(portal: Portal, token: str) -> Iterator[httpx2.Client]:
    headers = {"authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=portal.stack.url, headers=headers, timeout=60) as client:
        yield client


def problem(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def ada_alone(portal: Portal) -> Iterator[httpx2.Client]:
    portal.stack.command("sessions", "end", "ada@example.com")
    with portal.visitor("ada@example.com") as client:
        yield client


def test_a_token_reads(portal: Portal, ada_alone: httpx2.Client) -> None:
    """What its person reads, warm and cold, without a cookie; one beside it counts for nothing. Last use is shown."""
    token_id, token = token_of(ada_alone)
    with program(portal, token) as reader:
        for _ in range(4):
            answer = reader.get("/api/v1/invoices")
            assert answer.status_code == 200
            assert answer.json()["total"] == ada_alone.get("/api/v1/invoices").json()["total"]
        assert reader.get("/api/v1/session").json()["client_id"] == 1
        assert reader.get("/invoices", headers={"accept": "application/json"}).status_code == 401
    (item,) = ada_alone.get(TOKENS).json()["items"]
    assert (item["id"], item["name"], item["scope"], item["client_id"]) == (token_id, "Bookkeeping", "read", 1)
    assert item["last_used_at"]
    assert token not in str(item)
    with portal.visitor("bob@example.com") as bob:
        answer = bob.get("/api/v1/session", headers={"authorization": f"Bearer {token}"})
        assert answer.json()["user"]["email"] == "ada@example.com"
        assert bob.get(TOKENS).json()["items"] == []
        assert problem(bob.delete(f"{TOKENS}/{token_id}")) == (404, "not_found")


def test_what_a_token_may_not(portal: Portal, ada_alone: httpx2.Client) -> None:
    """Whatever is for people with a cookie, and to pay without that scope. No other site's rule: it is no browser."""
    (_, read), (_, pay) = token_of(ada_alone), token_of(ada_alone, scope="pay")
    invoice = portal.whmcs.notable("ada.overdue")
    links = [f"/api/v1/invoices/{invoice}/payment-link", f"/api/v1/invoices/{invoice}/pdf-link"]
    with program(portal, read) as reader, program(portal, pay) as payer:
        for link in links:
            assert problem(reader.post(link)) == (403, "permission_denied")
            assert payer.post(link, headers={"origin": "https://elsewhere.example"}).status_code == 200
        assert payer.get("/api/v1/invoices").status_code == 200
        for route in ROUTES:
            if not route.path.startswith("/api/v1/") or route.path.endswith("/payment-link"):
                continue
            if route.method != "GET" or route.path.startswith(("/api/v1/sessions", "/api/v1/tokens")):
                body = {"json": {}} if route.method in {"POST", "PUT", "PATCH"} else {}
                answer = payer.request(route.method, route.filled(), **body)
                allowed = route.path.endswith("/pdf-link")
                assert allowed or problem(answer) == (403, "permission_denied"), route


@pytest.mark.parametrize(
    "header",
    ["Bearer cf_" + "0" * 49, "Bearer", "Bearer nonsense", "bearer cf_x", "Bearer cf_" + "x" * 5000],
)
def test_what_is_no_token_is_refused(portal: Portal, header: str) -> None:
    """Whatever the cookie beside it says. Another scheme is a proxy's business."""
    with portal.visitor("ada@example.com") as ada:
        answer = ada.get("/api/v1/session", headers={"authorization": header})
        assert problem(answer) == (401, "token_invalid")
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert ada.get("/api/v1/session", headers={"authorization": "Basic YTpi"}).status_code == 200


def test_a_token_in_an_address_is_refused(portal: Portal, ada_alone: httpx2.Client) -> None:
    """Wherever, and it is not in the log."""
    _, token = token_of(ada_alone)
    for path in (f"/api/v1/invoices?access_token={token}", f"/api/v1/session?x={token}"):
        assert problem(ada_alone.get(path)) == (401, "token_invalid")
        assert problem(httpx2.get(portal.stack.url + path, timeout=60)) == (401, "token_invalid")
    assert token not in (portal.stack.folder / "portal.log").read_text()


def test_a_token_ends_at_once(portal: Portal, ada_alone: httpx2.Client) -> None:
    """On every process, with its live stream: by its person, by the command, by another password."""
    token_id, token = token_of(ada_alone)
    with program(portal, token) as reader, open_events(reader) as page:
        page.next()
        assert ada_alone.delete(f"{TOKENS}/{token_id}").status_code == 204
        with pytest.raises(StopIteration):
            page.next()
        for _ in range(4):
            assert problem(reader.get("/api/v1/invoices")) == (401, "token_invalid")
    _, token = token_of(ada_alone)
    with program(portal, token) as reader:
        assert reader.get("/api/v1/invoices").status_code == 200
        portal.stack.command("sessions", "end", "ada@example.com")
        assert {reader.get("/api/v1/invoices").status_code for _ in range(4)} == {401}
    with portal.visitor("ada@example.com") as ada:
        _, token = token_of(ada)
    with program(portal, token) as reader:
        assert reader.get("/api/v1/invoices").status_code == 200
        assert portal.webhook("user.password_changed", user_id=1).status_code == 204
        assert {reader.get("/api/v1/invoices").status_code for _ in range(4)} == {401}


def test_a_token_loses_what_its_person_loses(portal: Portal) -> None:
    """Chidi's permission on a client that he is invited to, then the client."""
    with portal.visitor("chidi@example.com") as chidi:
        portal.whmcs.control("PUT", "users/3/permissions/1", {"permissions": ["invoices"]})
        assert portal.webhook("user.updated", user_id=3).status_code == 204
        _, token = token_of(chidi, client_id=1)
        with program(portal, token) as reader:
            assert reader.get("/api/v1/invoices").status_code == 200
            for permissions in (["tickets"], None):
                portal.whmcs.control("PUT", "users/3/permissions/1", {"permissions": permissions})
                assert portal.webhook("user.updated", user_id=3).status_code == 204
                assert problem(reader.get("/api/v1/invoices")) == (403, "permission_denied")


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"name": ""}, 422),
        ({"name": "x" * 81}, 422),
        ({"name": "a\nb"}, 422),
        ({"scope": "admin"}, 422),
        ({"expires_on": "2020-01-01"}, 422),
        ({"expires_on": (datetime.now(UTC) + timedelta(days=400)).date().isoformat()}, 422),
        ({"expires_on": "soon"}, 422),
        ({"client_id": 2}, 404),
        ({"client_id": None}, 422),
    ],
)
def test_what_is_asked_for_is_checked(
    portal: Portal, ada: httpx2.Client, other: dict[str, object], status: int
) -> None:
    """Each wrong field; another's client is none."""
    assert ada.post(TOKENS, json=asked(**other)).status_code == status


def test_the_page_makes_and_ends_tokens(portal: Portal, ada_alone: httpx2.Client) -> None:
    """Shown once, with what it is for; without a script."""
    page = ada_alone.get("/tokens").text
    form = {name: html.unescape(value) for name, value in re.findall(r'name="(begun_\w+)" value="([^"]*)"', page)}
    browser = {"sec-fetch-site": "same-origin"}
    wrong = ada_alone.post("/tokens", data={**form, **asked(name="", client_id="1")}, headers=browser)
    assert wrong.status_code == 422
    assert "up to 80 characters" in wrong.text
    made = ada_alone.post("/tokens", data={**form, **asked(client_id="1")}, headers=browser)
    assert (made.status_code, made.headers["cache-control"]) == (200, "no-store")
    found = re.search(r"<code>(cf_[0-9A-Za-z]{49})</code>", made.text)
    assert found
    shown = ada_alone.get("/tokens").text
    assert found[1] not in shown
    end = re.search(r'action="(/tokens/[0-9a-f]+/end)"', shown)
    assert end
    with program(portal, found[1]) as reader:
        assert reader.get("/api/v1/invoices").status_code == 200
        assert ada_alone.post(end[1], data=form, headers=browser).headers["location"] == "/tokens?ended=1"
        assert problem(reader.get("/api/v1/invoices")) == (401, "token_invalid")


def looks(server: RedisServer) -> int:
    """How many MGET it has answered."""
    with Redis.from_url(server.url) as redis:
        return int(redis.info("commandstats")["cmdstat_mget"]["calls"])


def test_a_warm_read_costs_one_round_trip(redis_server: RedisServer, tmp_path: Path) -> None:
    """As one with a session does: the token's meaning comes with the response, its rate is counted in the worker."""
    with running_stack(tmp_path, cache_url=redis_server.url) as stack, stack.visitor("ada@example.com") as ada:
        _, token = token_of(ada)
        costs = []
        for headers in ({}, {"authorization": f"Bearer {token}"}):
            for _ in range(3):
                assert ada.get("/api/v1/invoices", headers=headers).status_code == 200
            before = looks(redis_server)
            for _ in range(100):
                ada.get("/api/v1/invoices", headers=headers)
            costs.append(looks(redis_server) - before)
        assert costs[1] <= costs[0] + 10


def test_too_many_requests_with_one_token(tmp_path: Path) -> None:
    """It is told when to come back, and others are not hindered."""
    with running_stack(tmp_path) as stack, stack.visitor("ada@example.com") as ada:
        _, token = token_of(ada)
        _, other = token_of(ada)
        statuses = [
            ada.get("/api/v1/invoices", headers={"authorization": f"Bearer {token}"}).status_code for _ in range(310)
        ]
        assert statuses[:300] == [200] * 300
        limited = ada.get("/api/v1/invoices", headers={"authorization": f"Bearer {token}"})
        assert problem(limited) == (429, "rate_limited")
        assert 0 < int(limited.headers["retry-after"]) <= 61
        assert ada.get("/api/v1/invoices", headers={"authorization": f"Bearer {other}"}).status_code == 200
        assert ada.get("/api/v1/invoices").status_code == 200


def test_the_description_declares_both_ways_in(portal: Portal) -> None:
    """A cookie or a token for what a program may do, a cookie alone for the rest, neither for signing in."""
    described = httpx2.get(f"{portal.stack.url}/api/openapi.json", timeout=60).json()
    assert set(described["components"]["securitySchemes"]) == {"session", "token"}
    paths = described["paths"]
    assert paths["/api/v1/invoices"]["get"]["security"] == [{"session": []}, {"token": []}]
    assert paths["/api/v1/orders"]["post"]["security"] == [{"session": []}]
    assert paths["/api/v1/session"]["post"]["security"] == []

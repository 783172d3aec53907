"""Secrets are planted wherever they may come in, and looked for wherever something goes out (docs/security.md)."""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from counterfoil.accounts.cookies import key_of
from tests.portal.conftest import Portal
from tests.promises.stored import stored_by
from tests.servers import running_redis
from tests.stack import Stack, running_stack

PASSWORD = "demo-password-1"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOjF9.Y2FuYXJ5LXNpZ25hdHVyZQ"
CARD = "4242424242424242"
SAID_BY_WHMCS = "canary-said-by-whmcs"
TYPED = "canary-typed"

RECORDS = ("payment-methods", "subscriptions", "transactions", "credits", "quotes", "contacts")
NO_PAGE = ("/", "credits")

Responses = list[httpx2.Response]


@pytest.fixture(scope="module", params=["sqlite+memory", "postgresql+redis"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """It tells all that it can."""
    settings = {"log_level": "debug", "whmcs_access_key": "canary-access-key", "whmcs_timeout_seconds": "3"}
    with ExitStack() as servers:
        workers = 1
        if request.param == "postgresql+redis":
            workers = 2
            settings["cache_url"] = servers.enter_context(running_redis()).url
            settings["database_url"] = request.getfixturevalue("postgres_process").new_database()
        folder = tmp_path_factory.mktemp("canaries")
        yield servers.enter_context(running_stack(folder, workers=workers, **settings))


@pytest.fixture(scope="module")
def secrets(stack: Stack) -> Mapping[str, str]:
    """What may be nowhere, by what it is; filled while the story runs."""
    signs = stack.webhook_secret.removeprefix("whsec_")
    given = ("whmcs_identifier", "whmcs_secret", "whmcs_access_key", "secret_key")
    return {name: stack.settings[name] for name in given} | {
        "the password": PASSWORD,
        "what was typed as one": TYPED,
        "the webhook secret": signs,
        "a token of somebody's": JWT,
        "what WHMCS said verbatim": SAID_BY_WHMCS,
        "a bank account's token": "MD000A1B2C3D4E",
        "a card's token": "pm_sandbox",
        "whose token it is": "cus_sandbox",
        "a service's password": "service-password-",
        "a service's address": "203.0.113.",
        "what staff noted on a quote": "staff-note:",
    }


@pytest.fixture(scope="module")
def story(stack: Stack, secrets: Mapping[str, str]) -> tuple[dict[str, str], Responses]:
    """All that a day brings. Gives what may be nowhere, and the answers that are errors."""
    number = stack.sandbox.notable("ada.due_soon")
    stack.sandbox.control("PATCH", f"invoices/{number}", {"notes": f"Paid with card {CARD}"})
    with stack.visitor("ada@example.com") as ada:
        cookie = ada.cookies["counterfoil_session"]
        assert CARD in ada.get(f"/invoices/{number}").text, "the customer's own note is theirs to see"
        tokens = [_token(ada.post(f"/invoices/{number}/{way}").headers["location"]) for way in ("pay", "pdf")]
        tokens.append(_token(ada.post(f"/api/v1/invoices/{number}/payment-link").json()["url"]))
        tokens.append(_token(ada.post("/api/v1/payment-methods/link").json()["url"]))
        ways = ("/payment-methods/manage", "/credit/add", "/contacts/manage", "/subscriptions/1/cancel")
        tokens += [_token(ada.post(path).headers["location"]) for path in ways]
        seen = [ada.get(f"{path}{name}") for path in ("/", "/api/v1/") for name in RECORDS if (path, name) != NO_PAGE]
        assert {answer.status_code for answer in seen} == {200}
        for answer in seen:
            _nowhere(secrets, answer.text)
        program = _access_token(ada)
        errors = [*_odd_requests(stack, ada, number), *_while_whmcs_is_odd(stack, ada)]
    found = {"an access token": program, "the session": cookie.split(".")[1], "its signature": cookie.split(".")[2]}
    return {**secrets, **found, **{f"one-time link {place}": token for place, token in enumerate(tokens)}}, errors


def _access_token(ada: httpx2.Client) -> str:
    """Made, used, and sent in an address by mistake; without its prefix."""
    until = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    asked = {"name": "canary", "scope": "pay", "client_id": 1, "expires_on": until}
    token: str = ada.post("/api/v1/tokens", json=asked).json()["token"]
    for path in ("/api/v1/invoices", "/api/v1/orders/none", f"/api/v1/invoices?access_token={token}"):
        ada.get(path, headers={"Authorization": f"Bearer {token}"})
    return token.removeprefix("cf_")


def _token(address: str) -> str:
    found = re.search(r"access_token=([\w-]{8,})", address)
    assert found, "WHMCS's link holds a token"
    return found[1]


def _odd_requests(stack: Stack, ada: httpx2.Client, number: int) -> Responses:
    carried = {"Authorization": f"Bearer {JWT}", "Referer": f"{stack.url}/?token={JWT}", "Accept": "text/html"}
    with stack.visitor() as stranger:
        signing_in = [
            stranger.post("/api/v1/session", json={"email": email, "password": password})
            for email, password in [
                ("ada@example.com", TYPED),
                (f"{TYPED}@example.com", TYPED),
                (TYPED, TYPED),
                ("", TYPED),
            ]
        ]
        asking = [
            stranger.get(f"/invoices/{TYPED}?token={JWT}&q={TYPED}", headers={**carried, "Cookie": f"a={JWT}"}),
            stranger.get("/api/v1/session", headers={"Cookie": f"counterfoil_session=1.{JWT}"}),
            ada.get(f"/invoices/{number}0?access_token={JWT}", headers=carried),
            ada.get("/api/v1/invoices", params={"status": TYPED, "from": JWT}),
            ada.put("/api/v1/session/client", json={"client_id": TYPED}),
            ada.post(f"/api/v1/invoices/{number}/payment-link", headers={"Origin": f"https://{TYPED}.example"}),
        ]
    return [*signing_in, *asking, *_webhooks(stack)]


def _webhooks(stack: Stack) -> Responses:
    portal = Portal(stack)
    body = f'{{"type":"invoice.updated","timestamp":"t","data":{{"client_id":"{TYPED}","password":"{TYPED}"}}}}'
    good = portal.webhook("client.updated", client_id=1)
    assert good.status_code == 204
    return [
        portal.deliver(body.encode(), "msg_odd", time.time()),
        portal.deliver(b"{}", "msg_forged", time.time(), signature=f"v1,{JWT}"),
    ]


def _while_whmcs_is_odd(stack: Stack, ada: httpx2.Client) -> Responses:
    answers = []
    for kind, more in (("error", {"message": SAID_BY_WHMCS}), ("auth-failed", {}), ("html", {}), ("truncate", {})):
        stack.sandbox.break_with(kind, **more)
        afresh = {"Cache-Control": "no-cache", "Accept": "text/html"}
        answers += [ada.get(path, headers=afresh) for path in ("/invoices", "/api/v1/invoices")]
        answers.append(
            httpx2.post(f"{stack.url}/sign-in", data={"email": "bob@example.com", "password": PASSWORD}, timeout=60)
        )
        stack.sandbox.mend()
    return answers


def _nowhere(canaries: Mapping[str, str], output: str) -> None:
    assert {name for name, secret in canaries.items() if secret in output} == set()


def test_the_story_met_errors(story: tuple[dict[str, str], Responses]) -> None:
    """Otherwise the tests below would look at nothing."""
    assert {answer.status_code for answer in story[1]} >= {303, 400, 401, 403, 404, 422, 503}


def test_no_secret_in_the_logs(stack: Stack, story: tuple[dict[str, str], Responses]) -> None:
    """At debug level, with everything that went wrong in them. Nor who was here."""
    logged = stack.portal.output()
    assert all(word in logged for word in ("webhook refused", "WHMCS call failed", "/invoices/{invoice_id}"))
    people = {"an address": "ada@example.com", "a session's hash": key_of(story[0]["the session"])}
    _nowhere({**story[0], **people, "a card number": CARD}, logged)


def test_no_secret_in_what_is_stored(stack: Stack, story: tuple[dict[str, str], Responses]) -> None:
    """Database and Redis. Of a session there is only a hash; an invoice's notes are billing data, kept for minutes."""
    stored = stored_by(stack)
    assert "ada@example.com" in stored
    _nowhere(story[0], stored)


def test_no_secret_in_errors(story: tuple[dict[str, str], Responses]) -> None:
    """Neither in pages nor in problems nor in their headers."""
    for answer in story[1]:
        canaries = {name: secret for name, secret in story[0].items() if secret not in (TYPED, JWT)}
        _nowhere(canaries, f"{answer.headers} {answer.text}")
        if answer.status_code != 303:  # the way to sign in names where to come back to
            _nowhere({"typed": TYPED, "token": JWT}, answer.text)


def test_no_secret_in_metrics_and_commands(stack: Stack, story: tuple[dict[str, str], Responses]) -> None:
    """Those are copied into tickets."""
    said = [
        httpx2.get(f"{stack.url}/metrics", timeout=60).text,
        stack.command("doctor"),
        stack.command("doctor", "--json"),
    ]
    for output in said:
        _nowhere({**story[0], "a card number": CARD}, output)

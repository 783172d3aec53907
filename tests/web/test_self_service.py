"""What customers do for themselves in WHMCS: each way there, who may go, and that what they did shows afterwards."""

from collections.abc import Iterator
from typing import NamedTuple

import httpx2
import pytest
from playwright.sync_api import expect

from tests.browser import sign_in
from tests.conftest import OpenPage
from tests.stack import Stack


class Way(NamedTuple):
    """`page` has the form; `lands`: what WHMCS's page of it is asked with; `sent`, what a customer enters there."""

    post: str
    page: str
    permission: str
    lands: dict[str, str]
    sent: dict[str, str]
    purpose: str
    shows: str
    """On `page` afterwards."""


WAYS = [
    Way(
        "/subscriptions/{bob}/cancel",
        "/subscriptions",
        "orders",
        {"action": "cancel"},
        {"reason": "moving"},
        "cancellation",
        "Cancelled",
    ),
    Way(
        "/subscriptions/{bob}/change",
        "/subscriptions",
        "orders",
        {"action": "productdetails"},
        {"quantity": "77"},
        "subscription",
        "\N{MULTIPLICATION SIGN} 77",
    ),
    Way("/quotes/{quote}/answer", "/quotes", "quotes", {}, {}, "quote", "Accepted"),
    Way("/credit/add", "/credit", "invoices", {"action": "addfunds"}, {"amount": "31.07"}, "add_credit", "31.07"),
    Way(
        "/contacts/manage",
        "/contacts",
        "contacts",
        {"rp": "/account/contacts"},
        {"firstname": "Mary", "lastname": "Somerville", "email": "mary@example.com"},
        "contacts",
        "Mary Somerville",
    ),
    Way(
        "/invoices/{invoice}/apply-credit",
        "/invoices/{invoice}",
        "invoices",
        {},
        {"creditamount": "1.01"},
        "apply_credit",
        "1.01",
    ),
]
PURPOSES = [way.purpose for way in WAYS]


@pytest.fixture(autouse=True)
def _untouched(portal: Stack) -> Iterator[None]:
    """WHMCS as it was seeded, its webhooks lost: what shows, shows without them."""
    portal.sandbox.control("POST", "reset")
    portal.sandbox.tell("client.updated", client_id=2)
    portal.sandbox.tell("client.updated", client_id=1)
    portal.sandbox.control("PATCH", "settings", {"weather": {"mode": "lost"}})
    portal.sandbox.forget_calls()
    yield
    portal.sandbox.mend()
    portal.sandbox.control("PATCH", "settings", {"weather": {"mode": "on"}})


def service(portal: Stack, client_id: int, *states: str) -> str:
    rows = portal.sandbox.api("GetClientsProducts", clientid=client_id)["products"]["product"]
    return next(str(row["id"]) for row in rows if row["status"] in states)


def filled(portal: Stack, path: str) -> str:
    """Of Ada's client."""
    quotes = portal.sandbox.api("GetQuotes", userid=1)["quotes"]["quote"]
    delivered = next(row["id"] for row in quotes if row["stage"] == "Delivered")
    known = {
        "bob": service(portal, 1, "Active"),
        "quote": str(delivered),
        "invoice": str(portal.sandbox.notable("ada.overdue")),
    }
    return path.format(**known)


def tokens(portal: Stack) -> list[dict[str, str]]:
    return [call["params"] for call in portal.sandbox.calls() if call["action"] == "CreateSsoToken"]


@pytest.mark.parametrize("way", WAYS, ids=PURPOSES)
def test_what_is_done_over_there_shows_here(portal: Stack, way: Way) -> None:
    """By a one-time link as this person, kept by nobody; afterwards the page tells it, although no webhook came."""
    with portal.visitor("ada@example.com") as ada:
        page = filled(portal, way.page)
        before = ada.get(page).text
        action = filled(portal, way.post)
        assert f'action="{action}" target="_blank" rel="opener"' in before
        portal.sandbox.forget_calls()
        away = ada.post(action)
        assert (away.status_code, away.headers["cache-control"]) == (303, "no-store")
        assert away.headers["referrer-policy"] == "no-referrer"
        assert "access_token=" in away.headers["location"]
        asked = {"client_id": "1", "user_id": "1", "destination": "sso:custom_redirect"}
        assert [{name: each.get(name) for name in asked} for each in tokens(portal)] == [asked]
        with httpx2.Client(follow_redirects=True, timeout=60) as browser:
            landed = browser.get(away.headers["location"])
            assert landed.status_code == 200
            assert way.lands.items() <= dict(landed.url.params).items()
            assert browser.post(str(landed.url), data=way.sent).status_code == 200
        portal.sandbox.child.wait_until(lambda: way.shows in ada.get(page).text)
        assert way.shows not in before or way.purpose in {"cancellation", "quote"}
    assert away.headers["location"].rpartition("=")[2] not in str(portal.logged())


@pytest.mark.parametrize("way", WAYS, ids=PURPOSES)
def test_each_takes_a_permission(portal: Stack, way: Way) -> None:
    """WHMCS's own for it. Without it there is neither a button nor a way, and WHMCS is not asked."""
    rights = ["profile", "products", *({"invoices", "quotes", "contacts", "orders"} - {way.permission})]
    portal.sandbox.control("PUT", "users/3/permissions/1", {"permissions": rights})
    portal.sandbox.tell("user.updated", user_id=3)
    action = filled(portal, way.post)
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 1}).raise_for_status()
        assert chidi.post(action).status_code == 403
        assert action not in chidi.get(filled(portal, way.page)).text
    assert tokens(portal) == []


def test_only_what_can_still_be_changed(portal: Stack) -> None:
    """Not what waits to be set up, nor what has ended, nor somebody else's: 409 and 404, and no link."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 3}).raise_for_status()
        page = chidi.get("/subscriptions").text
        for number in (service(portal, 3, "Pending"), service(portal, 3, "Cancelled")):
            assert f"/subscriptions/{number}/cancel" not in page
            for verb in ("cancel", "change"):
                refused = chidi.post(f"/subscriptions/{number}/{verb}", headers={"accept": "application/json"})
                assert (refused.status_code, refused.json()["code"]) == (409, "no_longer_open")
        for strange in (service(portal, 1, "Active"), "0", "-1", "x", "99999999999", "%31"):
            missing = chidi.post(f"/subscriptions/{strange}/cancel")
            assert (strange, missing.status_code) == (strange, 404)
            assert "Subscription not found" in missing.text
    assert tokens(portal) == []


def test_a_quote_that_was_answered_meanwhile(portal: Stack) -> None:
    """In WHMCS, since the page was made: it is read again before a link is made. Drafts are not found."""
    with portal.visitor("ada@example.com") as ada:
        quotes = portal.sandbox.api("GetQuotes", userid=1)["quotes"]["quote"]
        numbers = {row["stage"]: row["id"] for row in quotes}
        answered = ada.post(f"/quotes/{numbers['Accepted']}/answer", headers={"accept": "application/json"})
        assert (answered.status_code, answered.json()["code"]) == (409, "no_longer_open")
        assert ada.post(f"/quotes/{numbers['Draft']}/answer").status_code == 404
        assert ada.post(f"/invoices/{portal.sandbox.notable('ada.paid_in_parts')}/apply-credit").status_code == 409
    assert tokens(portal) == []


def test_without_one_time_links_there_is_the_plain_page(portal: Stack) -> None:
    """Sam has switched them off, and signs in over there; a WHMCS that refuses the destination is the same."""
    with portal.visitor("sam@example.com") as sam:
        page = sam.post("/contacts/manage")
    assert page.status_code == 200
    assert f'href="{portal.sandbox.url}/index.php?rp=/account/contacts"' in page.text
    assert 'href="/contacts"' in page.text
    portal.sandbox.break_with("error", message="Invalid destination", action="CreateSsoToken")
    with portal.visitor("ada@example.com") as ada:
        refused = ada.post("/credit/add")
    assert refused.status_code == 200
    assert f'href="{portal.sandbox.url}/clientarea.php?action=addfunds"' in refused.text


def test_credit_is_offered_where_there_is_some(portal: Stack) -> None:
    """On an invoice that can be paid, of a client who has credit."""
    with portal.visitor("ada@example.com") as ada:
        assert "Use my credit" in ada.get(f"/invoices/{portal.sandbox.notable('ada.overdue')}").text
        assert "Use my credit" not in ada.get(f"/invoices/{portal.sandbox.notable('ada.paid_in_parts')}").text
    number = portal.sandbox.control("POST", "invoices", {"userid": 2, "amount": "12.00"})["id"]
    portal.sandbox.control("PATCH", "clients/1", {"add_credit": "-12.00"})
    portal.sandbox.tell("client.updated", client_id=1)
    with portal.visitor("bob@example.com") as bob, portal.visitor("ada@example.com") as ada:
        for nobody, invoice in ((bob, number), (ada, portal.sandbox.notable("ada.overdue"))):
            page = nobody.get(f"/invoices/{invoice}").text
            assert (f'action="/invoices/{invoice}/pay"' in page, "Use my credit" in page) == (True, False)


def test_cancelling_shows_by_itself(portal: Stack, open_page: OpenPage) -> None:
    """The button says that it opens a new tab; in the first one the subscription is cancelled then, and said so."""
    page = open_page()
    sign_in(page, portal.url, "bob@example.com")
    page.goto(f"{portal.url}/subscriptions")
    row = page.get_by_role("row").filter(has_text="smith-and-sons.example")
    with page.context.expect_page() as opened:
        row.get_by_role("button", name="Cancel").click()
    expect(row.get_by_role("button", name="opens in a new tab")).to_have_count(2)
    opened.value.get_by_role("button", name="Request Cancellation").click()
    opened.value.close()
    page.bring_to_front()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(row).to_contain_text("Cancelled", timeout=60_000)
    expect(row.get_by_role("button")).to_have_count(0)
    expect(page.locator("#announcer")).to_contain_text("Cancelled")

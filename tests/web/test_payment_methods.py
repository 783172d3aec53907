"""Saved payment methods and gateways: what is answered to whom, how fresh it is, and the way to WHMCS and back."""

from datetime import UTC, date, datetime, timedelta

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import sign_in
from tests.conftest import OpenPage
from tests.stack import Stack

METHODS = "/api/v1/payment-methods"
GATEWAYS = "/api/v1/payment-gateways"
LINK = f"{METHODS}/link"
FRESH = {"Cache-Control": "no-cache"}
NEEDED = "Add a payment method before you can order."
READY = "You have a valid payment method."


pytestmark = pytest.mark.usefixtures("untouched")


def ids(caller: httpx2.Client, path: str = METHODS, **headers: str) -> list[int | str]:
    answer = caller.get(path, headers=headers)
    answer.raise_for_status()
    return [item["id"] for item in answer.json()["items"]]


def delete(portal: Stack, id_: int, *, tell: bool = False) -> None:
    portal.sandbox.control("DELETE", f"pay-methods/{id_}?tell={str(tell).lower()}")
    portal.sandbox.wait_for_deliveries()


def test_methods_as_whmcs_lists_them(portal: Stack, ada: httpx2.Client) -> None:
    """Cards and bank accounts with exactly the documented fields; the default is not known, hence null."""
    year = datetime.now(UTC).year
    answer = ada.get(METHODS)
    card, expired, bank = answer.json()["items"]
    assert card == {
        "id": 1,
        "type": "card",
        "description": "Company card",
        "gateway": "stripe",
        "brand": "Visa",
        "last_four": "4242",
        "expires_on": str(date(year + 3, 3, 1) - timedelta(days=1)),
        "is_expired": False,
        "is_default": None,
        "unreadable": [],
    }
    assert (expired["is_expired"], expired["expires_on"]) == (True, f"{year - 2}-11-30")
    assert (bank["type"], bank["brand"], bank["expires_on"]) == ("bank_account", "Lloyds Bank", None)
    assert bank["description"] == "Lloyds & Co current account"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert ada.get(METHODS, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert [call["params"]["clientid"] for call in calls(portal, "GetPayMethods")] == ["1"]


def test_gateways_as_customers_know_them(portal: Stack, ada: httpx2.Client) -> None:
    """Names, and the ids by which methods and invoices name them. Read once for everybody."""
    answer = ada.get(GATEWAYS).json()
    assert {"id": "stripe", "name": "Credit card"}.keys() == answer["items"][0].keys()
    assert [item["id"] for item in answer["items"]] == ["stripe", "gocardless", "paypalcheckout", "banktransfer"]
    with portal.visitor("bob@example.com") as bob:
        assert bob.get(GATEWAYS).json() == answer
    assert portal.sandbox.actions().count("GetPaymentMethods") == 1


def test_what_changes_without_notice_shows_when_asked_for(portal: Stack, ada: httpx2.Client) -> None:
    """`Cache-Control: no-cache` reads both from WHMCS: no hook tells that a gateway was switched."""
    assert (ids(ada), len(ids(ada, GATEWAYS))) == ([1, 2, 3], 4)
    delete(portal, 2)
    portal.sandbox.control("PUT", "gateways", {"stripe": "Card"})
    assert (ids(ada), len(ids(ada, GATEWAYS))) == ([1, 2, 3], 4), "kept"
    assert (ids(ada, **FRESH), ids(ada, GATEWAYS, **FRESH)) == ([1, 3], ["stripe"])


def test_refresh_reads_the_gateways_too(portal: Stack, ada: httpx2.Client) -> None:
    """The page's age is that of the oldest thing on it."""
    assert READY in ada.get("/payment-methods").text
    portal.sandbox.control("PUT", "gateways", {"banktransfer": "Bank transfer"})
    ada.post("/refresh", data={"next": "/payment-methods"})
    page = ada.get("/payment-methods").text
    assert NEEDED in page
    assert page.count("Not accepted any more") == 2


def test_a_changed_gateway_changes_everybodys_page(portal: Stack, ada: httpx2.Client) -> None:
    """`gateway.changed` clears everybody: no kept page still says Ready."""
    assert READY in ada.get("/payment-methods").text
    portal.sandbox.control("PUT", "gateways", {"banktransfer": "Bank transfer"})
    portal.sandbox.tell("gateway.changed")
    assert NEEDED in ada.get("/payment-methods").text


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("bob@example.com", [NEEDED, "No payment methods yet."]),
        ("chidi@example.com", [READY, "Visa ending 1881"]),
        ("ada@example.com", [READY, "Visa ending 4242", "Mastercard ending 4444", "Expired", "Lloyds Bank"]),
    ],
)
def test_what_the_page_says(portal: Stack, person: str, words: list[str]) -> None:
    """Whether one can order, and each method's health; who keeps them."""
    with portal.visitor(person) as somebody:
        page = somebody.get("/payment-methods").text
    assert [word for word in (*words, "never by this portal") if word not in page] == []
    assert "remote" not in page
    assert "pm_sandbox" not in page


def test_unknown_is_never_none(portal: Stack, ada: httpx2.Client) -> None:
    """Whichever of the calls fails: the one message, no empty list, no word about ordering."""
    portal.sandbox.break_with("error", message="No", action="GetPayMethods")
    assert (ada.get(METHODS).status_code, ada.get(METHODS).json()["code"]) == (503, "billing_unavailable")
    page = ada.get("/payment-methods", headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert not [word for word in (NEEDED, READY, "No payment methods") if word in page.text]
    portal.sandbox.mend()
    portal.sandbox.break_with("error", message="No", action="GetPaymentMethods")
    assert ada.get(GATEWAYS).status_code == 503
    assert ada.get("/payment-methods", headers={"Accept": "text/html"}).status_code == 503


def test_whatever_shape_whmcs_gives_a_list(portal: Stack, ada: httpx2.Client) -> None:
    """None, one or several, as text, as a map, bare, or not there at all."""
    shapes = ["empty-as-text", "empty-as-object", "empty-missing", "single-row-bare", "lists-as-maps"]
    with portal.visitor("bob@example.com") as bob, portal.visitor("dina@example.com") as dina:
        for shape in [*shapes, "ints-as-strings", "strings-as-ints", "bool-words"]:
            portal.sandbox.control("PUT", "quirks", {shape: True})
            found = [ids(person, METHODS, **FRESH) for person in (bob, dina, ada)]
            assert (shape, found) == (shape, [[], [7], [1, 2, 3]])
            assert len(ids(ada, GATEWAYS, **FRESH)) == 4


@pytest.mark.parametrize("path", [METHODS, GATEWAYS, "/payment-methods"])
def test_takes_whmcss_permission_for_invoices(portal: Stack, path: str) -> None:
    """Chidi may see Ada's profile, not what she pays with, nor go where it is changed."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 1}).raise_for_status()
        assert chidi.get(path).status_code == 403
        assert chidi.post(LINK).status_code == 403
        assert chidi.post("/payment-methods/manage").status_code == 403
    assert not {"GetPayMethods", "CreateSsoToken"} & set(portal.sandbox.actions())


@pytest.mark.parametrize("way", ["link", "return"])
def test_after_a_hand_off_nothing_is_believed_for_long(portal: Stack, ada: httpx2.Client, way: str) -> None:
    """What is changed over there shows without any webhook, also when it happens after the first look back."""
    assert ids(ada) == [1, 2, 3]
    if way == "link":
        ada.post(LINK).raise_for_status()
    else:
        back = ada.get("/return/payment-methods")
        assert (back.status_code, back.headers["location"]) == (303, "/payment-methods")
    assert ids(ada) == [1, 2, 3]
    delete(portal, 2)
    portal.sandbox.child.wait_until(lambda: ids(ada) == [1, 3])


def test_bob_adds_one_and_comes_back(portal: Stack, open_page: OpenPage) -> None:
    """The whole way: told to add one, adds it in WHMCS, and finds the page saying so when the tab is back."""
    page = open_page()
    sign_in(page, portal.url, "bob@example.com")
    page.get_by_role("link", name="Payment methods").first.click()
    expect(page.locator("main")).to_contain_text(NEEDED)
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Add a payment method").click()
    add_card(opened.value)
    expect(page.locator("main")).to_contain_text(READY)
    expect(page.locator(".methods")).to_contain_text("Visa ending 4242")
    expect(page.locator("#announcer")).to_have_text(READY)

    opened.value.get_by_role("button", name="Delete").click()
    expect(page.locator("main")).to_contain_text(NEEDED)
    opened.value.get_by_role("link", name="Return to the portal").click()
    expect(opened.value.locator("main")).to_contain_text("No payment methods yet.")


def test_the_same_without_javascript(portal: Stack, browser: Browser) -> None:
    """And without any webhook: the way back alone brings the change."""
    portal.sandbox.control("PATCH", "settings", {"weather": {"mode": "lost"}})
    context = browser.new_context(locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, portal.url, "bob@example.com")
    page.goto(f"{portal.url}/payment-methods")
    with context.expect_page() as opened:
        page.get_by_role("button", name="Add a payment method").click()
    add_card(opened.value)
    opened.value.get_by_role("link", name="Return to the portal").click()
    expect(opened.value.locator("main")).to_contain_text(READY)
    context.close()


def add_card(whmcs: Page) -> None:
    whmcs.wait_for_load_state()
    expect(whmcs.get_by_role("heading", level=1)).to_have_text("Payment Methods")
    whmcs.get_by_role("button", name="Add card").click()
    expect(whmcs.locator("tbody")).to_contain_text("Visa 4242")


def calls(portal: Stack, action: str) -> list[dict[str, dict[str, str]]]:
    return [call for call in portal.sandbox.calls() if call["action"] == action]

"""Saved payment methods and gateways: what is answered to whom, how fresh it is, and the way to WHMCS and back."""

from collections.abc import Iterator
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


@pytest.fixture(autouse=True)
def _untouched(portal: Stack) -> Iterator[None]:
    """WHMCS as it was seeded, and a portal that remembers nothing of it."""
    portal.sandbox.control("POST", "reset")
    portal.sandbox.tell("gateway.changed")
    portal.sandbox.forget_calls()
    yield
    portal.sandbox.mend()


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


def test_the_link_is_for_this_person_and_kept_by_nobody(portal: Stack) -> None:
    """An invited user is not signed in as the owner, and lands on WHMCS's own page for it."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 4}).raise_for_status()
        answer = chidi.post(LINK)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        away = chidi.post("/payment-methods/manage")
    assert (away.status_code, away.headers["cache-control"]) == (303, "no-store")
    assert away.headers["referrer-policy"] == "no-referrer"
    for call in calls(portal, "CreateSsoToken"):
        wanted = {"client_id": "4", "user_id": "3", "destination": "clientarea:billing_info"}
        assert {key: call["params"].get(key) for key in wanted} == wanted
    with httpx2.Client(follow_redirects=True, timeout=60) as browser:
        landed = browser.get(answer.json()["url"])
    assert landed.url.params["rp"] == "/account/paymentmethods"


def test_a_refused_sign_on_leads_to_the_plain_page(portal: Stack) -> None:
    """Sam has switched one-time links off: the page is the same, only that he signs in there."""
    plain = f"{portal.sandbox.url}/index.php?rp=/account/paymentmethods"
    with portal.visitor("sam@example.com") as sam:
        assert sam.post(LINK).json() == {"url": plain, "expires_at": None, "signed_in": False}
        page = sam.post("/payment-methods/manage")
    assert (page.status_code, plain in page.text) == (200, True)
    assert 'href="/payment-methods"' in page.text


def test_links_are_limited(portal: Stack) -> None:
    """Per user, together with those for paying."""
    with portal.visitor("nora@example.com") as nora:
        answers = [nora.post(LINK) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


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


@pytest.mark.parametrize(
    "message", ["No", "Invalid user_id", "Command Not Found", "Token could not be provisioned: invalid_client"]
)
def test_a_refused_link_is_the_plain_page(portal: Stack, ada: httpx2.Client, message: str) -> None:
    """Whatever WHMCS's reason, it works and can be signed in to."""
    portal.sandbox.break_with("error", message=message, action="CreateSsoToken")
    assert ada.post(LINK).json()["url"] == f"{portal.sandbox.url}/index.php?rp=/account/paymentmethods"


def test_a_link_by_the_path_where_names_of_pages_are_gone(portal: Stack, ada: httpx2.Client) -> None:
    """WHMCS 9 refuses clientarea:billing_info: it is asked once more, for the same page by its path."""
    portal.sandbox.control("PUT", "quirks", {"custom-redirect-only": True})
    portal.sandbox.forget_calls()
    assert "access_token=" in ada.post(LINK).json()["url"]
    asked = [call["params"] for call in portal.sandbox.calls() if call["action"] == "CreateSsoToken"]
    assert [each["destination"] for each in asked] == ["clientarea:billing_info", "sso:custom_redirect"]
    assert asked[1]["sso_redirect_path"] == "index.php?rp=/account/paymentmethods"


def test_a_link_of_another_system_url_is_the_plain_page(portal: Stack, ada: httpx2.Client) -> None:
    """www, https or a host of its own: the link is not followed, and the log says which setting it is about."""
    for elsewhere in ("http://www.example.com", portal.sandbox.url.replace("http:", "https:"), "http://localhost:1"):
        portal.sandbox.control("PATCH", "settings", {"system_url": elsewhere})
        assert ada.post(LINK).json()["url"] == f"{portal.sandbox.url}/index.php?rp=/account/paymentmethods"
    line = [line for line in portal.logged() if line["event"] == "WHMCS gave no one-time link"][-1]
    assert "System URL" in line["hint"]
    assert "WHMCS_URL" in line["hint"]
    assert "access_token" not in str(line)


def test_whmcs_down_makes_no_link(portal: Stack, ada: httpx2.Client) -> None:
    """It is said, and nobody is sent to a page that is not there."""
    portal.sandbox.break_with("bad-gateway", action="CreateSsoToken")
    assert ada.post(LINK).json()["code"] == "billing_unavailable"


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

"""Paying several invoices at once: what is checked, where it leads, and what the list shows meanwhile."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import expect

from tests.browser import sign_in
from tests.conftest import OpenPage
from tests.payments import forget_payments
from tests.stack import Stack

LINK = "/api/v1/invoices/payment-link"


@pytest.fixture
def ids(portal: Stack) -> Iterator[list[int]]:
    """Both of Ada's unpaid ones, in a WHMCS as it was seeded; nobody has gone to pay them."""
    forget_payments(portal)
    portal.sandbox.control("POST", "reset")
    portal.sandbox.tell("client.updated", client_id=1)
    yield [portal.sandbox.notable("ada.overdue"), portal.sandbox.notable("ada.due_soon")]
    portal.sandbox.mend()


def paths(portal: Stack) -> list[str]:
    """Where the one-time links that WHMCS made lead."""
    return [
        call["params"]["sso_redirect_path"] for call in portal.sandbox.calls() if call["action"] == "CreateSsoToken"
    ]


def refused(caller: httpx2.Client, body: Any) -> tuple[int, str]:
    answer = caller.post(LINK, json=body)
    return answer.status_code, answer.json()["code"]


def test_leads_to_whmcss_mass_payment_with_these_invoices(portal: Stack, ada: httpx2.Client, ids: list[int]) -> None:
    """A one-time link, kept by nobody, made for the person and not only for the client."""
    answer = ada.post(LINK, json={"invoice_ids": ids})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["url"].startswith(f"{portal.sandbox.url}/oauth/singlesignon.php?access_token=")
    assert paths(portal) == [f"clientarea.php?action=masspay&invoiceids[]={ids[0]}&invoiceids[]={ids[1]}"]
    (call,) = [call for call in portal.sandbox.calls() if call["action"] == "CreateSsoToken"]
    assert (call["params"]["client_id"], call["params"]["user_id"]) == ("1", "1")
    with httpx2.Client(follow_redirects=True, timeout=60) as browser:
        page = browser.get(answer.json()["url"]).text
    assert page.count("checked") == 2


def test_a_paid_one_says_what_it_is(portal: Stack, ada: httpx2.Client, ids: list[int]) -> None:
    """It is listed, as WHMCS lists it; who looks at it is told that it bills nothing of its own."""
    listed = {item["id"] for item in ada.get("/api/v1/invoices?status=paid&page_size=100").json()["items"]}
    for name, kind, words in (
        ("ada.mass_payment", "invoices", "This is a payment of several invoices at once."),
        ("ada.deposit", "deposit", "This is a deposit to your credit."),
    ):
        number = portal.sandbox.notable(name)
        assert number in listed
        assert ada.get(f"/api/v1/invoices/{number}").json()["stands_for"] == kind
        assert words in ada.get(f"/invoices/{number}", headers={"accept": "text/html"}).text
    assert ada.get(f"/api/v1/invoices/{ids[0]}").json()["stands_for"] is None


def test_one_leads_to_that_invoice(portal: Stack, ada: httpx2.Client, ids: list[int]) -> None:
    """A mass payment of one would be an invoice about an invoice."""
    assert ada.post(LINK, json={"invoice_ids": ids[:1]}).status_code == 200
    assert paths(portal) == [f"viewinvoice.php?id={ids[0]}"]


@pytest.mark.parametrize("other", ["ada.draft", "bob.overdue", 999_999_999, 0, -1, 2**40])
def test_what_is_not_hers_is_not_found(portal: Stack, ada: httpx2.Client, ids: list[int], other: str | int) -> None:
    """A draft, somebody else's and an unknown one look the same, and make no link for the others."""
    other_id = portal.sandbox.notable(other) if isinstance(other, str) else other
    assert refused(ada, {"invoice_ids": [*ids, other_id]}) == (404, "invoice_not_found")
    assert paths(portal) == []


@pytest.mark.parametrize("other", ["ada.pending", "ada.paid_in_parts", "ada.cancelled", "ada.collections"])
def test_all_must_be_payable(portal: Stack, ada: httpx2.Client, ids: list[int], other: str) -> None:
    """Nothing is left out silently."""
    chosen = [*ids, portal.sandbox.notable(other)]
    assert refused(ada, {"invoice_ids": chosen}) == (409, "invoice_not_payable")
    assert paths(portal) == []


def test_an_invoice_about_invoices_is_not_paid_with_those(portal: Stack, ada: httpx2.Client, ids: list[int]) -> None:
    """The same money would be asked for twice."""
    with httpx2.Client(follow_redirects=True, timeout=60) as browser:
        browser.get(ada.post(LINK, json={"invoice_ids": ids}).json()["url"])
        made = browser.post(
            f"{portal.sandbox.url}/clientarea.php?action=masspay",
            data={"invoiceids[]": [str(id_) for id_ in ids]},
            headers={"origin": portal.sandbox.url},
        )
    mass_id = int(str(made.url).rpartition("=")[2])
    portal.sandbox.wait_for_deliveries()
    assert refused(ada, {"invoice_ids": [mass_id, ids[0]]}) == (404, "invoice_not_found")


@pytest.mark.parametrize("body", [{}, {"invoice_ids": []}, {"invoice_ids": "1"}, {"invoice_ids": [True]}, [], None])
def test_what_names_no_invoices_is_refused(ada: httpx2.Client, body: object) -> None:
    """Before WHMCS is asked for anything."""
    assert refused(ada, body) in {(422, "validation_failed"), (400, "bad_request")}


def test_twice_the_same_and_too_many_are_refused(portal: Stack, ada: httpx2.Client, ids: list[int]) -> None:
    """A duplicate may mean another invoice, and a thousand cannot all be checked at once."""
    portal.sandbox.forget_calls()
    assert refused(ada, {"invoice_ids": [*ids, ids[0]]}) == (422, "validation_failed")
    assert refused(ada, {"invoice_ids": list(range(1, 1001))}) == (422, "validation_failed")
    assert not {"GetInvoice", "CreateSsoToken"} & set(portal.sandbox.actions())


def test_checked_live(portal: Stack, ada: httpx2.Client, ids: list[int]) -> None:
    """An invoice paid a moment ago, of which no webhook told, is not paid again."""
    ada.get("/api/v1/invoices")
    portal.sandbox.control("PATCH", f"invoices/{ids[1]}", {"pay": "all", "tell": False})
    assert refused(ada, {"invoice_ids": ids}) == (409, "invoice_not_payable")


def test_takes_the_permission(portal: Stack) -> None:
    """Chidi may see Ada's profile, not her invoices."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 1}).raise_for_status()
        assert refused(chidi, {"invoice_ids": [1]}) == (403, "permission_denied")


def test_changes_over_there_are_seen_afterwards(portal: Stack, ada: httpx2.Client, ids: list[int]) -> None:
    """What is paid within the minutes after the link shows without any webhook."""
    ada.post(LINK, json={"invoice_ids": ids}).raise_for_status()
    ada.get("/api/v1/invoices?status=unpaid")
    portal.sandbox.control("PATCH", f"invoices/{ids[0]}", {"pay": "all", "tell": False})

    def still_unpaid() -> bool:
        items = ada.get("/api/v1/invoices?status=unpaid").json()["items"]
        return ids[0] in {item["id"] for item in items}

    portal.sandbox.child.wait_until(lambda: not still_unpaid())


def test_a_plain_form_does_it_too(portal: Stack, ids: list[int]) -> None:
    """Without a script: the form leads away, and the list says afterwards what is being checked."""
    with portal.visitor("ada@example.com") as ada:
        assert ada.get("/invoices").text.count('name="invoice_ids"') == 2
        answer = ada.post("/invoices/pay", data={"invoice_ids": [str(id_) for id_ in ids]})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"{portal.sandbox.url}/oauth/singlesignon.php")
        page = ada.get("/invoices").text
        assert "Waiting for your payment in the other tab." in page
        assert page.count("Waiting for payment") == 2
        assert 'name="invoice_ids"' not in page
        nothing = ada.post("/invoices/pay", data={})
        assert (nothing.status_code, "Select at least one invoice." in nothing.text) == (422, True)
        assert "invoice_ids" not in nothing.text


def test_selecting_says_what_it_comes_to(portal: Stack, open_page: OpenPage, ids: list[int]) -> None:
    """ "2 selected, €214.50", and after Pay the list waits for the result by itself."""
    page = open_page()
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/invoices")
    button = page.get_by_role("button", name="Pay selected")
    expect(button).to_be_disabled()
    for id_ in ids:
        page.locator(f"#choose-{id_}").check()
    expect(page.locator("#together output")).to_have_text("2 selected, €214.50")
    with page.context.expect_page() as opened:
        button.click()
    expect(opened.value).to_have_url(re.compile(r"action=masspay"))
    expect(page.locator("[data-waiting]")).to_be_visible()
    expect(page.get_by_text("Waiting for payment")).to_have_count(2)
    for id_ in ids:
        portal.sandbox.control("PATCH", f"invoices/{id_}", {"pay": "all"})
    expect(page.locator("[data-waiting]")).to_have_count(0)


def test_the_browser_writes_amounts_as_the_server_does(portal: Stack, open_page: OpenPage) -> None:
    """One amount looks the same in its row and below the list: symbol, groups, digits, in every language."""
    portal.sandbox.control("POST", "reset")
    bills = [{"userid": 1, "amount": amount} for amount in ("1234567.50", "1234.50")]
    made = [portal.sandbox.control("POST", "invoices", bill)["id"] for bill in bills]
    page = open_page()
    sign_in(page, portal.url, "ada@example.com")
    for language, currency in (("english", 2), ("spanish", 1), ("french", 1), ("german", 4), ("japanese", 2)):
        portal.sandbox.control("PATCH", "clients/1", {"language": language, "currency": currency})
        portal.sandbox.wait_for_deliveries()
        page.goto(f"{portal.url}/invoices?sort=-date")
        for id_ in made:
            row = page.locator("tr", has=page.locator(f"#choose-{id_}"))
            page.locator(f"#choose-{id_}").check()
            owed = row.locator(".owed").inner_text().strip()
            expect(page.locator("#together output")).to_contain_text(owed, use_inner_text=True)
            page.locator(f"#choose-{id_}").uncheck()
    portal.sandbox.mend()


def test_whmcs_down_makes_no_link(portal: Stack, ada: httpx2.Client, ids: list[int]) -> None:
    """One message, nothing half done."""
    portal.sandbox.break_with("status", action="GetInvoice")
    assert refused(ada, {"invoice_ids": ids}) == (503, "billing_unavailable")
    assert paths(portal) == []

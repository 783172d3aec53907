"""Subscriptions, payments, credit, quotes and contacts from outside, against what WHMCS itself says."""

import time
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from tests.portal.conftest import Portal
from tests.portal.console import SETTLED

LISTS = {
    "subscriptions": "GetClientsProducts",
    "transactions": "GetTransactions",
    "credits": "GetCredits",
    "quotes": "GetQuotes",
    "contacts": "GetContacts",
}
PAGES = {"/subscriptions", "/transactions", "/credit", "/quotes", "/contacts"}


def read(visitor: httpx2.Client, name: str, **query: Any) -> dict[str, Any]:
    answer = visitor.get(f"/api/v1/{name}", params=query)
    assert answer.status_code == 200, answer.text
    read_: dict[str, Any] = answer.json()
    return read_


def test_subscriptions_are_whmcs_services(portal: Portal, bob: httpx2.Client) -> None:
    """Every field from WHMCS's own answer; WHMCS's zero date is none; the amount is a decimal text with currency."""
    said = {row["id"]: row for row in portal.whmcs.api("GetClientsProducts", clientid=2)["products"]["product"]}
    shown = read(bob, "subscriptions", page_size=100)
    assert shown["total"] == len(said) == len(shown["items"])
    for item in shown["items"]:
        row = said[str(item["id"])]
        once = row["billingcycle"] == "One Time"
        assert (item["status"], item["quantity"]) == (row["status"].lower(), int(row["qty"]))
        amount = row["firstpaymentamount" if once else "recurringamount"]
        assert item["amount"] == {"amount": amount, "currency": "EUR"}
        assert item["next_due_on"] == (None if row["nextduedate"] == "0000-00-00" else row["nextduedate"])
        assert (item["started_on"], item["gateway"]) == (row["regdate"], row["paymentmethod"])
    cycles = {item["billing_cycle"] for item in shown["items"]}
    assert cycles == {"monthly", "annually", "quarterly", "onetime", "free"}


def test_a_currency_without_minor_unit(portal: Portal) -> None:
    """WHMCS sends two decimals for every currency."""
    with portal.visitor("yuki@example.com") as yuki:
        amounts = {item["amount"]["amount"] for item in read(yuki, "subscriptions")["items"]}
        assert {"6600", "48000"} <= amounts
        assert read(yuki, "transactions")["items"][0]["amount"] == {"amount": "3000", "currency": "JPY"}
        assert read(yuki, "quotes")["items"][0]["total"] == {"amount": "77000", "currency": "JPY"}


def test_transactions_are_all_payments_and_refunds(portal: Portal, ada: httpx2.Client) -> None:
    """Newest first, over all pages; their sum is that of WHMCS's books; fees are the merchant's business."""
    said = portal.whmcs.api("GetTransactions", clientid=1)["transactions"]["transaction"]
    shown = [item for page in (1, 2) for item in read(ada, "transactions", page_size=100, page=page)["items"]]
    assert {str(item["id"]) for item in shown} == {row["id"] for row in said}
    total = sum(Decimal(row["amountin"]) - Decimal(row["amountout"]) for row in said)
    assert sum(Decimal(item["amount"]["amount"]) for item in shown) == total
    assert [item["date"] for item in shown] == sorted((item["date"] for item in shown), reverse=True)
    assert [item["kind"] for item in shown if Decimal(item["amount"]["amount"]) < 0] == ["refund"]
    assert "fees" not in shown[0]


def test_credit_has_a_balance_and_a_ledger(portal: Portal, ada: httpx2.Client) -> None:
    """The balance is WHMCS's own figure."""
    shown = read(ada, "credits")
    assert shown["balance"] == {"amount": "12.00", "currency": "EUR"}
    assert [item["amount"]["amount"] for item in shown["items"]] == ["-18.00", "30.00"]
    portal.whmcs.control("PATCH", "clients/1", {"add_credit": "5.00"})
    portal.whmcs.wait_for_deliveries()
    shown = read(ada, "credits")
    assert (shown["balance"]["amount"], shown["total"]) == ("17.00", 3)


def test_quotes_without_drafts_and_without_what_staff_noted(ada: httpx2.Client) -> None:
    """Drafts are the provider's own business, and so are its notes."""
    answer = ada.get("/api/v1/quotes")
    assert [(item["id"], item["status"]) for item in answer.json()["items"]] == [(1, "delivered"), (2, "accepted")]
    page = ada.get("/quotes").text
    assert "Backup line for St James&#39;s Square" in page
    for text in (answer.text, page):
        assert "staff-note" not in text
        assert "Not ready to be seen" not in text


def test_contacts(ada: httpx2.Client, bob: httpx2.Client) -> None:
    """Whom WHMCS writes to, and about what."""
    [contact] = read(ada, "contacts")["items"]
    assert (contact["email"], contact["emails"]) == ("accounts@example.com", ["general", "invoice"])
    assert read(bob, "contacts")["items"][0]["last_name"] == "O'Brien & Co"


def test_a_warm_list_costs_no_call(portal: Portal, ada: httpx2.Client) -> None:
    """Lists and pages of one client share what was fetched once."""
    time.sleep(SETTLED)  # after the fixture's clear values count 2 s only
    for name in LISTS:
        read(ada, name)
    for page in PAGES:
        assert ada.get(page).status_code == 200
    portal.whmcs.forget_calls()
    for name in LISTS:
        read(ada, name, page_size=1)
    assert portal.whmcs.actions() == []


@pytest.mark.parametrize("name", LISTS)
def test_an_outage_is_one_honest_error(portal: Portal, ada: httpx2.Client, name: str) -> None:
    """Neither "none" nor a part; the page says it in one sentence, and works again as soon as WHMCS does."""
    portal.whmcs.break_with("status", action=LISTS[name])
    answer = ada.get(f"/api/v1/{name}")
    assert (answer.status_code, answer.json()["code"]) == (503, "billing_unavailable")
    page = ada.get("/credit" if name == "credits" else f"/{name}", headers={"Accept": "text/html"})
    assert (page.status_code, "The billing system is unavailable. Please try again." in page.text) == (503, True)
    portal.whmcs.mend()


QUIRKS = (
    "single-row-bare",
    "lists-as-maps",
    "empty-missing",
    "empty-as-text",
    "strings-as-ints",
    "ints-as-strings",
    "bool-words",
)


@pytest.mark.parametrize("quirk", QUIRKS)
def test_every_spelling_of_whmcs_reads_the_same(portal: Portal, ada: httpx2.Client, quirk: str) -> None:
    """Ada has one contact and many payments; Nora has nothing of anything."""
    with portal.visitor("nora@example.com") as nora:
        plain = [without_age(read(visitor, name)) for visitor in (ada, nora) for name in LISTS]
        portal.whmcs.control("PUT", "quirks", {quirk: True})
        for client_id in (1, 8):
            assert portal.webhook("client.updated", client_id=client_id).status_code == 204
        odd = [without_age(read(visitor, name)) for visitor in (ada, nora) for name in LISTS]
    assert odd == plain
    assert [shown["total"] for shown in odd[5:]] == [0, 0, 0, 0, 0]


def without_age(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name != "as_of"}


@pytest.mark.parametrize("name", [name for name in LISTS if name != "credits"])
def test_a_row_of_somebody_else_refuses_the_list(portal: Portal, ada: httpx2.Client, name: str) -> None:
    """WHMCS's answer is wrong as a whole then: neither that row nor the others are shown."""
    portal.whmcs.control("PUT", "quirks", {"foreign-rows": LISTS[name]})
    answer = ada.get(f"/api/v1/{name}")
    assert (answer.status_code, answer.json()["code"]) == (503, "billing_unavailable")


def test_a_changed_subscription_shows_at_once(portal: Portal, ada: httpx2.Client) -> None:
    """Status, cycle, amount and renewal, on the page and in the API of every worker; open pages are told."""
    read(ada, "subscriptions")
    ada.get("/subscriptions")
    with ada.stream("GET", "/api/v1/events") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("id:")
        change = {"status": "Suspended", "cycle": "Semi-Annually", "amount": "1234.50", "next_due": "2031-05-12"}
        portal.whmcs.control("PATCH", "services/2", change)
        said = next(line for line in lines if line.startswith("data:"))
    assert said == 'data: {"resource":"subscriptions","id":2}'
    portal.whmcs.wait_for_deliveries()
    for _ in range(4):
        [shown] = [item for item in read(ada, "subscriptions")["items"] if item["id"] == 2]
        assert (shown["status"], shown["billing_cycle"]) == ("suspended", "semiannually")
        assert (shown["amount"]["amount"], shown["next_due_on"]) == ("1234.50", "2031-05-12")
        page = ada.get("/subscriptions").text
        assert all(words in page for words in ("Suspended", "Every six months", "€1,234.50", "12 May 2031"))


def test_each_list_takes_its_own_permission(portal: Portal) -> None:
    """Chidi may see the services of client 1, but neither its money nor its quotes nor its contacts."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 1})
        assert {name: chidi.get(f"/api/v1/{name}").status_code for name in LISTS} == {
            "subscriptions": 200,
            "transactions": 403,
            "credits": 403,
            "quotes": 403,
            "contacts": 403,
        }
        page = chidi.get("/subscriptions").text
        assert 'href="/subscriptions"' in page
        assert not any(f'href="{path}"' in page for path in ("/transactions", "/quotes", "/contacts"))
        assert chidi.post("/refresh", data={"next": "/subscriptions"}).headers["location"] == "/subscriptions"


def test_a_new_payment_shows_at_once(portal: Portal, ada: httpx2.Client) -> None:
    """Whatever worker answers, once WHMCS's webhook is confirmed."""
    before = read(ada, "transactions")["total"]
    number = portal.whmcs.notable("ada.due_soon")
    portal.whmcs.control("PATCH", f"invoices/{number}", {"pay": "all"})
    portal.whmcs.wait_for_deliveries()
    for _ in range(4):
        shown = read(ada, "transactions")
        assert (shown["total"], shown["items"][0]["invoice_id"]) == (before + 1, number)


@pytest.mark.parametrize(("event", "extra"), [("service.updated", {"service_id": 1}), ("quote.updated", {})])
def test_events_clear_the_lists(portal: Portal, ada: httpx2.Client, event: str, extra: dict[str, int]) -> None:
    for name in LISTS:
        read(ada, name)
    portal.whmcs.forget_calls()
    assert portal.webhook(event, client_id=1, **extra).status_code == 204
    for name in LISTS:
        read(ada, name)
    assert set(portal.whmcs.actions()) >= set(LISTS.values())


def test_ten_thousand_payments(portal: Portal) -> None:
    """One call, since GetTransactions has no pages; every page of the list comes from it."""
    with portal.visitor("max@example.com") as client:
        time.sleep(SETTLED)  # after the fixture's clear values count 2 s only
        portal.whmcs.forget_calls()
        shown = read(client, "transactions", page_size=100)
        last = read(client, "transactions", page_size=100, page=-(-shown["total"] // 100))
        assert shown["total"] > 9_000
        assert last["items"]
        assert portal.whmcs.actions().count("GetTransactions") == 1


@pytest.mark.parametrize("query", ["page=0", "page=x", "page_size=101", "page_size=0", "page=99999999"])
def test_pages_that_cannot_be(ada: httpx2.Client, query: str) -> None:
    answer = ada.get(f"/api/v1/subscriptions?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, query.split("=", maxsplit=1)[0])


def test_renewals_are_told_in_words(bob: httpx2.Client) -> None:
    """ "In 3 days" for what renews, nothing for what has ended, is suspended or was paid once."""
    page = " ".join(bob.get("/subscriptions").text.split())
    assert "in 3 days" in page
    assert "tomorrow" in page
    assert ("Suspended" in page, "days late" in page) == (True, False)
    assert "One-time payment" in page

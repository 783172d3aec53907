"""The summary and the home page: complete, cheap, and silent rather than incomplete."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from counterfoil.cache.rules import SETTLE
from tests.stack import Stack

SUMMARY = "/api/v1/summary"


@pytest.fixture(autouse=True)
def _untouched(portal: Stack) -> Iterator[None]:
    portal.sandbox.control("POST", "reset")
    portal.sandbox.tell("gateway.changed")
    yield
    portal.sandbox.mend()


def reads(portal: Stack) -> list[str]:
    """Of WHMCS's billing data, without who may see it."""
    return [action for action in portal.sandbox.actions() if not action.startswith(("GetUser", "ValidateLogin"))]


def test_what_is_due_and_what_there_is(ada: httpx2.Client) -> None:
    summary = ada.get(SUMMARY).json()
    assert summary["balance_due"] == [{"amount": "214.50", "currency": "EUR"}]
    assert summary["overdue"] == [{"amount": "94.50", "currency": "EUR"}]
    assert summary["credit"] == {"amount": "12.00", "currency": "EUR"}
    assert (summary["unpaid_count"], summary["overdue_count"]) == (2, 1)
    assert summary["has_usable_payment_method"] is True
    assert summary["next_due_on"] > summary["as_of"][:10]


def test_invoices_over_nothing_are_not_to_pay(portal: Stack, ada: httpx2.Client) -> None:
    """Unpaid invoices of 0.00 and of negative total: counts, sums, filters, flags and pages mean the same ones. What is
    in the customer's favour stands apart.
    """
    before = ada.get(SUMMARY).json()
    for amount in ("0.00", "-40.00"):
        made = portal.sandbox.control("POST", "invoices", {"userid": 1, "amount": amount})
        portal.sandbox.control("PATCH", f"invoices/{made['id']}", {"date": "2026-01-01", "duedate": "2026-01-08"})
    portal.sandbox.wait_for_deliveries()
    after = ada.get(SUMMARY).json()
    assert {name for name in before if before[name] != after[name]} == {"as_of", "unpaid_count", "other", "owed"}
    assert after["other"] == [{"amount": "-40.00", "currency": "EUR"}]
    unpaid, overdue = (ada.get(f"/api/v1/invoices?status={each}").json() for each in ("unpaid", "overdue"))
    assert (unpaid["total"], overdue["total"]) == (after["unpaid_count"], after["overdue_count"]) == (4, 1)
    assert sum(item["is_overdue"] for item in unpaid["items"]) == 1
    page = ada.get("/invoices?view=to_pay", headers={"accept": "text/html"}).text
    assert ("Invoices in your favour</dt><dd>\N{MINUS SIGN}€40.00" in page, "Nothing to pay" in page) == (True, False)
    whole = ada.get("/invoices", headers={"accept": "text/html"}).text
    assert whole.count(">Nothing to pay<") == 2


def test_answers_as_every_read_does(ada: httpx2.Client) -> None:
    answer = ada.get(SUMMARY)
    assert answer.headers["cache-control"] == "private, no-cache"
    assert ada.get(SUMMARY, headers={"if-none-match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    ("email", "usable"), [("bob@example.com", False), ("dina@example.com", False), ("yuki@example.com", True)]
)
def test_usable_means_unexpired_with_its_gateway_switched_on(portal: Stack, email: str, *, usable: bool) -> None:
    """Bob has none, Dina's only card has expired, Yuki's is good until her gateway is switched off."""
    with portal.visitor(email) as person:
        assert person.get(SUMMARY).json()["has_usable_payment_method"] is usable
        portal.sandbox.control("PUT", "gateways", {"paypalcheckout": "PayPal"})
        portal.sandbox.tell("gateway.changed")
        assert person.get(SUMMARY).json()["has_usable_payment_method"] is False


def updated(page: str) -> datetime:
    return datetime.fromisoformat(re.findall(r'<time datetime="([^"]*)" data-ago', page)[0])


def test_home_costs_four_calls_and_one_for_each_open_invoice(portal: Stack, ada: httpx2.Client) -> None:
    """Of the client's own, all at once; the list of gateways is everybody's and asked for once an hour.

    What is shown is as old as the client's own data.
    """
    ada.get("/").raise_for_status()
    time.sleep(SETTLE + 0.5)  # What is everybody's is believed for its hour only once it has settled.
    ada.get("/").raise_for_status()
    portal.sandbox.tell("client.updated", client_id=1)
    told = datetime.now(UTC)
    for path in ("/payment-methods", "/transactions", "/subscriptions", "/invoices/1001"):
        assert updated(ada.get(path).text) >= told, path
    assert datetime.fromisoformat(ada.get(SUMMARY).json()["as_of"]) >= told
    portal.sandbox.tell("client.updated", client_id=1)
    told = datetime.now(UTC)
    portal.sandbox.forget_calls()
    portal.sandbox.break_with("latency", seconds=1.0)
    home = ada.get("/")
    assert (home.status_code, updated(home.text) >= told) == (200, True)
    four = ["GetClientsDetails", "GetClientsProducts", "GetInvoices", "GetPayMethods"]
    assert sorted(reads(portal)) == sorted([*four, *["GetInvoice"] * 4])
    calls = [call for call in portal.sandbox.calls() if call["action"] in four]
    assert max(call["started"] for call in calls) < min(call["ended"] for call in calls)


def test_home_shows_all_of_it(ada: httpx2.Client) -> None:
    page = ada.get("/").text
    for words in ("€214.50", "€94.50", "€12.00", "Fibre 1 Gbit/s", "Coming up", "Paid in the last 12 months", "<svg"):
        assert words in page, words
    assert page.count('width="30"') == 12


def test_subscriptions_take_their_permission(portal: Stack) -> None:
    """Chidi may see Dina's invoices, not her subscriptions: nothing is asked, nothing is shown."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 4}).raise_for_status()
        portal.sandbox.forget_calls()
        page = chidi.get("/")
        assert (page.status_code, "Coming up" in page.text) == (200, False)
        assert "GetClientsProducts" not in portal.sandbox.actions()
        chidi.put("/api/v1/session/client", json={"client_id": 1}).raise_for_status()
        assert chidi.get(SUMMARY).json()["code"] == "permission_denied"


def test_too_many_open_invoices_to_sum_are_still_summed_for_programs(portal: Stack) -> None:
    """One call for each of them; a part of them is never given out as all."""
    for _ in range(110):
        portal.sandbox.control("POST", "invoices", {"userid": 8, "amount": "0.10", "tell": False})
    portal.sandbox.tell("invoice.created", client_id=8, invoice_id=1)
    with portal.visitor("nora@example.com") as nora:
        assert nora.get(SUMMARY).json()["balance_due"] == [{"amount": "11.00", "currency": "EUR"}]
        assert "Open invoices" in nora.get("/").text


@pytest.mark.parametrize(
    "action",
    ["GetInvoices", "GetInvoice", "GetClientsDetails", "GetPayMethods", "GetPaymentMethods", "GetClientsProducts"],
)
def test_all_or_nothing(portal: Stack, ada: httpx2.Client, action: str) -> None:
    """One failed read, and nothing is said: neither a sum nor that there is no payment method."""
    portal.sandbox.break_with("error", action=action, message="Something odd")
    page = ada.get("/")
    assert page.status_code == 503
    assert "The billing system is unavailable." in page.text
    assert "€" not in page.text
    if action != "GetClientsProducts":
        assert ada.get(SUMMARY).json()["code"] == "billing_unavailable"


def test_home_for_somebody_who_may_see_no_invoices(portal: Stack) -> None:
    """Is what they may see first, not a refusal right after signing in; invoices stay closed."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 1}).raise_for_status()
        home = chidi.get("/", headers={"accept": "text/html"})
        assert (home.status_code, home.headers["location"]) == (303, "/subscriptions")
        assert chidi.get(home.headers["location"]).status_code == 200
        assert chidi.get("/invoices").status_code == 403
        assert chidi.get(SUMMARY).status_code == 403


def test_nothing_is_said_of_charges_unasked(portal: Stack, ada: httpx2.Client) -> None:
    """Without AUTOPAY_DAYS_BEFORE_DUE neither page says when a card is charged, and an invoice costs no more reads."""
    due = datetime.now(UTC).date() + timedelta(days=20)
    made = portal.sandbox.control("POST", "invoices", {"userid": 1, "amount": "25.00", "duedate": str(due)})
    portal.sandbox.wait_for_deliveries()
    portal.sandbox.forget_calls()
    invoice = ada.get(f"/invoices/{made['id']}", headers={"accept": "text/html"}).text
    assert "GetPayMethods" not in reads(portal)
    assert "saved card" not in invoice + ada.get("/", headers={"accept": "text/html"}).text

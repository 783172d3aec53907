"""One value that cannot be read, in whatever WHMCS sends: page and file go on without it, and say so."""

import csv
import io
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.forms import filled
from tests.stack import Stack, running_stack

KEPT = 1.2
"""Seconds: longer than anything counts here."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    ttl = {f"cache_ttl_{name}": "0.1" for name in ("invoice_list", "invoice", "payment_methods", "gateways")}
    with running_stack(tmp_path_factory.mktemp("values"), whmcs_timeout_seconds="5", **ttl) as running:
        yield running


@pytest.fixture
def ada(stack: Stack) -> Iterator[httpx2.Client]:
    stack.sandbox.mend()
    with stack.visitor("ada@example.com") as client:
        yield client
    stack.sandbox.mend()


def spoil(stack: Stack, action: str, row: int = 0, **values: Any) -> None:
    stack.sandbox.break_with("values", action=action, values=values, row=row)
    time.sleep(KEPT)


def test_contacts(stack: Stack, ada: httpx2.Client) -> None:
    """A switch and a text: the person stays in the list, and what is missing is named."""
    spoil(stack, "GetContacts", invoiceemails="maybe", city=False)
    shown = [item for item in ada.get("/api/v1/contacts").json()["items"] if item["unreadable"]]
    assert [(item["city"], item["unreadable"]) for item in shown] == [("", ["city", "emails"])]
    assert "City and E-mails: cannot be shown" in " ".join(ada.get("/contacts").text.split())


@pytest.mark.parametrize(
    ("values", "row"), [({"taxrate": "twenty"}, True), ({"amount": "1,234.56", "description": []}, False)]
)
def test_rate_and_lines_of_an_invoice(stack: Stack, ada: httpx2.Client, values: dict[str, Any], *, row: bool) -> None:
    """Its sums are WHMCS's own and stand."""
    number = stack.sandbox.notable("ada.due_soon")
    whole = ada.get(f"/api/v1/invoices/{number}").json()
    spoil(stack, "GetInvoice", number if row else 0, **values)
    read = ada.get(f"/api/v1/invoices/{number}").json()
    assert [read[name] for name in ("total", "balance", "subtotal")] == [
        whole[name] for name in ("total", "balance", "subtotal")
    ]
    (told,) = read["taxes"] if row else read["lines"]
    assert told["unreadable"] == (["rate"] if row else ["amount"])
    assert told["rate" if row else "amount"] is None
    page = ada.get(f"/invoices/{number}").text
    assert (page.count("cannot be shown") > 0, "€120.00" in page) == (True, True)


def test_a_tax_itself_is_money(stack: Stack, ada: httpx2.Client) -> None:
    number = stack.sandbox.notable("ada.due_soon")
    spoil(stack, "GetInvoice", number, tax="twenty")
    assert ada.get(f"/api/v1/invoices/{number}").json()["code"] == "billing_unavailable"


def test_a_clients_text(stack: Stack, ada: httpx2.Client) -> None:
    """Home and profile go on; saving another field does not write what could not be read."""
    spoil(stack, "GetClientsDetails", 1, companyname=False)
    assert ada.get("/").status_code == 200
    profile = ada.get("/api/v1/profile").json()
    assert (profile["company_name"], profile["unreadable"]) == ("", ["company_name"])
    assert "What is stored here cannot be shown." in ada.get("/profile").text
    stack.sandbox.forget_calls()
    assert ada.patch("/api/v1/profile", json={"company_name": "", "city": "Bath"}).status_code == 200
    (write,) = [call["params"] for call in stack.sandbox.calls() if call["action"] == "UpdateClient"]
    assert write == {"clientid": "1", "city": "Bath"}


def test_a_file_names_what_is_missing(stack: Stack, ada: httpx2.Client) -> None:
    """An empty cell would say that there is none."""
    number = stack.sandbox.notable("ada.overdue")
    spoil(stack, "GetInvoices", number, duedate="2024-00-00")
    spoil(stack, "GetTransactions", date="30/02/2025", gateway=False)
    (bill,) = [row for row in table(ada, "invoices") if row["id"] == str(number)]
    assert (bill["due_on"], bill["paid_at"]) == ("unreadable", "")
    (moved,) = [row for row in table(ada, "transactions") if row["date"] == "unreadable"]
    assert moved["gateway"] == "unreadable"


def table(caller: httpx2.Client, name: str) -> list[dict[str, str]]:
    text = caller.get(f"/api/v1/{name}.csv").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_custom_field_that_must_have_a_value(stack: Stack, ada: httpx2.Client) -> None:
    """Whatever is saved: the field is named, in words of ours, and the way leads to WHMCS's own page."""
    message = "You did not provide required custom field value for <b>VAT office & code</b>"
    stack.sandbox.break_with("error", action="UpdateClient", message=message)
    answer = ada.patch("/api/v1/profile", json={"city": "Leeds"}).json()
    (error,) = answer["errors"]
    assert (error["field"], "“<b>VAT office & code</b>”" in error["message"]) == ("profile", True)
    page = ada.post("/profile", data=filled(ada.get("/profile"), city="Leeds"), headers={"accept": "text/html"})
    assert (page.status_code, "You did not provide" in page.text) == (422, False)
    assert "&lt;b&gt;VAT office &amp; code&lt;/b&gt;" in page.text
    assert 'action="/profile/billing-site"' in page.text
    there = ada.post("/profile/billing-site")
    assert there.status_code == 303
    (link,) = [call["params"] for call in stack.sandbox.calls() if call["action"] == "CreateSsoToken"][-1:]
    assert link["sso_redirect_path"] == "clientarea.php?action=details"


def test_suspended_services_do_not_renew(stack: Stack, ada: httpx2.Client) -> None:
    """Least of all nine days late."""
    for service in [item["id"] for item in ada.get("/api/v1/subscriptions").json()["items"]]:
        stack.sandbox.control("PATCH", f"services/{service}", {"status": "Suspended", "next_due": "2026-01-01"})
    time.sleep(KEPT)
    for path in ("/", "/subscriptions"):
        page = ada.get(path).text.partition("Coming up</h" if path == "/" else "Subscriptions</h")[2]
        assert ("1 Jan 2026" in page, "days late" in page.partition("Payment method")[0]) == (False, False)
    assert "Suspended" in page


def test_whmcss_own_words_are_ours(ada: httpx2.Client) -> None:
    """Credit that was used, and by what was paid: no sentence and no module's name of WHMCS's."""
    credit, statement = ada.get("/credit").text, ada.get("/statement?from=2000-01-01&to=2100-01-01").text
    assert ("Used for an invoice" in credit, 'href="/invoices/1018"' in credit) == (True, True)
    assert ("Credit card (Stripe)" in statement, "Reference ch_" in statement) == (True, True)
    for page in (credit, statement):
        assert "Credit Applied" not in page
        assert "stripe" not in page

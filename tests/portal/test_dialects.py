"""What real WHMCS versions answer, and what the portal makes of it for the customer."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.orders.test_with_addon import ORDERED, place, status, wait
from tests.stack import Stack, running_stack

NOT_ENCODABLE = "Error generating JSON encoded response: Malformed UTF-8 characters, possibly incorrectly encoded"


KEPT = 1.2
"""Seconds: longer than anything counts here."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    # Nothing is kept for long, so that every read meets what WHMCS says now.
    ttl = {f"cache_ttl_{name}": "0.1" for name in ("invoice_list", "invoice", "payment_methods", "gateways")}
    with running_stack(tmp_path_factory.mktemp("dialects"), whmcs_timeout_seconds="5", **ttl) as running:
        yield running


@pytest.fixture(autouse=True)
def _whole(stack: Stack) -> Iterator[None]:
    stack.sandbox.control("POST", "reset")
    yield
    stack.sandbox.control("POST", "reset")
    time.sleep(KEPT)  # Failures are shared, and a WHMCS that refused us is left alone, for a second.


@pytest.fixture
def ada(stack: Stack) -> Iterator[httpx2.Client]:
    with stack.visitor("ada@example.com") as client:
        yield client


def spoil(stack: Stack, action: str, **values: Any) -> None:
    stack.sandbox.break_with("values", action=action, values=values)
    time.sleep(KEPT)


@pytest.mark.parametrize("status_errors", [True, False])
def test_a_missing_invoice_is_a_foreign_one(stack: Stack, ada: httpx2.Client, *, status_errors: bool) -> None:
    """Byte for byte, in every dialect; and seven of them close billing for nobody."""
    stack.sandbox.control("PUT", "quirks", {"status-errors": status_errors})
    foreign = stack.sandbox.control("GET", "invoices?client=2")[0]["id"]
    answers = [ada.get(f"/api/v1/invoices/{number}") for number in (foreign, *range(900_000, 900_007))]
    bodies = {answer.text.replace(answer.json()["request_id"], "") for answer in answers}
    assert (len(bodies), {answer.status_code for answer in answers}) == (1, {404})
    assert ada.get("/api/v1/invoices").status_code == 200


def test_an_order_where_the_addon_is_gone(stack: Stack, ada: httpx2.Client) -> None:
    """An action that is absent, or for WHMCS alone, is not offered: AddOrder does it, once."""
    for said in ("API Function Not Found", "Command Not Found", "API Command Restricted to Internal API"):
        stack.sandbox.control("PATCH", "settings", {"addon": True})
        stack.sandbox.control("PATCH", "clients/1", {"city": said[:9]})
        wait(lambda: "CounterfoilChanges" in stack.sandbox.actions())
        stack.sandbox.control("PATCH", "settings", {"addon": False, "unknown_action": said})
        stack.sandbox.forget_calls()
        order = place(ada)
        wait(lambda order=order: status(ada, order) == "active")
        assert stack.sandbox.actions().count("AddOrder") == 1


def test_an_operators_problem_refuses_no_order(stack: Stack, ada: httpx2.Client) -> None:
    """The administrator of the credentials is gone: the order waits, and goes on when that is mended."""
    stack.sandbox.break_with("error", message="An admin user is required", action="AddOrder")
    order = place(ada)
    wait(lambda: "AddOrder" in stack.sandbox.actions())
    assert status(ada, order) in {"accepted", "fulfilling"}
    stack.sandbox.mend()
    wait(lambda: status(ada, order) == "active")


@pytest.mark.parametrize("message", ["An admin user is required", "Forbidden IP 203.0.113.9", "Invalid IP 2001:db8::1"])
def test_an_operators_problem_is_unavailable(stack: Stack, ada: httpx2.Client, message: str) -> None:
    """And over as soon as it is mended: it comes as an answer, so WHMCS is not left alone for it."""
    stack.sandbox.break_with("error", message=message, action="GetInvoices")
    for _ in range(7):
        answer = ada.get("/api/v1/invoices")
        assert (answer.status_code, answer.json()["code"]) == (503, "billing_unavailable")
    stack.sandbox.mend()
    began = time.monotonic()
    wait(lambda: ada.get("/api/v1/invoices").status_code == 200)
    assert time.monotonic() - began < 5, "a failure is shared for a moment, and nothing is left alone"


def test_a_password_that_is_no_text(stack: Stack, ada: httpx2.Client) -> None:
    """What WHMCS cannot say in JSON it says in XML: home, subscriptions and orders go on, all of them the same."""
    before = ada.get("/api/v1/subscriptions").json()["items"]
    stack.sandbox.break_with("malformed-utf8", action="GetClientsProducts")
    assert ada.get("/api/v1/subscriptions").json()["items"] == before
    assert ada.get("/").status_code == 200
    order = place(ada)
    wait(lambda: status(ada, order) == "active")
    for action in ("GetInvoices", "GetInvoice", "GetClientsDetails", "GetPayMethods", "GetTransactions", "GetQuotes"):
        stack.sandbox.break_with("malformed-utf8", action=action)
    assert {
        ada.get(page).status_code for page in ("/", "/invoices", "/payment-methods", "/transactions", "/quotes")
    } == {200}


def test_home_without_a_part_that_cannot_be_given(stack: Stack, ada: httpx2.Client) -> None:
    """It names the part; the money is whole. The page of the part itself is unavailable."""
    due = ada.get("/api/v1/summary").json()["balance_due"][0]["amount"]
    for action in ("GetClientsProducts", "GetPayMethods"):
        stack.sandbox.break_with("error", message=NOT_ENCODABLE, action=action)
    time.sleep(KEPT)
    home = ada.get("/")
    assert home.status_code == 200
    assert "Payment methods cannot be shown right now." in home.text
    assert "Subscriptions cannot be shown right now." in home.text
    assert due in home.text.replace(",", "")
    assert {ada.get(page).status_code for page in ("/subscriptions", "/payment-methods", "/api/v1/summary")} == {503}


def test_home_without_the_ways_of_paying(stack: Stack, ada: httpx2.Client) -> None:
    """Whether a card can be used hangs on them, and nothing else on the page."""
    stack.sandbox.break_with("error", message=NOT_ENCODABLE, action="GetPaymentMethods")
    stack.sandbox.tell("gateway.changed")
    home = ada.get("/")
    assert home.status_code == 200
    assert "Payment methods cannot be shown right now." in home.text


def test_home_is_one_message_in_an_outage(stack: Stack, ada: httpx2.Client) -> None:
    """No whole answer in time is no broken record."""
    stack.sandbox.break_with("bad-gateway", action="GetPayMethods")
    assert ada.get("/").status_code == 503


def test_who_has_several_clients_signs_in(stack: Stack) -> None:
    """One client that cannot be read is listed by its number."""
    stack.sandbox.break_with("error", message=NOT_ENCODABLE, action="GetClientsDetails", params={"clientid": "4"})
    with stack.visitor("chidi@example.com") as chidi:
        names = {each["client_id"]: each["name"] for each in chidi.get("/api/v1/session").json()["clients"]}
    assert names[4] == "#4"
    assert len(names) > 1


@pytest.mark.parametrize("written", ["00/25", "N/A", "2030-02-28", False])
def test_a_card_of_unknown_expiry(stack: Stack, written: object) -> None:
    """It is shown, says so, and opens no order."""
    with stack.visitor("ada@example.com") as ada:
        for method in stack.sandbox.control("GET", "pay-methods?client=1"):
            if "Card" in method["type"]:
                stack.sandbox.break_with(
                    "values", action="GetPayMethods", values={"expiry_date": written}, row=method["id"]
                )
            else:
                stack.sandbox.control("DELETE", f"pay-methods/{method['id']}?tell=false")
        items = ada.get("/api/v1/payment-methods").json()["items"]
        assert [(each["expires_on"], each["unreadable"]) for each in items] == [(None, ["expires_on"])] * len(items)
        assert "Expiry date unknown" in ada.get("/payment-methods").text
        assert ada.get("/").status_code == 200
        assert ada.get("/api/v1/summary").json()["has_usable_payment_method"] is False
        refused = ada.post("/api/v1/orders", json=ORDERED, headers={"Idempotency-Key": "unknown-expiry"})
        assert refused.json()["code"] == "payment_method_missing"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"billingcycle": ""}, "Billing cycle cannot be shown"),
        ({"billingcycle": "Weekly"}, "Billing cycle cannot be shown"),
        ({"status": ""}, "cannot be shown"),
        ({"recurringamount": ""}, "cannot be shown"),
        ({"nextduedate": "30/02/2025"}, "cannot be shown"),
    ],
)
def test_a_service_without_what_cannot_be_read(
    stack: Stack, ada: httpx2.Client, values: dict[str, str], said: str
) -> None:
    """It stands in the list, which says what is missing; the log names WHMCS's field once for each answer."""
    count = len(ada.get("/api/v1/subscriptions").json()["items"])
    spoil(stack, "GetClientsProducts", **values)
    assert len(ada.get("/api/v1/subscriptions").json()["items"]) == count
    page = ada.get("/subscriptions")
    assert (page.status_code, said in page.text) == (200, True)
    assert ada.get("/").status_code == 200
    warned = [line for line in stack.logged() if "cannot be read" in line["event"]]
    assert set(warned[-1]["fields"]) == set(values)


def test_a_credit_that_is_no_amount(stack: Stack, ada: httpx2.Client) -> None:
    """Nobody is told that it is 1, or 0; what is due stands beside it; the statement, which needs it, is refused."""
    due = ada.get("/api/v1/summary").json()["balance_due"]
    spoil(stack, "GetClientsDetails", credit="1,234.56")
    summary = ada.get("/api/v1/summary").json()
    assert (summary["credit"], summary["balance_due"]) == (None, due)
    assert "cannot be shown" in ada.get("/").text
    assert "cannot be shown" in ada.get("/credit").text
    assert ada.get("/invoices").status_code == 200
    assert ada.get("/statement").status_code == 503


def test_an_invoice_with_an_odd_date(stack: Stack, ada: httpx2.Client) -> None:
    """The list and the page go on, and say what cannot be shown."""
    overdue = stack.sandbox.notable("ada.overdue")
    for action in ("GetInvoices", "GetInvoice"):
        stack.sandbox.break_with("values", action=action, values={"duedate": "2024-00-00"}, row=overdue)
    listed = ada.get("/api/v1/invoices?page_size=100").json()["items"]
    (odd,) = [each for each in listed if each["unreadable"]]
    assert (odd["id"], odd["due_on"], odd["unreadable"]) == (overdue, None, ["due_on"])
    assert "cannot be shown" in ada.get("/invoices?view=to_pay").text
    assert ada.get(f"/invoices/{odd['id']}").status_code == 200


def test_a_quantity_in_words(stack: Stack, ada: httpx2.Client) -> None:
    """A line of a quote is shown without it."""
    spoil(stack, "GetQuotes", quantity="2 hrs")
    page = ada.get("/quotes")
    assert (page.status_code, "Quantity cannot be shown" in page.text) == (200, True)


def test_a_whmcs_of_another_version_lets_nobody_in(stack: Stack) -> None:
    """Before 8 the owner of a client and its contacts are one number. A clear sentence says so, on the page too."""
    stack.sandbox.control("PATCH", "settings", {"version": "7.10.3"})
    for email in ("ada@example.com", "chidi@example.com"):
        with stack.visitor() as anybody:
            password = {"email": email, "password": "demo-password-1"}
            refused = anybody.post("/api/v1/session", json=password)
            assert (refused.status_code, refused.json()["code"]) == (503, "billing_unavailable")
            assert "too old" in refused.json()["detail"]
            assert "too old" in anybody.post("/sign-in", data=password).text


def test_pages_at_another_address_than_the_api(tmp_path: Path) -> None:
    """WHMCS_PUBLIC_URL: links lead there, forms may, and one-time links must."""
    public = "https://my.example.com"
    with running_stack(tmp_path, whmcs_public_url=f"{public}/whmcs") as other, other.visitor("ada@example.com") as ada:
        invoice = other.sandbox.notable("ada.overdue")
        path = f"/api/v1/invoices/{invoice}/payment-link"
        assert ada.post(path).json()["url"] == f"{public}/whmcs/viewinvoice.php?id={invoice}"
        other.sandbox.control("PATCH", "settings", {"system_url": f"{public}/whmcs"})
        assert ada.post(path).json()["url"].startswith(f"{public}/whmcs/oauth/singlesignon.php?access_token=")
        policy = ada.get("/invoices").headers["content-security-policy"]
        assert f"form-action 'self' {public}" in policy
        assert other.sandbox.url not in policy

"""The statement of account, from outside: JSON and page."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import httpx2
import pytest
from playwright.sync_api import expect

from counterfoil.web.views.periods import usual_periods
from tests.browser import sign_in
from tests.conftest import OpenPage
from tests.stack import Stack

ALL = "/api/v1/statement?from=2000-01-01&to=2100-01-01"


@pytest.fixture(autouse=True)
def _untouched(portal: Stack) -> Iterator[None]:
    portal.sandbox.control("POST", "reset")
    portal.sandbox.tell("gateway.changed")
    yield
    portal.sandbox.mend()


def test_closes_with_what_whmcs_says(portal: Stack, ada: httpx2.Client) -> None:
    """Open invoices less credit; read in as few calls as there are things to read."""
    portal.sandbox.forget_calls()
    (account,) = ada.get(ALL).json()["accounts"]
    books = portal.sandbox.control("GET", "invoices?client=1")
    open_ = [row for row in books if row["status"] in {"Unpaid", "Payment Pending", "Collections"}]
    owed = sum((Decimal(row["balance"]) for row in open_), Decimal(0))
    assert account["closing"] == {"amount": str(owed - 12), "currency": "EUR"}
    assert (account["is_reconciled"], account["difference"]["amount"]) == (True, "0.00")
    calls = sorted(action for action in portal.sandbox.actions() if not action.startswith("GetUser"))
    read = ["GetClientsDetails", "GetCredits", *["GetInvoice"] * len(open_), "GetInvoices", "GetTransactions"]
    assert calls == read


def test_periods_follow_each_other(ada: httpx2.Client) -> None:
    """One closes with what the next opens with, and each adds up."""
    years = [ada.get(f"/api/v1/statement?from={year}-01-01&to={year}-12-31").json() for year in range(2020, 2028)]
    accounts = [year["accounts"][0] for year in years]
    assert [each["closing"] for each in accounts[:-1]] == [each["opening"] for each in accounts[1:]]
    for each in accounts:
        services = ("opening", "invoiced", "paid", "refunded", "credited", "adjusted")
        assert sum(Decimal(each[part]["amount"]) for part in services) == Decimal(each["closing"]["amount"])
        assert not each["lines"] or each["lines"][-1]["balance"] == each["closing"]


WRONG = [
    ("from=2026-02-01&to=2026-01-31", {"to": "The period ends before it begins."}),
    ("from=x&to=2026-02-30", {"from": "Enter the first day as a date", "to": "Enter the last day as a date"}),
]


@pytest.mark.parametrize(("query", "messages"), WRONG)
def test_a_period_that_is_none(ada: httpx2.Client, query: str, messages: dict[str, str]) -> None:
    """The form stays, with what was typed; the summary leads to each field, and there stands what is wrong."""
    assert ada.get(f"/api/v1/statement?{query}").json()["code"] == "validation_failed"
    answer = ada.get(f"/statement?{query}")
    page = answer.text
    assert (answer.status_code, answer.headers["cache-control"]) == (422, "no-store")
    assert "<title>Error: Statement" in page
    for name, message in messages.items():
        assert re.search(rf'<a href="#{name}">\w+</a>: {message}', page)
        assert re.search(rf'id="{name}-error">.*{message}', page)
        assert re.search(rf'name="{name}" value="[^"]+"[^>]* aria-invalid="true" aria-describedby="{name}-error"', page)
    assert page.count("aria-invalid") == len(messages)


def test_usual_periods() -> None:
    """Whole months, quarters and years that are over, and this year so far."""
    days = {label: f"{first} {last}" for label, first, last in usual_periods(date(2026, 1, 31))}
    assert days == {
        "Last month": "2025-12-01 2025-12-31",
        "Last quarter": "2025-10-01 2025-12-31",
        "This year": "2026-01-01 2026-01-31",
        "Last year": "2025-01-01 2025-12-31",
    }
    (_, *quarter), (_, *year) = usual_periods(date(2024, 5, 1))[1::2]
    assert (quarter, year) == (
        [date(2024, 1, 1), date(2024, 3, 31)],
        [date(2023, 1, 1), date(2023, 12, 31)],
    )


def test_the_page(portal: Stack, open_page: OpenPage) -> None:
    """From the list with its year, to another period, and on paper without the form."""
    page = open_page()
    sign_in(page, portal.url, "bob@example.com")
    page.goto(f"{portal.url}/invoices?year=2026")
    page.get_by_role("link", name="Statement 2026").click()
    expect(page.get_by_role("heading", name="Statement")).to_be_visible()
    expect(page.get_by_label("From")).to_have_value("2026-01-01")
    expect(page.get_by_text("Up to date.")).to_be_visible()
    page.get_by_label("From").fill("2020-01-01")
    page.get_by_label("To").fill("2020-12-31")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("from=2020-01-01&to=2020-12-31"))
    expect(page.get_by_text("No transactions in this period.")).to_be_visible()
    page.get_by_role("link", name="Last year").click()
    expect(page.get_by_role("link", name="Last year")).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("To")).to_have_value(re.compile("-12-31$"))
    page.emulate_media(media="print")
    expect(page.locator(".period")).to_be_hidden()
    expect(page.get_by_text("Closing balance")).to_be_visible()
    expect(page.get_by_text("Up to date.")).to_be_visible()


def test_all_or_nothing(portal: Stack, ada: httpx2.Client) -> None:
    """Without the payments there is no statement, rather than one that says that nothing was paid."""
    portal.sandbox.break_with("status", action="GetTransactions")
    assert ada.get(ALL).json()["code"] == "billing_unavailable"
    page = ada.get("/statement")
    assert (page.status_code, "The billing system is unavailable." in page.text) == (503, True)

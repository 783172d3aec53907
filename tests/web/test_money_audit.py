"""An audit: whatever the portal says about money is what stands in WHMCS's books, added up here on its own.

The books are read through the sandbox's control interface, which shares no code with its API or with the portal.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from counterfoil.web.text.catalogue import translator
from tests.stack import Stack

PEOPLE, CROWD = range(1, 11), range(101, 125)
OPEN = {"Unpaid", "Payment Pending", "Collections"}
EVERYTHING = "from=2000-01-01&to=2100-01-01"

Books = list[dict[str, Any]]


def books_of(portal: Stack, client_id: int) -> Books:
    """All that a customer may know of: no drafts."""
    rows = portal.sandbox.control("GET", f"invoices?client={client_id}")
    return [row for row in rows if row["status"] != "Draft"]


@pytest.fixture(scope="module")
def whmcs(request: pytest.FixtureRequest, portal: Stack) -> Stack:
    """Both meanings of an invoice's total, and amounts that nobody bills every day."""
    sandbox = portal.sandbox
    sandbox.control("POST", "reset")
    sandbox.control("PATCH", "settings", {"version": request.param})
    sandbox.control("PATCH", "clients/8", {"currency": 4})
    for client_id in (1, 5, 8):
        strange(portal, client_id)
    sandbox.tell("gateway.changed")
    return portal


def strange(portal: Stack, client_id: int) -> None:
    def bill(amount: str, **more: str) -> int:
        made = portal.sandbox.control("POST", "invoices", {"userid": client_id, "amount": amount, **more})
        return int(made["id"])

    def change(invoice_id: int, **changes: str) -> None:
        portal.sandbox.control("PATCH", f"invoices/{invoice_id}", changes)

    bill("1000000000000.00")
    bill("0.00")
    bill("-25.00")
    bill("11.00", status="Collections")
    portal.sandbox.control("PATCH", f"clients/{client_id}", {"add_credit": "100.00"})
    change(bill("60.00"), apply_credit="35.00")
    change(bill("80.00"), apply_credit="20.00", pay="50.00")
    change(bill("40.00"), pay="all")
    change(bill("90.00"), pay="all", refund="30.00")
    change(bill("70.00"), pay="all", refund="all")
    change(bill("15.00"), pay="5.00", status="Cancelled")


@pytest.fixture
def client(request: pytest.FixtureRequest, whmcs: Stack) -> Iterator[tuple[int, httpx2.Client]]:
    """Each seeded client's owner; Tess, who has two-factor on, is let in without it."""
    client_id: int = request.param
    whmcs.sandbox.control("PATCH", "users/5", {"two_factor": False})
    email = whmcs.sandbox.api("GetClientsDetails", clientid=client_id)["client"]["email"]
    with whmcs.visitor(email) as caller:
        caller.put("/api/v1/session/client", json={"client_id": client_id}).raise_for_status()
        yield client_id, caller


def digits(amount: Decimal, currency: str) -> str:
    """In the currency's own digits, by ISO 4217."""
    return f"{amount:.{0 if currency == 'JPY' else 3 if currency == 'BHD' else 2}f}"


@pytest.mark.parametrize("client", [*PEOPLE, *CROWD], indirect=True)
@pytest.mark.parametrize("whmcs", ["8.13.1", "9.0.0"], indirect=True, scope="module")
def test_all_say_the_same_as_the_books(whmcs: Stack, client: tuple[int, httpx2.Client]) -> None:
    """List, file, summary and statement, to the last digit."""
    client_id, caller = client
    books = books_of(whmcs, client_id)
    account = whmcs.sandbox.api("GetClientsDetails", clientid=client_id)["client"]
    currency, credit = account["currency_code"], Decimal(account["credit"])
    audit_list_and_file(whmcs, caller, books, currency)
    audit_summary(whmcs, caller, books, digits(credit, currency), currency)
    audit_statement(caller, books, credit, currency)
    audit_pages(caller, books, currency)


def audit_list_and_file(whmcs: Stack, caller: httpx2.Client, books: Books, currency: str) -> None:
    before_credit = whmcs.sandbox.control("GET", "settings")["version"].startswith("9")
    expected = {}
    for row in books:
        total = Decimal(row["total"]) - (0 if before_credit else Decimal(row["credit"]))
        due = Decimal(row["balance"]) if row["status"] in OPEN else Decimal(0)
        expected[str(row["id"])] = (digits(total, currency), digits(due, currency))
    answer = caller.get("/api/v1/invoices.csv")
    assert answer.status_code == 200, answer.text
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert {row["id"]: (row["total"], row["amount_due"]) for row in rows} == expected
    # Of ten thousand the pages are looked at that have open ones.
    query = "page_size=100" if len(books) < 1000 else "page_size=100&status=unpaid"
    items = caller.get(f"/api/v1/invoices?{query}").json()["items"]
    assert items or not books
    for item in items:
        assert (item["total"]["amount"], item["amount_due"]["amount"]) == expected[str(item["id"])]
        assert item["total"]["currency"] == item["amount_due"]["currency"] == currency


def audit_summary(whmcs: Stack, caller: httpx2.Client, books: Books, credit: str, currency: str) -> None:
    today = whmcs.sandbox.control("GET", "people")["today"]
    unpaid = [row for row in books if row["status"] == "Unpaid"]
    owed = [row for row in unpaid if Decimal(row["balance"]) > 0]
    late = [row for row in owed if row["duedate"] < today]
    summary = caller.get("/api/v1/summary").json()
    assert summary["credit"] == {"amount": credit, "currency": currency}
    for name, rows in (("balance_due", owed), ("overdue", late)):
        amount = digits(sum((Decimal(row["balance"]) for row in rows), Decimal(0)), currency)
        assert summary[name] == [{"amount": amount, "currency": currency}], name
    assert (summary["unpaid_count"], summary["overdue_count"]) == (len(unpaid), len(late))
    for status, rows in (("unpaid", unpaid), ("overdue", late)):
        assert caller.get(f"/api/v1/invoices?status={status}&page_size=1").json()["total"] == len(rows), status
    assert summary["next_due_on"] == min((row["duedate"] for row in owed if row["duedate"] >= today), default=None)


def audit_statement(caller: httpx2.Client, books: Books, credit: Decimal, currency: str) -> None:
    """Over all time: it closes with what is open less the credit, and its parts are those of the books."""
    answer = caller.get(f"/api/v1/statement?{EVERYTHING}")
    if len(books) > 5_000:
        assert answer.json()["code"] == "validation_failed"
        return
    (account,) = answer.json()["accounts"]
    whmcss = sum((Decimal(row["balance"]) for row in books if row["status"] in OPEN), -credit)
    assert account["whmcs_today"] == {"amount": digits(whmcss, currency), "currency": currency}
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in account["lines"]:
        sums[line["kind"]] += Decimal(line["amount"]["amount"])
    assert sums["invoice"] == sum((Decimal(row["total"]) for row in books), Decimal(0))
    assert sums["payment"] + sums["refund"] == -sum((Decimal(row["paid"]) for row in books), Decimal(0))
    assert account["closing"] == account["owed_today"] == account["whmcs_today"]
    assert (account["is_reconciled"], Decimal(account["difference"]["amount"])) == (True, 0)


PARTS = {
    "Amount due": 1,
    "Being processed": 1,
    "With collections": 1,
    "Other open invoices": 1,
    "Invoices in your favour": 1,
    "Less credit": -1,
}
IN_ALL = {"You owe in all": 1, "In your favour in all": -1}
LABELS = {*PARTS, *IN_ALL, "Overdue", "Open invoices"}


def audit_pages(caller: httpx2.Client, books: Books, currency: str) -> None:
    """Whoever adds up what home and the list say by their labels comes to what the statement says, and whoever adds up
    the bold amounts of the list to its head.
    """
    statement = caller.get(f"/statement?{EVERYTHING}")
    for path in ("/", "/invoices"):
        page = caller.get(path).text
        (figures,) = re.findall(r'<dl class="figures">(.*?)</dl>', page, re.DOTALL)
        said = labelled(page, figures, currency)
        if "Open invoices" in said:
            assert len(books) > 5_000
            return
        summed = sum((said[label] * sign for label, sign in PARTS.items() if label in said), Decimal(0))
        owed = sum((said[label] * sign for label, sign in IN_ALL.items() if label in said), Decimal(0))
        assert summed == (owed if said.keys() & IN_ALL.keys() else said["Amount due"]), said
        if len(books) > 5_000:
            assert statement.status_code == 422
            continue
        (today,) = re.findall(r'<dl class="totals today">(.*?)</dl>', statement.text, re.DOTALL)
        told = labelled(page, today, currency)
        assert told == {label: said[label] for label in told}
        assert {*told} == {*said} - {"Overdue"}
    if len(books) < 1_000:
        assert bold(caller, currency) == said["Amount due"]


def labelled(page: str, part: str, currency: str) -> dict[str, Decimal]:
    """By the English labels, whatever the customer's language is."""
    (language,) = re.findall(r'<html lang="([a-z]+)"', page)
    english = {translator(language)(label): label for label in LABELS}
    found = re.findall(r"<dt>([^<]*)</dt>\s*<dd>([^<]*)</dd>", part)
    return {english[label]: number(text, currency) for label, text in found if label in english}


def number(text: str, currency: str) -> Decimal:
    """Of an amount in the currency's own digits, in whatever language."""
    units = Decimal(re.sub(r"[^0-9]", "", text)) * (-1 if "\u2212" in text else 1)
    return units.scaleb(-len(digits(Decimal(0), currency).partition(".")[2]))


def bold(caller: httpx2.Client, currency: str) -> Decimal:
    """What the rows of all pages ask for."""
    found, href = Decimal(0), "/invoices"
    while href:
        page = caller.get(href).text
        for row in re.findall(r"<tr role=\"row\"(?: class=\"([^\"]*)\")?>(.*?)</tr>", page, re.DOTALL):
            owed = re.search(r'class="amount owed">.*?</span> ([^<]*)</td>', row[1], re.DOTALL)
            if owed and not {"settled", "not-asked"} & set(row[0].split()):
                found += number(owed[1], currency)
        following = re.search(r'rel="next" href="([^"]*)"', page)
        href = following[1].replace("&amp;", "&") if following else ""
    return found

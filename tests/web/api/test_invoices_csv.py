"""The invoice list as a file for spreadsheets: whole, exact, harmless."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import pytest
from playwright.sync_api import expect

from tests.browser import Complaints, sign_in
from tests.conftest import OpenPage
from tests.stack import Stack

FILE = "/api/v1/invoices.csv"


@pytest.fixture(autouse=True)
def _untouched(portal: Stack) -> Iterator[None]:
    portal.sandbox.control("POST", "reset")
    portal.sandbox.tell("gateway.changed")
    yield
    portal.sandbox.mend()


def table(answer: httpx2.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_all_pages_in_one_file(ada: httpx2.Client) -> None:
    """What the list shows on its pages, in the same order, to the last digit."""
    rows = table(ada.get(FILE))
    listed = ada.get("/api/v1/invoices?page_size=100").json()["items"]
    assert [
        (row["id"], row["number"], row["status"], row["total"], row["amount_due"], row["due_on"]) for row in rows
    ] == [
        (
            str(item["id"]),
            item["number"],
            item["status"],
            item["total"]["amount"],
            item["amount_due"]["amount"],
            item["due_on"] or "",
        )
        for item in listed
    ]
    assert {row["currency"] for row in rows} == {"EUR"}
    assert {row["is_payable"] for row in rows} == {"true", "false"}


@pytest.mark.parametrize(
    "query", ["status=unpaid", "status=overdue&sort=due_date", "q=INV", "from=2020-01-01&sort=total"]
)
def test_same_filters_as_the_list(ada: httpx2.Client, query: str) -> None:
    listed = ada.get(f"/api/v1/invoices?page_size=100&{query}").json()["items"]
    assert [row["id"] for row in table(ada.get(f"{FILE}?{query}"))] == [str(item["id"]) for item in listed]
    assert ada.get(f"{FILE}?status=nonsense").json()["code"] == "validation_failed"


def test_opens_in_excel(ada: httpx2.Client) -> None:
    """UTF-8 with a byte-order mark, as an attachment with a name; and it says of which moment it is."""
    answer = ada.get(FILE)
    assert answer.content.startswith(b"\xef\xbb\xbfid,number,")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="invoices-')
    assert answer.headers["cache-control"] == "private, no-cache"
    assert datetime.fromisoformat(answer.headers["as-of"]) <= datetime.now(UTC)


def test_an_unchanged_file_is_not_sent_again(portal: Stack, ada: httpx2.Client) -> None:
    """By its content, not by its age: read anew it is the same file, and a changed invoice makes it another one."""
    first = ada.get(FILE)
    known = {"if-none-match": first.headers["etag"]}
    portal.sandbox.tell("client.updated", client_id=1)
    again = ada.get(FILE, headers=known)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert again.headers["as-of"] > first.headers["as-of"]
    assert ada.get(f"{FILE}?status=paid", headers=known).status_code == 200
    portal.sandbox.control("PATCH", f"invoices/{portal.sandbox.notable('ada.due_soon')}", {"number": "INV-NEW"})
    portal.sandbox.wait_for_deliveries()
    changed = ada.get(FILE, headers=known)
    assert "INV-NEW" in {row["number"] for row in table(changed)}
    assert changed.headers["etag"] != first.headers["etag"]


def test_a_hostile_number_from_whmcs(portal: Stack, ada: httpx2.Client) -> None:
    invoice_id = portal.sandbox.notable("ada.due_soon")
    portal.sandbox.control("PATCH", f"invoices/{invoice_id}", {"number": '=HYPERLINK("http://evil.example")'})
    portal.sandbox.wait_for_deliveries()
    numbers = {row["number"] for row in table(ada.get(FILE))}
    assert '\'=HYPERLINK("http://evil.example")' in numbers


def test_ten_thousand_invoices(portal: Stack) -> None:
    """One call for the list and one for each open invoice; the file is whole."""
    with portal.visitor("max@example.com") as max_:
        portal.sandbox.forget_calls()
        rows = table(max_.get(FILE))
        books = {row["id"]: row for row in portal.sandbox.control("GET", "invoices?client=7")}
        open_ = [row for row in rows if row["status"] in {"unpaid", "payment_pending", "collections"}]
        assert (len(rows), len({row["id"] for row in rows})) == (10_000, 10_000)
        assert {row["id"]: row["amount_due"] for row in open_} == {
            row["id"]: books[int(row["id"])]["balance"] for row in open_
        }
        assert sorted(set(portal.sandbox.actions())) == ["GetInvoice", "GetInvoices"]
        assert len(portal.sandbox.calls()) == 1 + len(open_)


def test_limited_for_each_user(portal: Stack) -> None:
    with portal.visitor("bob@example.com") as bob, portal.visitor("yuki@example.com") as yuki:
        answers = [bob.get(f"{FILE}?status=paid") for _ in range(31)]
        assert [answer.status_code for answer in answers] == [200] * 30 + [429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert yuki.get(FILE).status_code == 200


def test_the_list_offers_it_with_its_filters(portal: Stack, open_page: OpenPage, complaints: Complaints) -> None:
    """The button says that the file is prepared; if that fails, the reason is shown instead of a broken file."""
    page = open_page(accept_downloads=True)
    sign_in(page, portal.url, "chidi@example.com")
    page.goto(f"{portal.url}/invoices?view=paid")
    with page.expect_download() as download:
        page.locator(".export summary").click()
        page.get_by_role("link", name="For programs (CSV)").click()
    text = download.value.path().read_bytes().decode("utf-8-sig")
    assert {row["status"] for row in csv.DictReader(io.StringIO(text))} == {"paid"}
    assert download.value.suggested_filename.startswith("invoices-")

    complaints.expected.append("503")
    portal.sandbox.break_with("status", action="GetInvoices")
    portal.sandbox.tell("client.updated", client_id=3)
    page.get_by_role("link", name="For programs (CSV)").click()
    expect(page.get_by_role("heading", name="Billing system unavailable")).to_be_visible()


def test_a_failure_is_no_file(portal: Stack, ada: httpx2.Client) -> None:
    """When WHMCS fails before the end there is no beginning of a file that looks whole."""
    portal.sandbox.break_with(
        "status", action="GetInvoice", params={"invoiceid": str(portal.sandbox.notable("ada.overdue"))}
    )
    answer = ada.get(FILE)
    assert (answer.status_code, answer.json()["code"]) == (503, "billing_unavailable")
    page = ada.get("/invoices.csv")
    assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "The billing system is unavailable." in page.text

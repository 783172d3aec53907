"""Payments and refunds as a file: whole, exact, and the same as the list."""

import csv
import io

import httpx2

from tests.stack import Stack

FILE = "/api/v1/transactions.csv"


def test_all_of_them_to_the_last_digit(ada: httpx2.Client) -> None:
    """In the order of the list; a refund is below 0 and stays a number."""
    answer = ada.get(FILE)
    assert answer.content.startswith(b"\xef\xbb\xbfid,date,")
    assert ada.get(FILE, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    pages = [ada.get(f"/api/v1/transactions?page_size=100&page={page}").json()["items"] for page in (1, 2)]
    items = [item for page in pages for item in page]
    fields = ("id", "amount", "date", "kind")
    assert [tuple(row[name] for name in fields) for row in rows] == [
        (str(item["id"]), item["amount"]["amount"], item["date"], item["kind"]) for item in items
    ]
    assert "-18.00" in {row["amount"] for row in rows}


def test_offered_on_the_page(ada: httpx2.Client) -> None:
    assert 'href="/transactions.csv"' in ada.get("/transactions").text
    assert ada.get("/transactions.csv").headers["content-type"] == "text/csv; charset=utf-8"


def test_takes_the_permission_and_a_whole_answer(portal: Stack, ada: httpx2.Client) -> None:
    """What is not known is not left out."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 1}).raise_for_status()
        assert chidi.get(FILE).json()["code"] == "permission_denied"
    portal.sandbox.break_with("truncated-json", action="GetTransactions")
    portal.sandbox.tell("client.updated", client_id=1)
    assert ada.get(FILE).json()["code"] == "billing_unavailable"

"""Searching the list from outside: what is pasted with invisible marks, and amounts, in page, API and file alike."""

import csv
import io
from collections.abc import Iterator

import httpx2
import pytest

from tests.stack import Stack


@pytest.fixture(scope="module")
def bill(portal: Stack) -> Iterator[dict[str, str]]:
    """Of 1,234.50, of which 1,000.00 are paid."""
    portal.sandbox.control("POST", "reset")
    made = portal.sandbox.control("POST", "invoices", {"userid": 1, "amount": "1234.50"})
    yield portal.sandbox.control("PATCH", f"invoices/{made['id']}", {"pay": "1000.00"})
    portal.sandbox.mend()


@pytest.mark.parametrize(
    "shown", ["{number}\u200b", "#{number}", "€1,234.50", "1.234,50\u00a0€", "234,50 €", "￥234.50"]
)
def test_page_api_and_file_find_the_same(ada: httpx2.Client, bill: dict[str, str], shown: str) -> None:
    """The total as well as what is due, as any language writes them; the search box is there again."""
    text = shown.format(**bill)
    page = ada.get("/invoices", params={"q": text}, headers={"accept": "text/html"})
    assert page.status_code == 200
    assert (bill["number"] in page.text, 'name="q"' in page.text, "\u200b" in page.text) == (True, True, False)
    items = ada.get("/api/v1/invoices", params={"q": text}).json()["items"]
    file = ada.get("/api/v1/invoices.csv", params={"q": text}).content.decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(file, newline=""))
    assert [item["number"] for item in items] == [row["number"] for row in rows] == [bill["number"]]


def test_nothing_but_marks_is_no_search(ada: httpx2.Client, bill: dict[str, str]) -> None:
    page = ada.get("/invoices", params={"q": "\u200b\u202a"}, headers={"accept": "text/html"})
    assert (page.status_code, bill["number"] in page.text) == (200, True)

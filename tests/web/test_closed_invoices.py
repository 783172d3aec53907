"""An invoice that asks for no money any more, whatever balance WHMCS still computes for it."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.stack import Stack


@pytest.fixture
def billed(portal: Stack) -> Iterator[int]:
    """An invoice over 31.00, in a WHMCS as it was seeded."""
    portal.sandbox.control("POST", "reset")
    yield int(portal.sandbox.control("POST", "invoices", {"userid": 1, "amount": "31.00"})["id"])
    portal.sandbox.mend()


@pytest.mark.parametrize(
    "told",
    [
        ([{"pay": "all"}, {"refund": "10.00"}], ["Paid</p>", "€31.00", "Refunded: €10.00", "Not asked for any more"]),
        ([{"pay": "50.00"}], ["Paid</p>", "€50.00", "Paid beyond the total: €19.00"]),
        ([{"apply_credit": "all"}], ["Paid</p>", "€31.00", "By credit: €31.00"]),
    ],
    ids=["partly refunded", "paid too much", "paid by credit"],
)
@pytest.mark.parametrize("version", ["8.13.1", "9.0.0"])
def test_what_came_in_is_told_by_parts(
    portal: Stack, ada: httpx2.Client, billed: int, version: str, told: tuple[list[dict[str, str]], list[str]]
) -> None:
    """Whatever WHMCS means by the total: a reader can follow from it to what is due."""
    portal.sandbox.control("PATCH", "settings", {"version": version})
    portal.sandbox.control("PATCH", "clients/1", {"add_credit": "100.00"})
    moves, words = told
    for move in moves:
        portal.sandbox.control("PATCH", f"invoices/{billed}", move)
    page = ada.get(f"/invoices/{billed}", headers={"accept": "text/html", "cache-control": "no-cache"}).text
    places = [page.find(each) for each in words]
    assert -1 not in places, dict(zip(words, places, strict=True))
    assert places == sorted(places)


@pytest.mark.parametrize(
    "end",
    [[{"status": "Cancelled"}], [{"pay": "all"}, {"refund": "all"}], [{"status": "Paid"}]],
    ids=["cancelled", "refunded", "marked as paid without a payment"],
)
def test_nothing_is_due_on_it(portal: Stack, ada: httpx2.Client, billed: int, end: list[dict[str, Any]]) -> None:
    """List and page agree; the API's `balance` is WHMCS's own."""
    for change in end:
        portal.sandbox.control("PATCH", f"invoices/{billed}", change)
    told = ada.get(f"/api/v1/invoices/{billed}").json()
    assert told["balance"]["amount"] == "31.00"
    (listed,) = [item for item in ada.get("/api/v1/invoices?page_size=100").json()["items"] if item["id"] == billed]
    assert listed["amount_due"]["amount"] == "0.00"
    page = ada.get(f"/invoices/{billed}", headers={"accept": "text/html"}).text
    due = re.findall(r"Amount due</(?:p|dt)>\s*<(?:p|dd)[^>]*>([^<]*)<", page)
    assert due, "the page does not say what is due"
    assert {re.sub(r"[^0-9.]", "", amount) for amount in due} == {"0.00"}

"""The sums of an invoice read from above to below, whatever WHMCS's version means by its total."""

import re
from collections.abc import Iterator
from decimal import Decimal

import httpx2
import pytest

from tests.stack import Stack


@pytest.fixture(params=["8.13.1", "9.0.1"])
def whmcs(request: pytest.FixtureRequest, portal: Stack) -> Iterator[Stack]:
    portal.sandbox.control("POST", "reset")
    portal.sandbox.control("PATCH", "settings", {"version": request.param})
    portal.sandbox.control("PATCH", "clients/1", {"add_credit": "100.00"})
    yield portal
    portal.sandbox.control("POST", "reset")
    portal.sandbox.mend()


@pytest.mark.parametrize("pay", [None, "5.00", "all"])
def test_each_line_adds_to_the_next(whmcs: Stack, ada: httpx2.Client, pay: str | None) -> None:
    """Before version 9 the credit stands above the total, from 9 on below: where it is taken off."""
    number = whmcs.sandbox.control("POST", "invoices", {"userid": 1, "amount": "60.00"})["id"]
    whmcs.sandbox.control("PATCH", f"invoices/{number}", {"apply_credit": "10.00"})
    if pay:
        whmcs.sandbox.control("PATCH", f"invoices/{number}", {"pay": pay})
    page = ada.get(f"/invoices/{number}", headers={"accept": "text/html"}).text
    (sums,) = re.findall(r'<dl class="totals">(.*?)</dl>', page, re.DOTALL)
    lines = re.findall(r"<dt>([^<]*)</dt>\s*<dd>([^<]*)</dd>", sums)
    assert [label for label, _ in lines].count("Credit used") == 1
    running = Decimal(0)
    for label, shown in lines:
        amount = Decimal(re.sub(r"[^0-9.-]", "", shown.replace("\u2212", "-")))
        if label in {"Total", "Amount due"}:
            assert amount == running, (label, lines)
        else:
            running += amount

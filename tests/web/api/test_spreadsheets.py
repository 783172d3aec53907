"""Files for people: as a spreadsheet of the reader's language takes them, and with the same figures as for programs."""

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal

import httpx2
import pytest

from tests.stack import Stack

NAMES = ("invoices", "transactions", "statement")


@pytest.fixture(scope="module")
def german(portal: Stack) -> Iterator[httpx2.Client]:
    """Ada, who reads German, with an invoice whose number is a formula."""
    invoice_id = portal.sandbox.notable("ada.due_soon")
    portal.sandbox.control("PATCH", f"invoices/{invoice_id}", {"number": "=1+1;2"})
    portal.sandbox.control("PATCH", "clients/1", {"language": "german"})
    portal.sandbox.wait_for_deliveries()
    with portal.visitor("ada@example.com") as visitor:
        yield visitor
    portal.sandbox.control("POST", "reset")
    portal.sandbox.tell("gateway.changed")


def table(answer: httpx2.Response, delimiter: str = ",") -> list[list[str]]:
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def cents(cells: list[str]) -> list[Decimal]:
    assert [each for each in cells if not re.fullmatch(r"-?\d+,\d\d|", each)] == []
    return [Decimal(each.replace(",", ".") or 0) for each in cells]


def test_as_the_reader_writes(german: httpx2.Client) -> None:
    """Semicolons, a decimal comma, days as the language has them, heads and words translated, no formulas."""
    heads, *rows = table(german.get("/invoices.csv?layout=spreadsheet"), ";")
    assert heads[:5] == ["Nummer", "Status", "Ausgestellt", "Fällig", "Bezahlt"]
    assert "'=1+1;2" in [row[0] for row in rows]
    assert {"Bezahlt", "Überfällig, Teilweise bezahlt"} <= {row[1] for row in rows}
    assert [day for row in rows for day in row[2:5] if not re.fullmatch(r"\d\d\.\d\d\.\d{4}|", day)] == []
    assert "Credit card (Stripe)" in {row[8] for row in rows}
    plain = table(german.get("/api/v1/invoices.csv"))[1:]
    assert cents([row[6] for row in rows]) == [Decimal(row[10]) for row in plain]
    assert cents([row[7] for row in rows]) == [Decimal(row[11]) for row in plain]


def test_the_same_figures(german: httpx2.Client) -> None:
    """Payments and statement: line by line what programs get, of the same period."""
    rows, plain = table(german.get("/transactions.csv?layout=spreadsheet"), ";"), table(german.get("/transactions.csv"))
    assert cents([row[3] for row in rows[1:]]) == [Decimal(row[4]) for row in plain[1:]]
    period = "from=2026-01-01&to=2026-12-31"
    rows = table(german.get(f"/statement.csv?{period}&layout=spreadsheet"), ";")
    plain = table(german.get(f"/api/v1/statement.csv?{period}"))
    assert cents([row[5] for row in rows[1:]]) == [Decimal(row[4]) for row in plain[1:]]
    assert (rows[1][0], rows[1][1], rows[-1][1]) == ("01.01.2026", "Anfangssaldo", "Endsaldo")
    (account,) = german.get(f"/api/v1/statement?{period}").json()["accounts"]
    assert [row[4] for row in plain if row[1] in {"opening", "closing"}] == [
        account["opening"]["amount"],
        account["closing"]["amount"],
    ]
    assert [row[3] for row in plain[2:-1]] == [line["amount"]["amount"] for line in account["lines"]]


@pytest.mark.parametrize("name", NAMES)
def test_for_english_readers(portal: Stack, name: str) -> None:
    """Commas, a point, and days that nobody misreads; what is neither layout is refused; the page leads to both."""
    with portal.visitor("bob@example.com") as bob:
        heads, *rows = table(bob.get(f"/{name}.csv?layout=spreadsheet"))
        assert "Currency" in heads
        assert any(re.search(r"\d{4}-\d\d-\d\d", cell) for row in rows for cell in row)
        assert bob.get(f"/api/v1/{name}.csv?layout=x").json()["code"] == "validation_failed"
        links = re.findall(r'<a href="([^"]+)" data-export', bob.get(f"/{name}").text)
        assert [("layout=spreadsheet" in link, bob.get(link.replace("&amp;", "&")).status_code) for link in links] == [
            (True, 200),
            (False, 200),
        ]

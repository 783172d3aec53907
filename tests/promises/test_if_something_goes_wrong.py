"""The first and the third sentence under "If something goes wrong"."""

import time

import httpx2
import pytest

from tests.stack import Stack

# What an outage of WHMCS looks like on the wire: docs/sandbox.md.
OUTAGES = ["status", "bad-gateway", "html", "truncated-json", "reset", "empty", "redirect", "challenge", "invalid-ip"]
PAGE = {"Accept": "text/html"}


@pytest.mark.parametrize("path", ["/invoices", "/"])
def test_whmcs_unavailable(stack: Stack, ada: httpx2.Client, path: str) -> None:
    """WHMCS unavailable: we show a friendly "billing system unavailable, please try again" and avoid showing partial
    data."""
    known = [row["number"] for row in stack.sandbox.control("GET", "invoices?client=1") if row["number"]]
    for outage in OUTAGES:
        stack.sandbox.break_with(outage)
        page = ada.get(path, headers=PAGE)
        answer = ada.get("/api/v1/invoices")
        stack.sandbox.mend()
        assert page.status_code == answer.status_code == 503, outage
        assert "The billing system is unavailable. Please try again." in page.text, outage
        assert not [number for number in known if number in page.text], outage
        assert "0.00" not in page.text, f"{outage}: nothing owed is a false statement"
        assert answer.json()["code"] == "billing_unavailable", outage
        assert int(answer.headers["retry-after"]) >= 1, outage
        assert answer.json().keys() <= {"type", "title", "status", "detail", "code", "request_id"}, outage


def test_one_failed_call_of_several_shows_nothing_partial(stack: Stack, ada: httpx2.Client) -> None:
    """... avoid showing partial data: the list needs each open invoice's balance, and without one of them there is
    no list."""
    invoice_id = stack.sandbox.notable("ada.overdue")
    stack.sandbox.break_with("status", action="GetInvoice", params={"invoiceid": str(invoice_id)})
    answer = ada.get("/api/v1/invoices")
    assert (answer.status_code, answer.json()["code"]) == (503, "billing_unavailable")
    assert "items" not in answer.json()


def test_it_works_again_when_whmcs_does(stack: Stack, ada: httpx2.Client) -> None:
    """... please try again: it helps."""
    stack.sandbox.break_with("status", times=4)
    deadline = time.monotonic() + 60
    while (answer := ada.get("/api/v1/invoices")).status_code == 503:
        assert time.monotonic() < deadline, "it does not recover"
        time.sleep(int(answer.headers["retry-after"]))
    assert answer.json()["total"] == 83


def test_not_found_and_denied_are_the_same(stack: Stack, ada: httpx2.Client, bob: httpx2.Client) -> None:
    """Invoice not found or access denied: we return "invoice not found" without leaking other user data."""
    theirs = stack.sandbox.notable("ada.due_soon")
    assert ada.get(f"/api/v1/invoices/{theirs}").status_code == 200
    draft = stack.sandbox.control("POST", "invoices", {"userid": 2, "status": "Draft"})["id"]

    answers = [bob.get(f"/api/v1/invoices/{number}") for number in (theirs, draft, 999_999, 0, -1, 2**63, "abc")]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.json()["code"] for answer in answers} == {"invoice_not_found"}
    assert len({anonymous(answer) for answer in answers}) == 1

    pages = [bob.get(f"/invoices/{number}", headers=PAGE) for number in (theirs, draft, 999_999)]
    assert {page.status_code for page in pages} == {404}
    assert len({anonymous(page) for page in pages}) == 1
    assert "Invoice not found" in pages[0].text
    for leak in ("Ada", "Lovelace", "Analytical", "120.00"):
        assert leak not in pages[0].text


@pytest.mark.parametrize("action", ["payment-link", "pdf-link"])
def test_no_link_to_somebody_elses_invoice(stack: Stack, bob: httpx2.Client, action: str) -> None:
    """... access denied: neither is WHMCS asked for a link to it."""
    theirs = stack.sandbox.notable("ada.due_soon")
    answer = bob.post(f"/api/v1/invoices/{theirs}/{action}")
    assert (answer.status_code, answer.json()["code"]) == (404, "invoice_not_found")
    assert "CreateSsoToken" not in stack.sandbox.actions()


def anonymous(answer: httpx2.Response) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Body and headers without what differs between any two answers: the request's own id and the clock."""
    request_id = answer.headers["x-request-id"]
    kept = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "date"}}
    clean = {name: value.replace(request_id, "-") for name, value in kept.items()}
    return answer.text.replace(request_id, "-"), tuple(sorted(clean.items()))

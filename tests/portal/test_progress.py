"""F15 over HTTP: a billing run of a large customer does not keep that customer from reading."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from tests.portal.conftest import Portal

SECONDS = 0.6
"""What one call of WHMCS takes here."""

ADDRESSES = ["/api/v1/invoices", "/api/v1/profile", "/api/v1/transactions", "/invoices", "/"]


@contextmanager
def storm(portal: Portal) -> Iterator[list[int]]:
    """More webhooks of one client than there is time for one call between them."""
    answers: list[int] = []
    is_over = threading.Event()

    def send() -> None:
        while not is_over.wait(SECONDS / 2):
            answers.append(portal.webhook("invoice.updated", client_id=1).status_code)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield answers
    finally:
        is_over.set()
        sender.join()


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_read_ends_while_webhooks_keep_coming(portal: Portal, ada: httpx2.Client, address: str) -> None:
    """With the second fetch of each part: the list and then its invoices, or whatever else a page is made of."""
    portal.whmcs.break_with("latency", seconds=SECONDS)
    with storm(portal) as answers:
        began = time.monotonic()
        answer = ada.get(address, headers={"Accept": "text/html, application/json"})
        took = time.monotonic() - began
    assert answer.status_code == 200, answer.text
    assert set(answers) <= {204}
    steps = 2  # The list says which invoices are needed.
    assert took < steps * 2 * SECONDS + 20.0
    portal.whmcs.mend()


def test_what_was_shown_in_a_storm_is_not_kept(portal: Portal, ada: httpx2.Client) -> None:
    """F2: the first read after the last webhook shows what WHMCS says then."""
    number = portal.whmcs.notable("ada.overdue")
    portal.whmcs.break_with("latency", seconds=SECONDS)
    with storm(portal):
        assert ada.get("/api/v1/invoices").status_code == 200
    portal.whmcs.mend()
    portal.whmcs.control("PATCH", f"invoices/{number}", {"status": "Paid", "tell": False})
    assert portal.webhook("invoice.paid", invoice_id=number, client_id=1).status_code == 204
    items = ada.get("/api/v1/invoices").json()["items"]
    assert [item["status"] for item in items if item["id"] == number] == ["paid"]

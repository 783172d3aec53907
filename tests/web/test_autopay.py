"""AUTOPAY_DAYS_BEFORE_DUE on Overview and on an invoice: what is said, and that no change leaves it standing."""

from collections.abc import Iterator
from datetime import date, timedelta

import httpx2
import pytest
from babel.dates import format_date

from tests.stack import Stack, running_stack

SENTENCE = "Will be charged to your saved card on "
DUE = date.today() + timedelta(days=20)  # noqa: DTZ011 (a day more or less is none)
DAY = DUE - timedelta(days=3)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("portal"), autopay_days_before_due="3") as running:
        yield running


@pytest.fixture(autouse=True)
def _untouched(portal: Stack) -> Iterator[None]:
    portal.sandbox.control("POST", "reset")
    portal.sandbox.tell("gateway.changed")
    yield
    portal.sandbox.mend()


@pytest.fixture
def number(portal: Stack) -> int:
    """Of an invoice of Ada's that her card pays."""
    made = portal.sandbox.control("POST", "invoices", {"userid": 1, "amount": "25.00", "duedate": str(DUE)})
    portal.sandbox.wait_for_deliveries()
    found = made["id"]
    assert isinstance(found, int)
    return found


def said(ada: httpx2.Client, number: int) -> tuple[bool, bool]:
    """On Overview and on the invoice, in English."""
    words = SENTENCE + format_date(DAY, "medium", locale="en_GB")
    html = {"accept": "text/html", "accept-language": "en"}
    return tuple(words in ada.get(path, headers=html).text for path in ("/", f"/invoices/{number}"))  # type: ignore[return-value]


def test_both_pages_say_when_the_card_is_charged(ada: httpx2.Client, number: int) -> None:
    assert said(ada, number) == (True, True)
    page = ada.get(f"/invoices/{number}", headers={"accept": "text/html"}).text
    assert f'data-live="invoices invoice:{number} profile payment_methods"' in page


def test_whoever_is_excluded_is_told_nothing(portal: Stack, ada: httpx2.Client, number: int) -> None:
    """As soon as WHMCS tells that the client changed."""
    assert said(ada, number) == (True, True)
    portal.sandbox.control("PATCH", "clients/1", {"disable_autocc": True})
    portal.sandbox.wait_for_deliveries()
    assert said(ada, number) == (False, False)


def test_without_its_card_nothing_is_said(portal: Stack, ada: httpx2.Client, number: int) -> None:
    """As soon as WHMCS tells that the card is gone."""
    assert said(ada, number) == (True, True)
    portal.sandbox.control("DELETE", "pay-methods/1")
    portal.sandbox.wait_for_deliveries()
    assert said(ada, number) == (False, False)


def test_without_its_gateway_nothing_is_said(portal: Stack, ada: httpx2.Client, number: int) -> None:
    assert said(ada, number) == (True, True)
    portal.sandbox.control("PUT", "gateways", {"banktransfer": "Bank transfer"})
    portal.sandbox.tell("gateway.changed")
    assert said(ada, number) == (False, False)


def test_another_gateway_of_the_invoice_charges_no_card(portal: Stack, ada: httpx2.Client) -> None:
    given = {"userid": 1, "amount": "25.00", "duedate": str(DUE), "gateway": "banktransfer"}
    made = portal.sandbox.control("POST", "invoices", given)["id"]
    portal.sandbox.wait_for_deliveries()
    assert said(ada, made) == (False, False)

"""What pages say after Pay: only what the server has recorded, and the badge the same as the notice."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from playwright.sync_api import expect

from tests.browser import sign_in
from tests.conftest import OpenPage
from tests.payments import forget_payments
from tests.stack import Stack

WAITING = "Waiting for your payment in the other tab."
CHECKING = "We are checking your payment."
FAILED = "The payment page could not be opened."


PAY = re.compile(r"^Pay €")
AGAIN = "Open the payment page again"


@pytest.fixture
def number(portal: Stack) -> Iterator[int]:
    """An unpaid invoice of Ada's, in a WHMCS as it was seeded; nobody has gone to pay anything."""
    forget_payments(portal)
    portal.sandbox.control("POST", "reset")
    portal.sandbox.tell("client.updated", client_id=1)
    yield portal.sandbox.notable("ada.due_soon")
    portal.sandbox.mend()


def links(portal: Stack) -> int:
    return portal.sandbox.actions().count("CreateSsoToken")


def shown(ada: httpx2.Client, number: int, query: str = "") -> tuple[str, str]:
    """The invoice's page, and the words of its badges."""
    page = ada.get(f"/invoices/{number}{query}", headers={"accept": "text/html"}).text
    found = re.search(r'<p class="status">(.*?)</p>', page, re.DOTALL)
    assert found
    return page, " ".join(re.sub(r"<[^>]*>", " ", found[1]).split())


def test_a_double_press_makes_one_link(portal: Stack, ada: httpx2.Client, number: int) -> None:
    """Without a script, too: the second leads to the page that says how the payment stands."""
    portal.sandbox.break_with("latency", seconds=0.3, action="CreateSsoToken")
    with ThreadPoolExecutor(2) as presses:
        answers = list(presses.map(lambda _: ada.post(f"/invoices/{number}/pay"), range(2)))
    answers.append(ada.post(f"/invoices/{number}/pay"))
    assert [answer.status_code for answer in answers] == [303] * 3
    places = sorted(answer.headers["location"].partition("?")[0] for answer in answers)
    assert places == [f"/invoices/{number}"] * 2 + [f"{portal.sandbox.url}/oauth/singlesignon.php"]
    assert links(portal) == 1


def test_several_at_once_make_one_link(portal: Stack, ada: httpx2.Client, number: int) -> None:
    chosen = {"invoice_ids": [str(portal.sandbox.notable("ada.overdue")), str(number)]}
    places = [ada.post("/invoices/pay", data=chosen).headers["location"].partition("?")[0] for _ in range(2)]
    assert places == [f"{portal.sandbox.url}/oauth/singlesignon.php", "/invoices"]
    assert links(portal) == 1


def test_no_address_says_that_a_payment_is_under_way(ada: httpx2.Client, number: int) -> None:
    """Nor a cookie of an earlier version."""
    now = int(time.time())
    ada.cookies.set("counterfoil_paying", f"{number}-{now}")
    page, badge = shown(ada, number, "?awaiting=1")
    assert (WAITING in page, CHECKING in page, badge) == (False, False, "To pay")
    listed = ada.get(f"/invoices?awaiting={number}-{now}").text
    assert (WAITING in listed, CHECKING in listed) == (False, False)


def test_waiting_until_they_come_back(portal: Stack, ada: httpx2.Client, number: int) -> None:
    """The badge says what the notice says, wherever it stands, and paying is offered only as opening it again."""
    ada.post(f"/invoices/{number}/pay")
    page, badge = shown(ada, number)
    assert (WAITING in page, badge, AGAIN in page) == (True, "Waiting for payment", True)
    for path in ("/", "/invoices"):
        assert ada.get(path).text.count("Waiting for payment") == 1
    with portal.visitor("ada@example.com") as elsewhere:
        assert WAITING in shown(elsewhere, number)[0], "it is the person's, not the browser's"

    back = ada.get(f"/return/invoices/{number}")
    assert back.headers["location"] == f"/invoices/{number}"
    page, badge = shown(ada, number)
    assert (CHECKING in page, WAITING in page, badge, AGAIN in page) == (True, False, "Checking payment", False)

    portal.sandbox.control("PATCH", f"invoices/{number}", {"pay": "all"})
    portal.sandbox.wait_for_deliveries()
    page, badge = shown(ada, number)
    assert (CHECKING in page, "Thank you." in page, badge) == (False, True, "Paid")


def test_a_refused_link_is_not_awaited(portal: Stack, ada: httpx2.Client, number: int) -> None:
    """WHMCS could not sign the person in: the page says so, and leads to WHMCS's own."""
    plain = f"{portal.sandbox.url}/viewinvoice.php?id={number}"
    portal.sandbox.break_with("error", message="SSO blocked for this client", action="CreateSsoToken")
    refused = ada.post(f"/invoices/{number}/pay")
    assert (refused.status_code, plain in refused.text) == (200, True)
    page, badge = shown(ada, number)
    assert (FAILED in page, plain in page, WAITING in page, badge) == (True, True, False, "To pay")
    portal.sandbox.mend()
    assert ada.post(f"/invoices/{number}/pay").headers["location"].startswith(portal.sandbox.url)
    assert WAITING in shown(ada, number)[0], "trying again counts at once"


def test_a_link_that_never_came_is_not_awaited(portal: Stack, ada: httpx2.Client, number: int) -> None:
    plain = f"{portal.sandbox.url}/viewinvoice.php?id={number}"
    portal.sandbox.break_with("status", action="CreateSsoToken")
    failed = ada.post(f"/invoices/{number}/pay")
    assert (failed.status_code, failed.headers["retry-after"]) == (503, "5")
    assert (FAILED in failed.text, plain in failed.text) == (True, True)
    portal.sandbox.mend()
    page, badge = shown(ada, number)
    assert (FAILED in page, plain in page, WAITING in page, badge) == (True, True, False, "To pay")


def test_what_cannot_be_paid_leaves_nothing_behind(portal: Stack, ada: httpx2.Client, number: int) -> None:
    paid = portal.sandbox.notable("ada.paid_in_parts")
    assert ada.post(f"/invoices/{paid}/pay").status_code == 409
    assert ada.post("/invoices/999999999/pay").status_code == 404
    assert WAITING not in ada.get("/invoices").text


@pytest.mark.parametrize("hours", [-1, 1])
def test_the_first_tab_waits_and_then_checks(portal: Stack, open_page: OpenPage, number: int, hours: int) -> None:
    """With a browser's clock that is off, and after a double click: one tab, one link, the same words."""
    page = open_page()
    page.clock.install(time=datetime.now(UTC) + timedelta(hours=hours))
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/invoices/{number}")
    tabs = page.context.pages
    with page.context.expect_page() as opened:
        page.get_by_role("button", name=PAY).dblclick()
    expect(opened.value).to_have_url(re.compile("viewinvoice"))
    expect(page.locator("main")).to_contain_text(WAITING)
    expect(page.get_by_role("button", name=AGAIN)).to_be_visible()
    assert len(page.context.pages) == len(tabs) + 1
    assert links(portal) == 1

    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("main")).to_contain_text(CHECKING)
    portal.sandbox.control("PATCH", f"invoices/{number}", {"pay": "all"})
    expect(page.locator("main")).to_contain_text("Thank you.")

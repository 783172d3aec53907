"""Open pages: they listen for ever, go by the server's clock, and take nothing from whoever looks at them."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import Complaints, sign_in
from tests.conftest import OpenPage
from tests.payments import forget_payments
from tests.stack import Stack

EVENTS = "**/api/v1/events"


@pytest.fixture
def number(portal: Stack) -> Iterator[int]:
    """An unpaid invoice of Ada's, in a WHMCS as it was seeded."""
    forget_payments(portal)
    portal.sandbox.control("POST", "reset")
    portal.sandbox.tell("client.updated", client_id=1)
    yield portal.sandbox.notable("ada.due_soon")
    portal.sandbox.mend()


def pay(portal: Stack, number: int, amount: str = "all") -> None:
    portal.sandbox.control("PATCH", f"invoices/{number}", {"pay": amount})


def come_back(page: Page) -> None:
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def by_itself(route: Route) -> bool:
    return "x-counterfoil-by-itself" in route.request.headers


def test_listens_again_after_a_bad_gateway(
    portal: Stack, open_page: OpenPage, complaints: Complaints, number: int
) -> None:
    """However old the page is: a deploy is some seconds of 502, after which no browser connects by itself."""
    complaints.expected.append("Failed to load resource")
    page = open_page()
    page.clock.install()
    sign_in(page, portal.url, "ada@example.com")
    refused: list[str] = []

    def bad_gateway(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=502, body="")

    page.route(EVENTS, bad_gateway)
    page.goto(f"{portal.url}/invoices/{number}")
    asked: list[str] = []
    minutes_pass(page, lambda: len(refused) > 3)
    page.unroute(EVENTS)
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/events") else None)
    minutes_pass(page, lambda: asked != [])
    pay(portal, number)
    expect(page.locator("main .status").first).to_contain_text("Paid")


def minutes_pass(page: Page, until: Callable[[], bool]) -> None:
    """One after the other, with time for the page to do what was due."""
    deadline = time.monotonic() + 120
    while not until():
        assert time.monotonic() < deadline
        page.clock.fast_forward("01:00")
        page.wait_for_timeout(100)


def test_what_changed_before_the_stream_began_is_seen(portal: Stack, open_page: OpenPage, number: int) -> None:
    """Between the page and the stream nobody tells it: on a slow connection that is long enough to pay."""
    page, held = open_page(), list[Route]()
    sign_in(page, portal.url, "ada@example.com")

    def hold(route: Route) -> None:
        held.append(route)

    page.route(EVENTS, hold)
    page.goto(f"{portal.url}/invoices/{number}")
    while not held:
        page.wait_for_timeout(50)
    pay(portal, number)
    portal.sandbox.wait_for_deliveries()
    held[0].continue_()
    expect(page.locator("main .status").first).to_contain_text("Paid", timeout=60_000)


def test_a_request_that_is_never_answered_stops_nothing(portal: Stack, open_page: OpenPage, number: int) -> None:
    page = open_page()
    page.clock.install()
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/invoices/{number}")
    held: list[Route] = []
    page.route(f"**/invoices/{number}", lambda route: held.append(route) if by_itself(route) else route.continue_())
    pay(portal, number, "20.00")
    while not held:
        page.wait_for_timeout(50)
    page.unroute(f"**/invoices/{number}")
    page.clock.fast_forward("00:30")
    pay(portal, number)
    expect(page.locator("main .status").first).to_contain_text("Paid")


def test_coming_back_takes_nothing_away(portal: Stack, open_page: OpenPage, number: int) -> None:
    """What is ticked, typed, marked and held stays, although the list has changed meanwhile."""
    page = open_page()
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/invoices")
    late = portal.sandbox.notable("ada.overdue")
    page.locator(f"#choose-{number}").check()
    page.locator("#q").fill("half a thought")
    page.locator(f"a[href='/invoices/{number}']").first.focus()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('h1'))")
    portal.sandbox.control("PATCH", f"invoices/{late}", {"pay": "1.00", "tell": False})
    while "€94.50" in page.locator("main").inner_text():
        come_back(page)
        page.wait_for_timeout(500)
    expect(page.locator(f"#choose-{number}")).to_be_checked()
    expect(page.locator("#q")).to_have_value("half a thought")
    expect(page.locator(f"a[href='/invoices/{number}']").first).to_be_focused()
    assert page.evaluate("getSelection().toString()") == "Invoices"
    expect(page.locator("#together output")).to_contain_text("1 selected")


def test_an_order_that_is_being_chosen_stays_chosen(portal: Stack, open_page: OpenPage, number: int) -> None:
    page = open_page()
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/order")
    offer = page.locator("input[name=offer]").last
    offer.check()
    page.locator("#quantity").fill("3")
    page.evaluate("document.querySelector('main').dataset.live = 'order'")
    with page.expect_response("**/order"):
        come_back(page)
    page.wait_for_timeout(300)
    expect(offer).to_be_checked()
    expect(page.locator("#quantity")).to_have_value("3")


@pytest.mark.parametrize("hours", [-3, 3])
def test_ages_go_by_the_servers_clock(portal: Stack, open_page: OpenPage, number: int, hours: int) -> None:
    page = open_page()
    page.clock.install(time=datetime.now(UTC) + timedelta(hours=hours))
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/invoices/{number}")
    expect(page.locator("time[data-ago]").first).to_have_text(re.compile(r"^(now|\d+\s?s ago)$"))
    page.clock.fast_forward("02:00")
    expect(page.locator("time[data-ago]").first).to_have_text(re.compile(r"^(now|\d+\s?s ago|[12] min\.? ago)$"))


def test_an_age_is_words_in_french_too(portal: Stack, open_page: OpenPage, number: int) -> None:
    """The narrow form of its seconds would be "-20 s"."""
    page = open_page(locale="fr-FR")
    page.context.add_cookies([{"name": "counterfoil_language", "value": "fr", "url": portal.url}])
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/invoices/{number}")
    age = page.wait_for_function(
        r"""() => {
            const time = document.querySelector("time[data-ago]");
            time.dateTime = new Date(Date.now() - 20000).toISOString();
            return /^\D*\d+\D*$/.test(time.textContent) && time.textContent;
        }""",
        timeout=60_000,
    )
    assert re.fullmatch(r"il y a \d+\s(s|min)", age.json_value())


def test_the_next_day_is_read(portal: Stack, open_page: OpenPage, number: int) -> None:
    """After midnight where WHMCS is, "due today" is not true any more."""
    page = open_page()
    page.clock.install()
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/invoices/{number}")
    expect(page.locator("time[data-ago]").first).to_have_text(re.compile("now|ago"))
    with page.expect_request(lambda request: "x-counterfoil-by-itself" in request.headers):
        page.clock.fast_forward("25:00:00")


def test_what_changed_is_said_and_marked(portal: Stack, open_page: OpenPage, number: int) -> None:
    """One sentence for screen readers, a mark for a moment; what did not change is not marked."""
    page = open_page()
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/invoices?view=all&sort=date")
    name = page.locator(f"a[href='/invoices/{number}']").first
    if not name.count():
        page.goto(f"{portal.url}/invoices")
    words = page.locator(f"a[href='/invoices/{number}']").first.inner_text()
    expect(page.locator(f"#choose-{number}")).to_be_visible()
    pay(portal, number, "20.00")
    expect(page.locator("#announcer")).to_have_text(f"Changed: {words}, Part paid")
    expect(page.locator("tr.is-changed")).to_have_count(1)
    expect(page.locator(".is-changed")).to_have_count(0, timeout=60_000)


def test_the_notice_says_it_alone(portal: Stack, open_page: OpenPage, number: int) -> None:
    page = open_page()
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/invoices/{number}")
    expect(page.get_by_role("button", name=re.compile("^Pay €"))).to_be_visible()
    pay(portal, number)
    expect(page.locator("#announcer")).to_have_text(re.compile(r"^Paid on .* Thank you\.$"))


def test_rows_about_the_same_invoice_stay_apart(portal: Stack, open_page: OpenPage, number: int) -> None:
    """An invoice and its payment lead to the same page, and so do two payments: none takes another one's place."""
    page = open_page()
    sign_in(page, portal.url, "ada@example.com")
    page.add_init_script("document.addEventListener('shown', () => { document.documentElement.dataset.shown = 1 })")
    for path in ("/statement", "/transactions"):
        page.goto(portal.url + path)
        page.wait_for_selector("html[data-shown]", timeout=30_000)
        sent = page.evaluate(
            """async () => {
                const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
                return [...page.querySelectorAll("tbody tr")].map((row) => row.textContent);
            }"""
        )
        assert len(sent) > 20, path
        assert page.evaluate("[...document.querySelectorAll('tbody tr')].map((row) => row.textContent)") == sent, path
        expect(page.locator(".is-changed")).to_have_count(0)

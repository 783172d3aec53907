"""The list of invoices in a browser: filters, heads and pages in place, what can be selected, and how tall it is."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import Complaints, sign_in
from tests.conftest import OpenPage
from tests.payments import forget_payments
from tests.stack import Stack

TALLEST = 2_400
"""CSS pixels of the page with 25 invoices on a phone."""


@pytest.fixture(scope="module", autouse=True)
def _untouched(portal: Stack) -> None:
    forget_payments(portal)


@pytest.fixture
def listed(portal: Stack, open_page: OpenPage) -> Iterator[Page]:
    """Ada's list at her desk. It has not been left by the end of the test, unless the test says so."""
    page = open_page()
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/invoices")
    page.evaluate("window.stayed = true")
    return page


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stayed === true"))


def filter_(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Filter by status").get_by_role("link", name=re.compile(f"^{name}")).click()


def test_filters_say_how_many_they_show(portal: Stack) -> None:
    """The number beside a filter is the length of its list, in its title too; a search counts what it finds."""
    with portal.visitor("ada@example.com") as ada:
        for search in ("", "&q=INV-2026", "&year=2025"):
            for href, count in chips(ada, f"/invoices?view=all{search}"):
                view = re.search(r"view=(\w+)", href)
                title = f"({count}) ·" if " · " in ada.get(href).text else f"({count}) -"
                assert title in ada.get(href).text, (view, search)


def chips(visitor: httpx2.Client, path: str) -> list[tuple[str, str]]:
    page = visitor.get(path).text
    found = re.findall(r'<a href="([^"]+)" data-swap(?: aria-current="true")?>[^<]+ <small>(\d+)</small>', page)
    assert len(found) == 6
    return [(href.replace("&amp;", "&"), count) for href, count in found]


def test_heads_sort_without_a_script(portal: Stack) -> None:
    """By links that keep what is filtered; pressed again the other way, and then as at the beginning."""
    with portal.visitor("ada@example.com") as ada:
        path, seen = "/invoices?view=paid&q=INV&year=2026", []
        for _ in range(4):
            page = ada.get(path).text
            head = re.search(r'aria-sort="(\w+)"><a id="sort-total"', page)
            totals = [float(each) for each in re.findall(r'total">.*?€([\d.]+)', page)]
            seen.append((head and head[1], totals == sorted(totals), totals == sorted(totals, reverse=True)))
            (path,) = re.findall(r'<a id="sort-total" href="([^"]+)"', page)
            path = path.replace("&amp;", "&")
            assert "view=paid&q=INV&year=2026" in path
        assert seen[1] == ("descending", False, True)
        assert seen[2] == ("ascending", True, False)
        assert seen[3][0] is None


def test_a_filter_in_place(listed: Page) -> None:
    """Focus and scroll stay, title and address follow, it is said aloud, and Back and Forward show what was there."""
    chip = listed.get_by_role("link", name=re.compile("^Paid"))
    chip.focus()
    listed.evaluate("scrollTo(0, 120)")
    listed.keyboard.press("Enter")
    expect(listed).to_have_url(re.compile(r"/invoices\?view=paid$"))
    expect(listed).to_have_title(re.compile(r"^Paid invoices \(\d+\)"))
    expect(listed.locator("#announcer")).to_have_text(re.compile(r"^Paid invoices, 1.25 of \d+$"))
    expect(chip).to_be_focused()
    expect(chip).to_have_attribute("aria-current", "true")
    assert listed.evaluate("scrollY") == 120
    filter_(listed, "Overdue")
    expect(listed.locator("tbody tr")).to_have_count(1)
    listed.go_back()
    expect(listed.get_by_role("heading", level=1)).to_have_text("Paid invoices")
    listed.go_back()
    expect(listed.get_by_role("heading", level=1)).to_have_text("Invoices")
    listed.go_forward()
    expect(listed.get_by_role("heading", level=1)).to_have_text("Paid invoices")
    assert stayed(listed)


def test_search_year_and_pages_in_place(listed: Page) -> None:
    """What is searched for is shown at once; the next page begins at its top, and focus stays on the way on."""
    listed.get_by_label("Year").select_option("2025")
    expect(listed).to_have_url(re.compile("year=2025"))
    listed.locator("#q").fill("INV-2025-005")
    listed.locator("#q").press("Enter")
    expect(listed.locator("tbody tr")).to_have_count(8)
    expect(listed.locator("#q")).to_be_focused()
    listed.go_back()
    expect(listed.locator("#q")).to_have_value("")
    filter_(listed, "All")
    listed.get_by_label("Year").select_option("")
    following = listed.get_by_role("link", name="Next")
    following.focus()
    listed.keyboard.press("Enter")
    expect(listed.locator("[data-place]")).to_have_text(re.compile("^26.50"))
    expect(following).to_be_focused()
    assert listed.evaluate("Math.abs(document.querySelector('.card').getBoundingClientRect().top) < 2")
    listed.get_by_role("link", name="Total").click()
    expect(listed.get_by_role("columnheader", name="Total")).to_have_attribute("aria-sort", "descending")
    expect(listed.locator("[data-place]")).to_have_text(re.compile("^1.25"))
    assert stayed(listed)


def test_a_swap_that_fails(listed: Page, complaints: Complaints) -> None:
    """The page stays usable and says so, whether WHMCS or the line is down; an earlier answer never overtakes."""
    complaints.expected += ["Failed to load resource", "503 (Service Unavailable)"]
    listed.route("**/invoices?view=*", lambda route: route.fulfill(status=503, body="<p>away</p>"))
    filter_(listed, "Paid")
    notice = listed.locator("#swap-failed")
    expect(notice).to_contain_text("This could not be loaded.")
    expect(listed.get_by_role("heading", level=1)).to_have_text("Invoices")
    listed.unroute("**/invoices?view=*")
    listed.route("**/invoices?view=*", lambda route: route.abort())
    filter_(listed, "Other")
    expect(notice.get_by_role("link", name="Try again")).to_have_attribute("href", "/invoices?view=other")
    assert listed.url.endswith("/invoices")
    listed.unroute("**/invoices?view=*")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    listed.route("**/invoices?view=other", hold)
    filter_(listed, "Other")
    filter_(listed, "Paid")
    expect(listed.get_by_role("heading", level=1)).to_have_text("Paid invoices")
    expect(notice).to_have_count(0)
    assert len(held) == 1
    assert stayed(listed)


def test_signed_out_meanwhile(listed: Page) -> None:
    """The whole page goes to sign in, and leads back to what was asked for."""
    # A page looks again when its stream begins, and would find out by itself: here it never begins.
    listed.route("**/api/v1/events", lambda _route: None)
    listed.reload()
    listed.context.clear_cookies()
    filter_(listed, "Paid")
    expect(listed).to_have_url(re.compile(r"/sign-in\?.*next=/invoices%3Fview%3Dpaid"))


def test_selecting_all(listed: Page) -> None:
    """The box above the boxes: all that can be paid on this page, none, or a line for some."""
    every = listed.get_by_role("checkbox", name="Select all that can be paid on this page")
    every.check()
    expect(listed.locator("#together output")).to_have_text("2 selected, €214.50")
    listed.locator("tbody input[type=checkbox]").first.uncheck()
    expect(every).to_be_checked(indeterminate=True)
    listed.get_by_role("button", name="Select all").click()
    expect(every).to_be_checked()
    listed.get_by_role("button", name="Clear").click()
    expect(every).to_be_focused()
    expect(listed.locator("tbody input:checked")).to_have_count(0)
    expect(listed.get_by_role("button", name="Clear")).to_be_hidden()


def test_colour_and_words_are_for_the_exception(listed: Page) -> None:
    """What is paid is quiet, with its day; nothing due is a dash; the PDF is an icon that has its name."""
    listed.goto(listed.url + "?view=paid")
    row = listed.locator("tbody tr").first
    expect(row.locator(".due")).to_have_text(re.compile(r"^\s*Paid on \d+ \w+ \d{4}\s*$"))
    assert row.locator(".badge").evaluate("badge => getComputedStyle(badge).backgroundColor") == "rgba(0, 0, 0, 0)"
    expect(row.locator(".owed [aria-hidden]")).to_have_text("\N{EN DASH}")
    pdf = row.get_by_role("button", name=re.compile("^PDF INV-"))
    assert pdf.evaluate("button => getComputedStyle(button).borderTopColor") == "rgba(0, 0, 0, 0)"


def test_as_tall_as_a_phone_bears(portal: Stack, open_page: OpenPage) -> None:
    """25 invoices on a phone: rows of two lines, 64 to 70 pixels where nothing is to be done."""
    page = open_page(viewport={"width": 390, "height": 844})
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/invoices")
    expect(page.locator("tbody tr")).to_have_count(25)
    heights = page.locator("tbody tr.settled").evaluate_all("rows => rows.map(row => row.offsetHeight)")
    assert {height for height in heights if not 64 <= height <= 70} == set()
    assert page.evaluate("document.documentElement.scrollHeight") <= TALLEST

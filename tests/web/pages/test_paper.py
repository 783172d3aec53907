"""Pages on paper, as Chromium prints them."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import sign_in
from tests.conftest import OpenPage
from tests.stack import Stack, running_stack

SHEET = 673
"""CSS pixels between the margins of A4."""

PATHS = (
    "/",
    "/invoices",
    "/transactions",
    "/subscriptions",
    "/credit",
    "/quotes",
    "/statement",
    "/payment-methods",
    "/contacts",
    "/invoices/{overdue}",
)


@pytest.fixture(scope="module")
def branded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(
        tmp_path_factory.mktemp("paper"), brand_name="Northwind Internet", brand_email="billing@northwind.example"
    ) as running:
        yield running


def sheets(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True)))


def test_every_page_on_paper(branded: Stack, open_page: OpenPage) -> None:
    """From a phone too: tables, both parties, absolute times and page numbers, nothing that is pressed, few sheets."""
    page = open_page(viewport={"width": 390, "height": 844})
    sign_in(page, branded.url, "ada@example.com")
    found = {}
    for path in PATHS:
        page.emulate_media(media="null")
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(branded.url + path.replace("{overdue}", str(branded.sandbox.notable("ada.overdue"))))
        found[path] = sheets(page)
        page.emulate_media(media="print")
        page.set_viewport_size({"width": SHEET, "height": 980})
        expect(page.locator(".on-paper")).to_have_text(
            re.compile(r"Northwind Internet\s*billing@northwind.example\s+Analytical Engines Ltd\.")
        )
        expect(page.locator("button:visible, .bar:visible, .site-foot:visible")).to_have_count(0)
        cells = page.locator("main tbody td:visible").evaluate_all("all => all.map(td => getComputedStyle(td).display)")
        assert set(cells) <= {"table-cell"}, path
        times = page.locator("time[data-ago]:visible").evaluate_all(
            "all => all.map(time => [time.title, getComputedStyle(time, '::after').content])"
        )
        assert [each for each in times if not re.search(r"\d{4} \d\d:\d\d", each[1])] == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert {path: count for path, count in found.items() if count > (4 if path == "/statement" else 2)} == {}
    assert "counter(page)" in page.evaluate(
        "[...document.styleSheets].flatMap(sheet => [...sheet.cssRules]).map(rule => rule.cssText).join()"
    )

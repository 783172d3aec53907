"""Pages of who has no invoices, or amounts of twelve digits, on the smallest phone with large text."""

import pytest

from tests.browser import sign_in
from tests.conftest import OpenPage
from tests.stack import Stack

PATHS = ("/", "/invoices", "/transactions", "/subscriptions", "/credit", "/statement", "/payment-methods")


@pytest.fixture(scope="module", autouse=True)
def _extreme(portal: Stack) -> None:
    """Ada is billed for more than anybody pays, under a number that is one long word."""
    made = portal.sandbox.control("POST", "invoices", {"userid": 1, "amount": "123456789012.50"})["id"]
    portal.sandbox.control("PATCH", f"invoices/{made}", {"number": "RE" + "8" * 70})
    portal.sandbox.wait_for_deliveries()


@pytest.mark.parametrize("person", ["nora", "ada"])
def test_it_fits(portal: Stack, open_page: OpenPage, person: str) -> None:
    """No page scrolls sideways, nor is it an error."""
    page = open_page(viewport={"width": 320, "height": 700})
    page.context.set_default_timeout(60_000)
    sign_in(page, portal.url, f"{person}@example.com")
    wide = {}
    for path in PATHS:
        answer = page.goto(portal.url + path)
        assert answer
        assert answer.status == 200, path
        for text in ("100%", "200%"):
            page.evaluate("size => { document.documentElement.style.fontSize = size }", text)
            widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
            wide[path, text] = widths[0] - widths[1]
    assert {place: pixels for place, pixels in wide.items() if pixels > 0} == {}

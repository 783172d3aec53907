"""What the look promises in pixels, measured in a real browser."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from counterfoil.billing.invoices.open_amounts import OpenAmounts
from counterfoil.billing.invoices.query import StatusFilter
from counterfoil.billing.invoices.shown import InvoiceTotals
from counterfoil.model import InvoiceStatus, Money
from counterfoil.web.text.catalogue import LANGUAGES
from counterfoil.web.views.list_query import ListQuery
from counterfoil.web.views.navigation import (
    CONTACTS,
    CREDIT,
    HOME,
    INVOICES,
    ORDER,
    PAYMENT_METHODS,
    PROFILE,
    QUOTES,
    SESSIONS,
    STATEMENT,
    SUBSCRIPTIONS,
    TOKENS,
    TRANSACTIONS,
)
from counterfoil.web.views.shell import Shell, View
from tests.conftest import OpenPage
from tests.web.views.served import visited
from tests.web.views.specimens import ADA, NOBODY, PAGES, home, list_of
from tests.web.views.specimens_of_invoices import TODAY, item

pytestmark = pytest.mark.timeout(900)

_ALL = (HOME, INVOICES, TRANSACTIONS, CREDIT, QUOTES, STATEMENT, SUBSCRIPTIONS, ORDER, PAYMENT_METHODS)
OWNER = replace(ADA, nav=(*_ALL, PROFILE, CONTACTS, SESSIONS, TOKENS), has_several_clients=True)
MANY = list_of(*(item(400 - n, (InvoiceStatus.PAID, InvoiceStatus.UNPAID)[n < 6], TODAY) for n in range(25)), total=130)

Pages = Mapping[str, tuple[View, Shell]]
# Nothing is left out of the figures, and the amounts are as long as they get.
_OWED = {"EUR": "123456789012.50", "USD": "987654321098.75", "JPY": "123456789012"}
THREE_CURRENCIES = tuple(
    InvoiceTotals(OpenAmounts(*[Money.of(amount, currency)] * 6), Money.of(amount, currency), TODAY, 2)
    for currency, amount in _OWED.items()
)
TEN_THOUSAND = list_of(
    *MANY.invoices.items,
    total=10_000,
    query=ListQuery(page=399),
    counts=dict.fromkeys(StatusFilter, 10_000),
    years=tuple(range(2026, 2006, -1)),
)

SPOKEN: Pages = {f"list-{each}": (MANY, replace(OWNER, language=each)) for each in LANGUAGES}
SHOWN: Pages = {
    "home": (PAGES["home"][0], OWNER),
    "invoice": (PAGES["invoice-part-paid"][0], OWNER),
    "profile": (PAGES["profile"][0], OWNER),
    "sign-in": (PAGES["sign-in"][0], NOBODY),
    **SPOKEN,
}

MEASURE = """() => {
  const left = (selector) => {
    const found = document.querySelector(selector);
    const range = document.createRange();
    range.selectNodeContents(found);
    return Math.round(Math.min(found.getBoundingClientRect().left, range.getBoundingClientRect().left));
  };
  const boxes = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility());
  return {
    head: document.querySelector("header.bar").getBoundingClientRect().height,
    ways: boxes(".bar-nav a").filter((each) => each.getBoundingClientRect().right <= innerWidth).length,
    edges: [left(".brand"), left("h1"), left(".site-foot li > *")],
    numbers: boxes("td.number a").map((each) => each.getClientRects().length),
    amounts: [...new Set(boxes("td.owed").map((each) => Math.round(each.getBoundingClientRect().right)))],
    list: document.querySelector("table.rows")?.getBoundingClientRect().height ?? 0,
    tooWide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  };
}"""


def measured(page: Page, pages: Pages, *widths: int, text: str = "100%") -> Iterator[tuple[str, int, dict[str, Any]]]:
    for name in visited(page, pages, pages):
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate("size => { document.documentElement.style.fontSize = size }", text)
            yield name, width, page.evaluate(MEASURE)


def test_the_head_is_one_line(open_page: OpenPage) -> None:
    """At most 64 px from 768 px up, in five languages, with everything that somebody may see; and from 1024 px up no
    number of an invoice takes a second line.
    """
    for name, width, seen in measured(open_page(), SPOKEN, 768, 1024, 1280):
        assert seen["head"] <= 64, (name, width)
        assert seen["ways"] == 4, (name, width)
        assert not seen["tooWide"], (name, width)
        assert width < 1024 or set(seen["numbers"]) == {1}, (name, width)
        assert len(seen["amounts"]) == 1, (name, width)


def test_brand_heading_and_foot_share_one_edge(open_page: OpenPage) -> None:
    """From the smallest phone to a wide screen. A sign-in, an invoice's number, a form's name stand on their paper."""
    pages = {name: SHOWN[name] for name in ("home", "list-en", "list-ja")}
    for name, width, seen in measured(open_page(), pages, 320, 390, 768, 1024, 1440, 1920):
        assert len(set(seen["edges"])) == 1, (name, width, seen["edges"])


def test_three_currencies_and_ten_thousand_invoices(open_page: OpenPage) -> None:
    """On a phone, with text of twice the size as well: nothing scrolls sideways, and no invoice takes more room than
    among few.
    """
    pages = {
        "home": (home(figures=THREE_CURRENCIES, methods=()), OWNER),
        "list": (list_of(figures=THREE_CURRENCIES), OWNER),
        **{f"many-{each}": (TEN_THOUSAND, replace(OWNER, language=each)) for each in LANGUAGES},
    }
    page = open_page()
    for text in ("100%", "200%"):
        for name, width, seen in measured(page, pages, 320, 390, text=text):
            assert not seen["tooWide"], (name, width, text)
            assert text == "200%" or width == 320 or seen["list"] <= 2400, name
    for name, width, seen in measured(page, {"many-de": pages["many-de"]}, 768, 1280):
        assert not seen["tooWide"], (name, width)
        assert len(seen["amounts"]) == 1, (name, width)


def test_large_text_on_a_phone(open_page: OpenPage) -> None:
    """At twice the size nothing scrolls sideways; at the usual one 25 invoices take at most 2,400 px."""
    page = open_page()
    wide = [(name, width) for name, width, seen in measured(page, SHOWN, 320, 390, text="200%") if seen["tooWide"]]
    assert wide == []
    ((_, _, seen),) = measured(page, {"list-en": SHOWN["list-en"]}, 390)
    assert 0 < seen["list"] <= 2400


def test_an_invoice_keeps_its_button_in_sight(open_page: OpenPage) -> None:
    """At the side of a desk; at the foot of a phone once its counterfoil is above it, and nothing moves for that."""
    page = open_page()
    pay, place = page.locator(".ticket .pay button"), "document.querySelector('.invoice').offsetTop"
    for width, height in ((1280, 500), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for _ in visited(page, {"invoice": SHOWN["invoice"]}, SHOWN):
            before = page.evaluate(place)
            page.evaluate("scrollTo(0, document.querySelector('.invoice .totals').offsetTop)")
            expect(pay).to_be_in_viewport()
            assert page.evaluate(place) == before
            page.evaluate("scrollTo(0, 0)")
            expect(page.locator(".at-foot")).to_have_count(0)


SHIFTS = """() => new Promise((done) => {
  let moved = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((each) => { moved += each.value; }))
    .observe({ type: "layout-shift", buffered: true });
  document.fonts.ready.then(() => setTimeout(() => done(moved), 300));
})"""


def test_nothing_moves_while_a_page_loads(open_page: OpenPage) -> None:
    """No layout shift that anybody sees, also where the font comes late and the machine has no stand-in of its width:
    Lighthouse's best is a tenth. With motion reduced nothing is animated.
    """
    page = open_page(reduced_motion="reduce")
    for name in visited(page, SHOWN, SHOWN):
        assert page.evaluate(SHIFTS) < 0.02, name
        assert page.evaluate("document.getAnimations().length") == 0, name


def test_forced_colours_leave_every_button_an_edge(open_page: OpenPage) -> None:
    """Where the system chooses the colours a fill is gone: what is pressed is still seen as such."""
    page = open_page(forced_colors="active")
    edge = (
        "e => { const s = getComputedStyle(e); return parseFloat(s.borderTopWidth) > 0 && s.borderTopStyle !== 'none' }"
    )
    for name in visited(page, SHOWN, SHOWN):
        buttons = [each for each in page.locator(".button").all() if each.is_visible()]
        assert [each.inner_text() for each in buttons if not each.evaluate(edge)] == [], name

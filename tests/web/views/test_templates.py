"""Every page, rendered: whole, safe under the strict content policy, and in one piece for those who cannot see it."""

import re
from html.parser import HTMLParser
from typing import Any, ClassVar

import pytest
from axe_playwright_python.sync_playwright import Axe

from counterfoil.web.http.assets import PREFIX
from tests.conftest import OpenPage
from tests.web.views.served import RENDERER, visited
from tests.web.views.specimens import HOSTILE, PAGES

PRESSED = (
    "a.button, button:not(.link), summary, label.check, select, nav a, "
    "input:not([type=hidden], [type=checkbox], [type=radio])"
)


class Document(HTMLParser):
    """Elements with their attributes, and the text inside of some."""

    VOID: ClassVar = {"meta", "link", "input", "img", "br", "use", "path", "circle", "rect", "line"}

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def document(name: str) -> Document:
    view, shell = PAGES[name]
    return Document(RENDERER.page(view, shell).decode())


@pytest.fixture(params=PAGES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_one_heading_begins_the_title(name: str) -> None:
    """A page has one h1, and its title begins with it, or says first that something is wrong."""
    page = document(name)
    (heading,) = page.texts["h1"]
    assert heading.strip()
    assert page.texts["title"][0].removeprefix("Error: ").startswith(heading.strip())
    assert page.all("html")[0]["lang"] == PAGES[name][1].language


def test_nothing_that_the_content_policy_forbids(name: str) -> None:
    """No script, style or handler inside the page, and nothing from another host."""
    page = document(name)
    inside = {attribute for _, attributes in page.elements for attribute in attributes}
    assert [attribute for attribute in inside if attribute == "style" or attribute.startswith("on")] == []
    assert [text for text in page.texts["script"] + page.texts.get("style", []) if text] == []
    loaded = [
        attributes.get("src") or attributes.get("href") or "" for attributes in page.all("script") + page.all("link")
    ]
    assert [address for address in loaded if not address.startswith(PREFIX)] == []


def test_forms_say_where_they_lead(name: str) -> None:
    """Every form has an action of ours and a method, so that it works without a script."""
    forms = document(name).all("form")
    assert [form for form in forms if not (form["action"] or "").startswith("/") or not form["method"]] == []


def test_the_same_view_gives_the_same_page(name: str) -> None:
    """A page may be kept and served later, so it holds no age, only points in time."""
    view, shell = PAGES[name]
    page = RENDERER.page(view, shell).decode()
    assert page == RENDERER.page(view, shell).decode()
    assert not re.search(r"\d+ ?(s|sec|min|seconds|minutes) ago", page)


def test_hostile_text_stays_text(name: str) -> None:
    """What people and WHMCS wrote is shown, never obeyed."""
    view, shell = PAGES[name]
    page = RENDERER.page(view, shell).decode()
    assert HOSTILE not in page
    assert "<script>" not in page


def test_invoice_not_found_names_the_account_in_use() -> None:
    """ "Invoice not found", plus "You are viewing ACME Ltd. Switch account"."""
    text = " ".join(document("not-found").texts["main"][0].split())
    assert text.startswith("Invoice not found You are viewing ACME Ltd. Switch account")


DARK_TOO = [
    "sign-in-failed",
    "home",
    "list",
    "list-no-match",
    "invoice-part-paid",
    "invoice-payment-waiting",
    "list-payment-failed",
    "profile-invalid",
    "profile-conflict",
    "switch",
    "denied",
    "subscriptions",
    "transactions",
    "credit",
    "quotes",
    "contacts",
    "statement",
]
"""Together they hold every component."""

CUT = """() => [...document.querySelectorAll("main .card :is(.button, p, h1, h2, h3, td, dd, li, small)")]
  .filter((each) => each.checkVisibility() && !each.closest(".wide-table, .chips, .choose, .visually-hidden"))
  .filter((each) => each.getBoundingClientRect().right > each.closest(".card").getBoundingClientRect().right + 1)
  .map((each) => `cut off: ${each.outerHTML.slice(0, 120)}`)"""
"""What its card hides, so that the page does not become wider."""

SIZES = ((320, "100%"), (390, "100%"), (820, "100%"), (1280, "200%"), (390, "200%"), (320, "200%"))
"""Of the screen in pixels, and of the text."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("names", "options"),
    [
        (list(PAGES), {"viewport": {"width": 1200, "height": 900}}),
        (DARK_TOO, {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}),
    ],
    ids=["desk", "phone-dark"],
)
def test_everybody_can_use_it(open_page: OpenPage, names: list[str], options: dict[str, Any]) -> None:
    """No axe finding (WCAG 2.2 AA and best practice) on any page."""
    page = open_page(**options)
    found = {}
    for name in visited(page, names):
        told = Axe().run(page).response
        # What axe could not tell is a finding to pa11y.
        problems = told["violations"] + told["incomplete"]
        found[name] = [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in problems]
    assert {name: problems for name, problems in found.items() if problems} == {}


@pytest.mark.timeout(900)
def test_it_fits(open_page: OpenPage) -> None:
    """From the smallest phone to text of twice the size, and to both at once, nothing scrolls sideways, and what is
    pressed is at least 44 px high.
    """
    page = open_page()
    found = {}
    for name in visited(page, PAGES):
        for width, text in SIZES:
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate("size => { document.documentElement.style.fontSize = size }", text)
            wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            low = page.locator(PRESSED).evaluate_all(
                "all => all.filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44)"
                ".map(e => e.outerHTML)"
            )
            cut = page.evaluate(CUT)
            found[f"{name} at {width} px, {text} text"] = [*low, *cut, *(["wider than the screen"] if wide else [])]
    assert {place: problems for place, problems in found.items() if problems} == {}


def in_order(name: str, *texts: str) -> bool:
    """Whether the page says one after the other."""
    text = " ".join(document(name).texts["main"][0].split())
    places = [text.find(each) for each in texts]
    return -1 not in places and places == sorted(places)


def test_figures_stand_in_one_order() -> None:
    """What is due, what is overdue, next due date, credit: on every page that has them."""
    assert [in_order(name, "Amount due", "Overdue", "Next due", "Less credit") for name in ("home", "list")] == [
        True,
        True,
    ]


@pytest.mark.parametrize("name", ["payment-methods", "payment-methods-expired", "payment-methods-none"])
def test_payment_methods_begin_with_who_stores_them(name: str) -> None:
    valid, missing = "You have a valid payment method.", "Add a payment method before you can order."
    ready = valid if name == "payment-methods" else missing
    assert in_order(name, "Stored by our billing system, never by this portal.", ready)


def test_an_invoice_is_told_in_order() -> None:
    """Billed to and from, gateway, lines, totals, payments, notes: for those who hear it, too."""
    assert in_order("invoice-part-paid", "Billed to", "From", "Pay with", "Description", "Subtotal", "What happened")

"""The pages as people see them, in Chromium: nothing complains or overflows. `make screenshots` keeps the pictures."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Complaints, sign_in
from tests.conftest import OpenPage
from tests.showroom import STAFF, Showroom, running_showroom

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}
DARK: dict[str, Any] = {"color_scheme": "dark"}


class Picture(NamedTuple):
    name: str
    path: str
    email: str = "ada@example.com"
    options: Mapping[str, Any] = MappingProxyType({})


PICTURES = [
    Picture("sign-in", "/sign-in", ""),
    Picture("home", "/"),
    Picture("invoices", "/invoices"),
    Picture("invoices-dark", "/invoices", options=DARK),
    Picture("invoices-phone", "/invoices", options=PHONE),
    Picture("invoices-japanese", "/invoices", "yuki@example.com", {"locale": "ja-JP"}),
    Picture("invoice", "/invoices/{overdue}"),
    Picture("invoice-phone", "/invoices/{overdue}", options=PHONE),
    Picture("profile", "/profile"),
    Picture("profile-phone", "/profile", "yuki@example.com", {**PHONE, **DARK, "locale": "ja-JP"}),
    Picture("payment-methods", "/payment-methods"),
    Picture("payment-methods-phone", "/payment-methods", options=PHONE),
    Picture("subscriptions", "/subscriptions", "bob@example.com"),
    Picture("subscriptions-japanese", "/subscriptions", "yuki@example.com", {"locale": "ja-JP"}),
    Picture("payments-phone", "/transactions", options=PHONE),
    Picture("credit", "/credit"),
    Picture("quotes-dark", "/quotes", options=DARK),
    Picture("contacts", "/contacts"),
    Picture("statement", "/statement"),
    Picture("home-phone", "/", options=PHONE),
    Picture("order", "/order"),
    Picture("order-phone", "/order", options={**PHONE, **DARK}),
    Picture("order-review", "/order?offer=2:monthly", options=DARK),
    Picture("order-review-phone", "/order?offer=2:monthly", options=PHONE),
    Picture("order-without-method", "/order?offer=2:monthly", "bob@example.com"),
    Picture("order-without-method-phone", "/order?offer=2:monthly", "bob@example.com", {**PHONE, **DARK}),
    Picture("order-done", "/orders/{active}"),
    Picture("order-done-phone", "/orders/{active}", "yuki@example.com", {**PHONE, **DARK, "locale": "ja-JP"}),
    Picture("order-stopped", "/orders/{stopped}", options=DARK),
    Picture("order-stopped-phone", "/orders/{stopped}", options=PHONE),
    Picture("staff", "/staff", STAFF),
    Picture("no-invoices", "/invoices", "nora@example.com"),
    Picture("not-found", "/invoices/999999"),
]


@pytest.fixture(scope="module")
def showroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Showroom]:
    with running_showroom(tmp_path_factory.mktemp("pictures"), brand_name="Analytical Hosting") as showroom:
        yield showroom


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_page(
    showroom: Showroom, open_page: OpenPage, complaints: Complaints, tmp_path: Path, picture: Picture
) -> None:
    """One heading that the title begins with, one language, nothing wider than the screen, no complaint."""
    complaints.expected.append("404 (Not Found)")
    page = open_page(**picture.options)
    if picture.email:
        page.context.add_cookies([cookie_of(showroom, picture.email)])
    page.goto(showroom.stack.url + showroom.address(picture.path, picture.email))
    assert_sound(page)
    keep(page, tmp_path, picture.name)


def cookie_of(showroom: Showroom, email: str) -> dict[str, str]:
    """Of somebody who has signed in: a browser that does so for each picture takes longer than the picture."""
    with showroom.stack.visitor(email) as visitor:
        name = "counterfoil_session"
        return {"name": name, "value": visitor.cookies[name], "url": showroom.stack.url}


def test_page_in_an_outage(showroom: Showroom, open_page: OpenPage, complaints: Complaints, tmp_path: Path) -> None:
    """The page of an outage is as sound as the others, and has the way to try again."""
    complaints.expected.append("503 (Service Unavailable)")
    page, portal = open_page(), showroom.stack
    sign_in(page, portal.url, "chidi@example.com")
    portal.sandbox.break_with("status")
    portal.sandbox.tell("client.updated", client_id=3)
    page.goto(f"{portal.url}/invoices")
    portal.sandbox.mend()
    expect(page.locator("main")).to_contain_text("The billing system is unavailable. Please try again.")
    assert_sound(page)
    keep(page, tmp_path, "unavailable")


def assert_sound(page: Page) -> None:
    headings = page.get_by_role("heading", level=1)
    expect(headings).to_have_count(1)
    assert page.title().startswith(headings.inner_text().strip())
    assert page.locator("html").get_attribute("lang")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.locator("form:not([action])").count() == 0


def keep(page: Page, tmp_path: Path, name: str) -> None:
    folder = Path(os.environ.get("COUNTERFOIL_TEST_SCREENSHOTS") or tmp_path)
    page.screenshot(path=folder / f"{name}.png")
    assert (folder / f"{name}.png").stat().st_size > 5_000

"""The form in a browser: focus, another country at once, and a page that does not change under one's hands."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Complaints, sign_in
from tests.conftest import OpenPage
from tests.stack import Stack

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
NOT_SAVED = "Failed to load resource"

pytestmark = pytest.mark.usefixtures("untouched")


@pytest.mark.parametrize("options", [{}, PHONE, {"java_script_enabled": False}], ids=["desk", "phone", "no script"])
def test_by_hand(portal: Stack, open_page: OpenPage, complaints: Complaints, options: dict[str, Any]) -> None:
    """Wrong first, then right: the focus goes to the summary, its link to the field, Enter saves."""
    complaints.expected.append(NOT_SAVED)
    page = open_page(**options)
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/profile")
    page.locator("#postcode").fill("123")
    page.locator("#postcode").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link", name="Postcode").click()
    expect(page).to_have_url(re.compile("#postcode$"))
    page.locator("#postcode").fill("EC1Y 8SY")
    page.locator("#postcode").press("Enter")
    expect(page.locator("main")).to_contain_text("Saved. New invoices use this address.")
    expect(page.locator("#postcode")).to_have_value("EC1Y 8SY")


def test_another_country_at_once(portal: Stack, page: Page) -> None:
    """With a script the fields change when the country does, and nothing typed is lost."""
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/profile")
    page.locator("#company_name").fill("Engines Inc.")
    page.locator("#country").focus()
    page.locator("#country").select_option("US")
    expect(page.get_by_label("ZIP code")).to_be_visible()
    expect(page.locator("#company_name")).to_have_value("Engines Inc.")
    expect(page.locator("#country")).to_be_focused()
    expect(page.get_by_role("button", name="Show the fields")).to_have_count(0)


def test_nobody_types_into_a_page_that_changes(portal: Stack, page: Page) -> None:
    """An open page shows what changed elsewhere, unless somebody has begun to edit: they see it when they save."""
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/profile")
    expect(page.locator("html[data-is-live]")).to_have_count(1)
    portal.sandbox.control("PATCH", "clients/1", {"city": "Leeds"})
    expect(page.locator("#city")).to_have_value("Leeds")
    page.locator("#address1").fill("1 Dorset Street")
    with page.expect_response("**/profile"):
        portal.sandbox.control("PATCH", "clients/1", {"city": "York"})
    expect(page.locator("#city")).to_have_value("Leeds")
    expect(page.locator("#address1")).to_have_value("1 Dorset Street")


@pytest.mark.parametrize("email", ["rechnung@bücher.de", "jörg@example.com"])
def test_an_address_that_is_not_edited_survives(portal: Stack, open_page: OpenPage, email: str) -> None:
    """Of another alphabet, in its domain or before it: Chromium would write the one in its own way, and not send a form
    with the other.
    """
    portal.sandbox.control("PATCH", "clients/1", {"email": email, "address2": "odd\u00a0\u200bblanks"})
    portal.sandbox.wait_for_deliveries()
    portal.sandbox.forget_calls()
    page = open_page()
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/profile")
    expect(page.get_by_label("Billing e-mail address")).to_have_value(email)
    page.get_by_label("Address", exact=True).fill("1 Dorset\u200b Street")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    [write] = [call["params"] for call in portal.sandbox.calls() if call["action"] == "UpdateClient"]
    assert write == {"clientid": "1", "address1": "1 Dorset Street"}

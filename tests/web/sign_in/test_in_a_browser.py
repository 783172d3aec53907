"""Signing in and out in a real browser, whose rules for forms and scripts the pages must keep."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests import openid
from tests.conftest import OpenPage
from tests.stack import Stack, running_stack


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("portal"), openid=True, oidc_name="Northwind Internet") as running:
        yield running


def test_in_by_the_provider_and_out_of_both(portal: Stack, page: Page) -> None:
    """Choose a demo customer with two-factor, come to the page asked for, sign out; form-action stops nothing."""
    openid.behave(portal.sandbox)
    page.goto(f"{portal.url}/profile")
    page.get_by_role("link", name="Sign in with Northwind Internet").click()
    page.get_by_role("button", name="Sign in as Tess Two-Factor").click()
    expect(page).to_have_url(f"{portal.url}/profile")
    page.locator("#menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()


def test_a_password_is_shown_to_whoever_typed_it(tmp_path_factory: pytest.TempPathFactory, open_page: OpenPage) -> None:
    """By the keyboard, too; without a script there is no such button."""
    with running_stack(tmp_path_factory.mktemp("passwords")) as running:
        page = open_page()
        page.goto(f"{running.url}/sign-in")
        field, button = page.get_by_label("Password", exact=True), page.get_by_role("button", name="Show password")
        field.fill("demo-password-1")
        button.press("Enter")
        expect(field).to_have_attribute("type", "text")
        expect(button).to_have_attribute("aria-pressed", "true")
        page.get_by_label("E-mail address").fill("ada@example.com")
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page).to_have_url(f"{running.url}/")
        page.goto("about:blank")  # its live stream must not outlive the portal
        plain = open_page(java_script_enabled=False)
        plain.goto(f"{running.url}/sign-in")
        expect(plain.get_by_role("button", name="Show password")).to_have_count(0)

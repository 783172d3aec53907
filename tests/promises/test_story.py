"""The main job in a real browser: sign in, see what is due, pay in WHMCS, see it paid."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser import sign_in
from tests.stack import Stack


def test_ada_pays_an_invoice(stack: Stack, page: Page) -> None:
    """A customer signs in, opens an unpaid invoice and pays it in WHMCS; the first tab turns to Paid by itself."""
    invoice_id = stack.sandbox.notable("ada.due_soon")
    sign_in(page, stack.url, "ada@example.com")
    page.goto(f"{stack.url}/invoices")
    expect(page.get_by_role("heading", level=1)).to_have_text("Invoices")
    page.locator(f"a[href='/invoices/{invoice_id}']").click()
    expect(page.locator("main")).to_contain_text("€120.00")

    with page.context.expect_page() as opened:
        page.get_by_role("button", name=re.compile(r"^Pay €120\.00")).click()
    whmcs = opened.value
    whmcs.wait_for_load_state()
    assert whmcs.url.startswith(stack.sandbox.url)
    assert whmcs.evaluate("window.opener === null"), "WHMCS's page reaches the portal's tab"
    expect(page.locator("main")).to_contain_text("Waiting for your payment in the other tab")
    whmcs.get_by_role("button", name=re.compile("Pay")).first.click()

    expect(page.locator("main")).to_contain_text("Thank you.")
    expect(page.locator("main .status").first).to_contain_text("Paid")
    expect(page.get_by_role("button", name=re.compile("^Pay"))).to_have_count(0)


def test_ada_pays_without_javascript(stack: Stack, browser: Browser) -> None:
    """Every step of it works without JavaScript, too; then the page is read again by hand."""
    invoice_id = stack.sandbox.notable("ada.due_soon")
    context = browser.new_context(locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, stack.url, "ada@example.com")
    page.goto(f"{stack.url}/invoices/{invoice_id}")
    with context.expect_page() as opened:
        page.get_by_role("button", name=re.compile(r"^Pay €120\.00")).click()
    opened.value.wait_for_load_state()
    pay = opened.value.get_by_role("button", name=re.compile("Pay"))
    pay.first.click()
    expect(pay).to_have_count(0)
    stack.sandbox.wait_for_deliveries()
    page.reload()
    expect(page.locator("main .status").first).to_contain_text("Paid")
    context.close()

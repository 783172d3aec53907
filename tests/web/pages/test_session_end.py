"""A session that ends while somebody types, or at Pay: the reason is said, and what was typed comes back to them."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.browser import Complaints, sign_in
from tests.conftest import OpenPage
from tests.stack import Stack

ENDED = "Your session has ended. Please sign in again."
KEPT = "Your session has ended. What you have typed stays in this tab."
BACK = "What you had typed is here again. It is not saved yet."
PAGE = {"accept": "text/html"}


@pytest.fixture(autouse=True)
def untouched(portal: Stack) -> None:
    portal.sandbox.control("POST", "reset")
    portal.sandbox.tell("client.updated", client_id=1)


@pytest.fixture
def gone(portal: Stack) -> Iterator[httpx2.Client]:
    """Ada's browser, which does not know yet that her session has ended."""
    with portal.visitor("ada@example.com") as client:
        cookies = dict(client.cookies)
        client.delete("/api/v1/session").raise_for_status()
        client.cookies.clear()
        client.cookies.update(cookies)
        client.headers["accept"] = "text/html"
        yield client


def test_the_reason_and_the_way_back(portal: Stack, gone: httpx2.Client) -> None:
    """Of a page its address, of a form the page that it is on, of Pay the invoice; never another site's."""
    own = {"origin": portal.url, "referer": f"{portal.url}/invoices?view=overdue"}
    foreign = {"sec-fetch-site": "same-origin", "referer": "https://elsewhere.example/profile"}
    ways = [
        gone.get("/invoices?view=overdue"),
        gone.post("/invoices/pay", headers=own),
        gone.post("/invoices/7/pay", headers=own),
        gone.post("/profile", headers=foreign),
    ]
    assert [answer.status_code for answer in ways] == [303] * 4
    assert [answer.headers["location"] for answer in ways] == [
        "/sign-in?expired=1&next=/invoices%3Fview%3Doverdue",
        "/sign-in?expired=1&next=/invoices%3Fview%3Doverdue",
        "/sign-in?expired=1&next=/invoices/7",
        "/sign-in?expired=1",
    ]
    assert ENDED in gone.get(ways[2].headers["location"]).text
    assert gone.get("/invoices", headers={"x-counterfoil-by-itself": "1"}).status_code == 401, "a script is told so"


def test_who_never_signed_in_is_told_of_no_end(anybody: httpx2.Client) -> None:
    assert anybody.get("/", headers=PAGE).headers["location"] == "/sign-in"
    assert anybody.get("/invoices", headers=PAGE).headers["location"] == "/sign-in?next=/invoices"


def sign_out(page: Page, portal: Stack, *, with_cookie: bool) -> None:
    """As in another tab. `with_cookie`: the session ends, and the browser does not know."""
    cookies = page.context.cookies()
    page.request.post(f"{portal.url}/sign-out", headers={"origin": portal.url})
    if with_cookie:
        page.context.add_cookies([{key: value for key, value in each.items() if key != "expires"} for each in cookies])  # type: ignore[misc]


def again(page: Page, email: str) -> None:
    """Signs in on the page that is there."""
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill("demo-password-1")
    page.locator("input[name=password]").press("Enter")
    expect(page.locator("input[name=password]")).to_have_count(0)


def stored(page: Page) -> str:
    return str(page.evaluate("JSON.stringify(sessionStorage)"))


def test_what_was_typed_comes_back(portal: Stack, open_page: OpenPage) -> None:
    """Another country with its own fields, too. Saved, nothing of it is left behind."""
    page = open_page()
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/profile")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("#country").select_option("US")
    page.locator("select#state").select_option("California")
    page.locator("#city").fill("Los Angeles")
    page.locator("#postcode").fill("90210")
    sign_out(page, portal, with_cookie=True)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(ENDED)).to_be_visible()
    again(page, "ada@example.com")
    expect(page).to_have_url(f"{portal.url}/profile")
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.get_by_label("ZIP code")).to_have_value("90210")
    expect(page.locator("select#state")).to_have_value("California")
    expect(page.locator("#city")).to_have_value("Los Angeles")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert "draft" not in stored(page)


def test_another_person_gets_nothing_of_it(portal: Stack, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/profile")
    page.locator("#city").fill("Secretville")
    sign_out(page, portal, with_cookie=True)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(ENDED)).to_be_visible()
    assert "Secretville" in stored(page)
    again(page, "bob@example.com")
    expect(page).to_have_url(f"{portal.url}/profile")
    expect(page.locator("#city")).not_to_have_value("Secretville")
    assert "Secretville" not in stored(page)


def test_signing_out_in_another_tab_destroys_nothing(
    portal: Stack, open_page: OpenPage, complaints: Complaints
) -> None:
    """The page stays as it is, says what happened, and brings the input through the sign-in; but no password."""
    complaints.expected.append("Failed to load resource")
    page = open_page()
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/profile")
    page.locator("#email").fill("countess@example.com")
    page.get_by_role("button", name="Save").click()
    if page.locator("#current_password").count():
        page.locator("#current_password").fill("not-for-the-store")
    page.locator("#city").fill("Bath")
    sign_out(page, portal, with_cookie=False)
    expect(page.get_by_text(KEPT)).to_be_visible(timeout=60_000)
    expect(page.locator("#city")).to_have_value("Bath")
    page.get_by_role("link", name="Sign in again").click()
    assert "Bath" in stored(page)
    assert "not-for-the-store" not in stored(page)
    again(page, "ada@example.com")
    expect(page.locator("#city")).to_have_value("Bath")
    expect(page.locator("#email")).to_have_value("countess@example.com")


def test_a_page_on_which_nothing_was_typed_leads_to_the_sign_in(
    portal: Stack, open_page: OpenPage, complaints: Complaints
) -> None:
    """Pay continues to the invoice."""
    complaints.expected.append("Failed to load resource")
    number = portal.sandbox.notable("ada.due_soon")
    page = open_page()
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/invoices/{number}")
    sign_out(page, portal, with_cookie=True)
    with page.context.expect_page() as opened:
        page.get_by_role("button", name=re.compile("^Pay €")).click()
    for tab in (opened.value, page):
        expect(tab.get_by_text(ENDED)).to_be_visible(timeout=60_000)
    again(opened.value, "ada@example.com")
    expect(opened.value).to_have_url(f"{portal.url}/invoices/{number}")


def test_another_form_of_the_page_takes_nothing_away(portal: Stack, open_page: OpenPage) -> None:
    """ "Refresh" is a form, too."""
    page = open_page()
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/profile")
    page.locator("#city").fill("Bath")
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.locator("#city")).to_have_value("Bath")


def test_who_signs_out_leaves_nothing_behind(portal: Stack, open_page: OpenPage) -> None:
    """On a computer that others use, too."""
    page = open_page()
    sign_in(page, portal.url, "ada@example.com")
    page.goto(f"{portal.url}/profile")
    page.locator("#city").fill("Bath")
    page.locator("#menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert "Bath" not in stored(page)

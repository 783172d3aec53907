"""The way to the OpenID Connect provider and back: it begins here, works once, in one browser, and ends here."""

from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests import openid
from tests.stack import Stack

BEGIN = "Please begin again"


@pytest.fixture(scope="module")
def portal(portal_with_openid: Stack) -> Stack:
    return portal_with_openid


def test_cancelling_is_no_failure(visitor: httpx2.Client) -> None:
    """Whoever goes back without signing in may try again."""
    query = parse_qs(urlsplit(openid.set_out(visitor)).query)
    back = visitor.get("/sign-in/callback", params={"error": "access_denied", "state": query["state"][0]})
    openid.refused(back, "The sign-in was cancelled", 403)


def test_the_way_back_works_once(portal: Stack, visitor: httpx2.Client) -> None:
    """Whoever has copied its address, cookie included, finds it used."""
    address = openid.choose(openid.set_out(visitor), openid.ADA)
    flow = visitor.cookies["counterfoil_sign_in"]
    assert visitor.get(address).status_code == 303
    assert "counterfoil_sign_in" not in visitor.cookies
    with portal.visitor() as thief:
        thief.cookies.set("counterfoil_sign_in", flow)
        openid.refused(thief.get(address), BEGIN, 400)


def test_another_browser_cannot_go_on(portal: Stack, visitor: httpx2.Client) -> None:
    """Neither without a cookie nor with that of a sign-in of its own: nobody is signed in as who sent them a link."""
    address = openid.choose(openid.set_out(visitor), openid.ADA)
    with portal.visitor() as victim:
        openid.refused(victim.get(address), BEGIN, 400)
        openid.set_out(victim)
        openid.refused(victim.get(address), BEGIN, 400)
    assert visitor.get(address).status_code == 303


@pytest.mark.parametrize("change", [lambda text: text[:-1] + "!", lambda text: text[1:], lambda text: "x" * 3000])
def test_a_cookie_that_is_not_ours_is_no_beginning(visitor: httpx2.Client, change: object) -> None:
    """Changed, cut or made up."""
    assert callable(change)
    address = openid.choose(openid.set_out(visitor), openid.ADA)
    cookie = change(visitor.cookies["counterfoil_sign_in"])
    visitor.cookies.clear()
    openid.refused(visitor.get(address, headers={"cookie": f"counterfoil_sign_in={cookie}"}), BEGIN, 400)


@pytest.mark.parametrize("query", ["", "?state=", "?code=x", "?code=x&state=y", "?state=%00&code=%ff", "?error=<b>"])
def test_a_way_back_that_nobody_went(visitor: httpx2.Client, query: str) -> None:
    """A page, whatever the address says."""
    openid.refused(visitor.get(f"/sign-in/callback{query}"), BEGIN, 400)


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example/", "/\\evil.example", "/%09/evil.example"])
def test_the_way_back_stays_here(visitor: httpx2.Client, address: str) -> None:
    """Whatever `next` says."""
    answer = openid.come_back(visitor, openid.ADA, address)
    assert answer.status_code == 303
    assert answer.headers["location"] in {"/", "/%09/evil.example"}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_cannot_begin_a_sign_in(visitor: httpx2.Client, site: str) -> None:
    """A link elsewhere leads to the page with the button, where the person decides; ours and an address that was typed
    set out at once.
    """
    answer = visitor.get("/sign-in/start?next=/profile", headers={"sec-fetch-site": site})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/profile")
    assert "counterfoil_sign_in" not in visitor.cookies
    for own in ("same-origin", "none"):
        answer = visitor.get("/sign-in/start", headers={"sec-fetch-site": own})
        assert "/oauth/authorize.php" in answer.headers["location"]


def test_the_portal_by_another_name_of_this_machine(portal: Stack, visitor: httpx2.Client) -> None:
    """The way back is BASE_URL's, so the way there begins there too, with one press of the button."""
    port = portal.url.rpartition(":")[2]
    elsewhere = {"host": f"localhost:{port}"}
    answer = visitor.get("/sign-in?next=/profile", headers=elsewhere)
    assert answer.headers["location"] == f"{portal.url}/sign-in?next=%2Fprofile&moved=1"
    assert visitor.get("/sign-in?next=/profile&moved=1", headers=elsewhere).status_code == 200

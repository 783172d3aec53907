"""The way to WHMCS's page for payment methods: for whom, where to, and what is done when WHMCS gives none."""

import httpx2
import pytest

from tests.stack import Stack

LINK = "/api/v1/payment-methods/link"

pytestmark = pytest.mark.usefixtures("untouched")


def test_the_link_is_for_this_person_and_kept_by_nobody(portal: Stack) -> None:
    """An invited user is not signed in as the owner, and lands on WHMCS's own page for it."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 4}).raise_for_status()
        answer = chidi.post(LINK)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        away = chidi.post("/payment-methods/manage")
    assert (away.status_code, away.headers["cache-control"]) == (303, "no-store")
    assert away.headers["referrer-policy"] == "no-referrer"
    for call in calls(portal, "CreateSsoToken"):
        wanted = {"client_id": "4", "user_id": "3", "destination": "clientarea:billing_info"}
        assert {key: call["params"].get(key) for key in wanted} == wanted
    with httpx2.Client(follow_redirects=True, timeout=60) as browser:
        landed = browser.get(answer.json()["url"])
    assert landed.url.params["rp"] == "/account/paymentmethods"


def test_a_refused_sign_on_leads_to_the_plain_page(portal: Stack) -> None:
    """Sam has switched one-time links off: the page is the same, only that he signs in there."""
    plain = f"{portal.sandbox.url}/index.php?rp=/account/paymentmethods"
    with portal.visitor("sam@example.com") as sam:
        assert sam.post(LINK).json() == {"url": plain, "expires_at": None, "signed_in": False}
        page = sam.post("/payment-methods/manage")
    assert (page.status_code, plain in page.text) == (200, True)
    assert 'href="/payment-methods"' in page.text


def test_links_are_limited(portal: Stack) -> None:
    """Per user, together with those for paying."""
    with portal.visitor("nora@example.com") as nora:
        answers = [nora.post(LINK) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "message", ["No", "Invalid user_id", "Command Not Found", "Token could not be provisioned: invalid_client"]
)
def test_a_refused_link_is_the_plain_page(portal: Stack, ada: httpx2.Client, message: str) -> None:
    """Whatever WHMCS's reason, it works and can be signed in to."""
    portal.sandbox.break_with("error", message=message, action="CreateSsoToken")
    assert ada.post(LINK).json()["url"] == f"{portal.sandbox.url}/index.php?rp=/account/paymentmethods"


def test_a_link_by_the_path_where_names_of_pages_are_gone(portal: Stack, ada: httpx2.Client) -> None:
    """WHMCS 9 refuses clientarea:billing_info: it is asked once more, for the same page by its path."""
    portal.sandbox.control("PUT", "quirks", {"custom-redirect-only": True})
    portal.sandbox.forget_calls()
    assert "access_token=" in ada.post(LINK).json()["url"]
    asked = [call["params"] for call in portal.sandbox.calls() if call["action"] == "CreateSsoToken"]
    assert [each["destination"] for each in asked] == ["clientarea:billing_info", "sso:custom_redirect"]
    assert asked[1]["sso_redirect_path"] == "index.php?rp=/account/paymentmethods"


def test_a_link_of_another_system_url_is_the_plain_page(portal: Stack, ada: httpx2.Client) -> None:
    """www, https or a host of its own: the link is not followed, and the log says which setting it is about."""
    for elsewhere in ("http://www.example.com", portal.sandbox.url.replace("http:", "https:"), "http://localhost:1"):
        portal.sandbox.control("PATCH", "settings", {"system_url": elsewhere})
        assert ada.post(LINK).json()["url"] == f"{portal.sandbox.url}/index.php?rp=/account/paymentmethods"
    line = [line for line in portal.logged() if line["event"] == "WHMCS gave no one-time link"][-1]
    assert "System URL" in line["hint"]
    assert "WHMCS_URL" in line["hint"]
    assert "access_token" not in str(line)


def test_whmcs_down_makes_no_link(portal: Stack, ada: httpx2.Client) -> None:
    """It is said, and nobody is sent to a page that is not there."""
    portal.sandbox.break_with("bad-gateway", action="CreateSsoToken")
    assert ada.post(LINK).json()["code"] == "billing_unavailable"


def calls(portal: Stack, action: str) -> list[dict[str, dict[str, str]]]:
    return [call for call in portal.sandbox.calls() if call["action"] == action]

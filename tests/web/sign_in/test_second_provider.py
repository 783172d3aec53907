"""Signing in by a provider that nobody of ours wrote: Django's OAuth Toolkit, in a process of its own."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

from tests import openid
from tests.processes import Child, free_port
from tests.stack import Stack, answers, plain_environment, running_stack

PROGRAM = Path(__file__).parents[2] / "django_provider.py"


class Login(NamedTuple):
    portal: Stack
    provider: str
    """Its origin."""


@pytest.fixture(scope="module")
def login(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Login]:
    folder, port = tmp_path_factory.mktemp("provider"), free_port()
    url = f"http://127.0.0.1:{port}"
    given = {"oidc_issuer": f"{url}/o", "oidc_client_id": "portal", "oidc_client_secret": "secret of the tests"}
    with running_stack(folder, **given) as portal:
        command = [sys.executable, str(PROGRAM), str(port), portal.url, str(folder)]
        child = Child(command, folder / "provider.log", env=plain_environment(), cwd=folder)
        try:
            child.start(lambda: answers(f"{url}/o/.well-known/openid-configuration"))
            yield Login(portal, url)
        finally:
            child.stop()


def come_back(login: Login, visitor: httpx2.Client, browser: httpx2.Client, email: str) -> httpx2.Response:
    """The portal's answer to somebody who signed in at the provider as `email`. `browser`: what the provider sees."""
    browser.get(f"{login.provider}/as", params={"email": email}).raise_for_status()
    back = browser.get(openid.set_out(visitor, "/invoices"))
    assert back.status_code == 302, back.text
    return visitor.get(back.headers["location"])


def test_in_and_out_of_both(login: Login) -> None:
    """In by code and PKCE, which it requires, with the client's secret; out by way of its own sign-out, which asks
    whether it is meant, and back.
    """
    with login.portal.visitor() as visitor, httpx2.Client(timeout=60) as browser:
        answer = come_back(login, visitor, browser, "tess@example.com")
        assert (answer.status_code, answer.headers["location"]) == (303, "/invoices"), answer.text
        assert visitor.get("/api/v1/session").json()["user"]["name"] == "Tess Two-Factor"
        left = visitor.post("/sign-out")
        assert left.headers["location"].startswith(f"{login.provider}/o/logout/?")
        asked = browser.get(left.headers["location"])
        fields = dict(re.findall(r'<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?', asked.text))
        back = browser.post(left.headers["location"], data={**fields, "allow": "Logout"})
        assert back.status_code == 302, back.text
        assert "You are signed out." in visitor.get(back.headers["location"]).text
        assert visitor.get("/api/v1/session").status_code == 401
        # Its own session has ended, too: it asks who one is.
        assert "/login" in browser.get(openid.set_out(visitor)).headers["location"]


def test_somebody_without_a_billing_account(login: Login) -> None:
    """Proven, and nobody here."""
    with login.portal.visitor() as visitor, httpx2.Client(timeout=60) as browser:
        answer = come_back(login, visitor, browser, "stranger@example.com")
    assert answer.status_code == 403
    assert "No billing account belongs to the e-mail address" in answer.text


def test_a_code_of_somebody_else_opens_nothing(login: Login) -> None:
    """Who is sent the way back of another's sign-in has no verifier for it, and no state."""
    with login.portal.visitor() as visitor, login.portal.visitor() as other, httpx2.Client(timeout=60) as browser:
        browser.get(f"{login.provider}/as", params={"email": "ada@example.com"}).raise_for_status()
        theirs = httpx2.URL(browser.get(openid.set_out(other)).headers["location"]).params
        own = httpx2.URL(browser.get(openid.set_out(visitor)).headers["location"]).params
        mixed = visitor.get("/sign-in/callback", params={"code": theirs["code"], "state": own["state"]})
        assert mixed.status_code == 403
        assert "does not prove who you are" in mixed.text


def test_the_doctor_knows_it(login: Login) -> None:
    """Its metadata, its keys, and that it knows this portal."""
    said = login.portal.command("doctor")
    assert f"is {login.provider}/o, with 1 key, and signs with RS256" in said
    assert "sign-in credentials: taken (client_secret_" in said

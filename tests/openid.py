"""Somebody with a browser who signs in by the sandbox's OpenID Connect provider, as far as plain HTTP goes."""

import html
import re

import httpx2

from tests.stack import Sandbox

ADA, BOB, CHIDI, TESS = 1, 2, 3, 5


def behave(sandbox: Sandbox, kind: str = "", **how: object) -> None:
    """How the provider behaves from now on; as it should without a kind. Kinds: docs/sandbox.md."""
    sandbox.control("PUT", "openid", {"kind": kind, **how})


def asked(sandbox: Sandbox) -> dict[str, str]:
    """The last authorization request."""
    last: dict[str, str] = sandbox.control("GET", "openid")["asked"][-1]
    return last


def set_out(visitor: httpx2.Client, next_address: str = "/", **more: str) -> str:
    """Where the portal sends the browser."""
    answer = visitor.get("/sign-in/start", params={"next": next_address, **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def choose(address: str, user_id: int) -> str:
    """Where the provider sends the browser once somebody has chosen who they are."""
    shown = httpx2.get(address, timeout=60)
    forms = re.findall(r'<form method="post" action="/oauth/authorize.php">(.*?)</form>', shown.text, re.DOTALL)
    filled = [dict(re.findall(r'name="([^"]*)" value="([^"]*)"', form)) for form in forms]
    (mine,) = [form for form in filled if form["user"] == str(user_id)]
    fields = {name: html.unescape(value) for name, value in mine.items()}
    answer = httpx2.post(address.partition("?")[0], data=fields, timeout=60)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def come_back(visitor: httpx2.Client, user_id: int, next_address: str = "/") -> httpx2.Response:
    """The portal's answer to the way back."""
    return visitor.get(choose(set_out(visitor, next_address), user_id))


def refused(answer: httpx2.Response, words: str, status: int) -> None:
    """A page with these words and the way to try again, and no session."""
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert "/sign-in/start" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert not any(cookie.startswith("counterfoil_session=") for cookie in answer.headers.get_list("set-cookie"))

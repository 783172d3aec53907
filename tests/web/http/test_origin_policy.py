"""Which requests are refused because they are for another host or come from another site (security.md, Browser)."""

import httpx2
import pytest

from counterfoil.web.http.origin_policy import OriginPolicy
from tests.stack import Stack
from tests.web.raw import send_raw
from tests.web.settings import settings

SIGN_IN = {"email": "nobody@example.com", "password": "wrong"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": ""},
        {"Sec-Fetch-Site": "cross-site", "Origin": "{own}"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "{own}.evil.example"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "{own}/"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_unsafe_requests_of_other_sites_are_refused(
    anybody: httpx2.Client, portal: Stack, headers: dict[str, str], method: str
) -> None:
    """Whatever the route, before anything is looked at."""
    named = {name: value.format(own=portal.url) for name, value in headers.items()}
    answer = anybody.request(method, "/api/v1/session", json=SIGN_IN, headers=named)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site_request")


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "{own}"}, {}],
)
def test_our_own_pages_and_programs_pass(anybody: httpx2.Client, portal: Stack, headers: dict[str, str]) -> None:
    """A request with neither header is not from a browser."""
    named = {name: value.format(own=portal.url) for name, value in headers.items()}
    answer = anybody.put("/api/v1/session/client", json={"client_id": 1}, headers=named)
    assert answer.json()["code"] == "not_signed_in"


def test_links_from_other_sites_may_be_followed(anybody: httpx2.Client) -> None:
    """Safe methods are not looked at: people arrive by links in mails."""
    assert anybody.get("/sign-in", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: evil.example@127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
    ],
)
def test_requests_for_other_hosts_are_refused(portal: Stack, request_bytes: bytes) -> None:
    """No link or redirect can be made to lead to a host that a request made up."""
    answer = send_raw(portal.url, request_bytes)
    assert answer.status == 400
    assert "location:" not in answer.text.lower()


def test_orchestrators_may_probe_by_address(portal: Stack) -> None:
    """A container's own address is in no setting."""
    for path in (b"/healthz", b"/readyz"):
        assert send_raw(portal.url, b"GET %s HTTP/1.1\r\nHost: 10.1.2.3:8000\r\n\r\n" % path).status == 200


@pytest.mark.parametrize("host", [b"portal.example", b"PORTAL.example", b"portal.example:443"])
def test_a_public_portal_knows_only_its_name(host: bytes) -> None:
    origin_policy = OriginPolicy(settings(base_url="https://portal.example"))
    assert origin_policy.knows_host(host)
    for other in (
        b"127.0.0.1",
        b"localhost",
        b"portal.example:8000",
        b"portal.example:80",
        b"portal.example.",
        b"",
        b"\xff",
    ):
        assert not origin_policy.knows_host(other)

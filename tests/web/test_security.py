"""What the edge refuses, and what every answer carries (security.md, Browser and Limits)."""

import base64
import json
import socket
import time

import httpx2
import pytest

from counterfoil.settings import load
from counterfoil.web.http.edge import without_empty
from counterfoil.web.http.origin_policy import OriginPolicy, security_headers
from counterfoil.web.http.request_context import address_of
from counterfoil.web.sign_in.sessions import cookie_name, session_cookie
from tests.stack import Stack
from tests.web.raw import send_raw

SETTINGS = {
    "COUNTERFOIL_SECRET_KEY": "k" * 32,
    "COUNTERFOIL_WHMCS_URL": "https://billing.example/whmcs",
    "COUNTERFOIL_WHMCS_IDENTIFIER": "identifier",
    "COUNTERFOIL_WHMCS_SECRET": "secret",
}
SIGN_IN = {"email": "nobody@example.com", "password": "wrong"}


@pytest.mark.parametrize("path", ["/healthz", "/sign-in", "/api/v1/session", "/nothing", "/api/openapi.json", "/"])
def test_every_answer_carries_the_headers(anybody: httpx2.Client, portal: Stack, path: str) -> None:
    """Pages, the API and errors alike."""
    headers = anybody.get(path, headers={"Accept": "text/html"}).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert (policy["object-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'",) * 3
    assert policy["form-action"] == f"'self' {portal.sandbox.url}"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "public" not in headers["cache-control"]


def test_https_is_remembered_only_where_it_is() -> None:
    """HSTS from a loopback http portal would lock developers out of everything else on their machine."""
    plain = dict(security_headers(load(SETTINGS)))
    public = dict(security_headers(load({**SETTINGS, "COUNTERFOIL_BASE_URL": "https://portal.example"})))
    assert b"strict-transport-security" not in plain
    assert public[b"strict-transport-security"].startswith(b"max-age=")


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
    origin_policy = OriginPolicy(load({**SETTINGS, "COUNTERFOIL_BASE_URL": "https://portal.example"}))
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


def test_a_body_of_10_mb_is_refused_and_the_caller_learns_why(anybody: httpx2.Client) -> None:
    """413, not a connection that breaks while the body is being sent."""
    answer = anybody.post("/api/v1/session", content=b"x" * 10_000_000, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")


def test_a_body_that_hides_its_length_is_refused_too(anybody: httpx2.Client) -> None:
    """Chunked: counted as it comes."""
    answer = anybody.post(
        "/api/v1/session",
        content=(b"x" * 1000 for _ in range(1000)),
        headers={"content-type": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")


def test_64_kib_pass(anybody: httpx2.Client) -> None:
    padding = 64 * 1024 - len(json.dumps({"client_id": 1}))
    body = json.dumps({"client_id": 1}) + " " * padding
    answer = anybody.put("/api/v1/session/client", content=body, headers={"content-type": "application/json"})
    assert answer.json()["code"] == "not_signed_in"
    answer = anybody.put("/api/v1/session/client", content=body + " ", headers={"content-type": "application/json"})
    assert answer.json()["code"] == "content_too_large"


def test_a_refusal_leaves_the_connection_usable(portal: Stack) -> None:
    """Refused before anybody read the body: it is taken all the same, so that the next request is answered too."""
    request = (
        b"PUT /api/v1/session/client HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", int(portal.url.rsplit(":", 1)[1])), timeout=10) as connection:
        reader = connection.makefile("rb")
        for _ in range(3):
            connection.sendall(request + b" " * 20_000)
            time.sleep(0.05)  # the rest comes in a packet of its own
            connection.sendall(b" " * 40_000)
            assert reader.readline().startswith(b"HTTP/1.1 401")
            length = 0
            while (line := reader.readline()) != b"\r\n":
                assert line, "the connection was closed"
                name, _, value = line.lower().partition(b":")
                length = int(value) if name == b"content-length" else length
            reader.read(length)


@pytest.mark.parametrize("chunk", [b"ZZ\r\nabc\r\n", b"-1\r\n\r\n", b"5\r\nabc\r\n0\r\n\r\n", b"fffffffffffffffff\r\n"])
def test_bad_chunks_are_a_bad_request(portal: Stack, chunk: bytes) -> None:
    """Not an internal error: the caller sent nonsense."""
    head = (
        b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    assert send_raw(portal.url, head + chunk).status == 400


def test_whatever_can_be_read_can_be_asked_about(anybody: httpx2.Client) -> None:
    """HEAD, as monitors send it: the same headers, no body."""
    page, head = anybody.get("/sign-in"), anybody.head("/sign-in")
    assert head.status_code == 200
    assert head.headers["content-length"] == page.headers["content-length"]
    assert head.content == b""


def test_a_request_has_one_log_line_without_secrets(anybody: httpx2.Client, portal: Stack) -> None:
    """Method, route, status, duration and id; the query and the cookies may hold anything."""
    canary = base64.b32encode(b"canary").decode()
    answer = anybody.get(
        f"/invoices/{canary}?token={canary}",
        headers={"Cookie": f"counterfoil_session={canary}", "X-Request-Id": canary},
    )
    assert answer.headers["x-request-id"] != canary
    line = portal.logged_request(answer.headers["x-request-id"])
    assert (line["method"], line["status"]) == ("GET", 303)
    assert canary not in portal.portal.output()


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3", "10.0.0.3"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("::ffff:203.0.113.9", "198.51.100.1", "203.0.113.9"),
    ],
)
def test_only_our_own_proxies_are_believed(peer: str, forwarded: str, expected: str) -> None:
    """And of what they say only the last hop: what stands before it the caller may have written."""
    settings = load({**SETTINGS, "COUNTERFOIL_TRUSTED_PROXIES": "10.0.0.0/8"})
    headers = [(b"x-forwarded-for", forwarded.encode())]
    scope = {"type": "http", "client": (peer, 1), "headers": headers}
    assert address_of(scope, dict(headers), settings.trusted_proxies) == expected  # type: ignore[arg-type]


def test_the_session_cookie_is_for_this_host_and_no_script() -> None:
    """`__Host-`: the browser takes it from this very host, over https, for every path, and from nobody beside it."""
    settings = load({**SETTINGS, "COUNTERFOIL_BASE_URL": "https://portal.example"})
    written = session_cookie(settings, "value").to_header(header="")
    assert {part.strip().lower() for part in written.split(";")} == {
        *("__host-counterfoil_session=value", "path=/", "secure", "httponly", "samesite=lax")
    }
    assert cookie_name(load(SETTINGS)) == "counterfoil_session", "browsers take no __Host- cookie over http"


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND"])
def test_other_methods_are_none(portal: Stack, method: str) -> None:
    """TRACE would show headers to scripts that may not read them."""
    request = f"{method} / HTTP/1.1\r\nHost: {portal.url[7:]}\r\nConnection: close\r\n\r\n"
    assert send_raw(portal.url, request.encode()).status == 405


@pytest.mark.parametrize(
    ("query", "left"),
    [
        (b"", b""),
        (b"status=&from=&to=&q=&sort=&page=&page_size=", b""),
        (b"status=paid&from=&page=2", b"status=paid&page=2"),
        (b"q=a=", b"q=a="),
        (b"q=&q=x&flag", b"q=x&flag"),
    ],
)
def test_an_empty_parameter_is_an_absent_one(query: bytes, left: bytes) -> None:
    """As forms send fields that nobody filled in, and as the contract writes the call."""
    assert without_empty(query) == left


def test_a_list_asked_for_with_empty_parameters(portal: Stack) -> None:
    with portal.visitor("ada@example.com") as ada:
        plain = ada.get("/api/v1/invoices")
        empty = ada.get("/api/v1/invoices?status=&from=&to=&q=&sort=&page=&page_size=")
        assert empty.json()["items"] == plain.json()["items"]

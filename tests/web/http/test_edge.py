"""What every request passes, whatever answers it."""

import base64
from pathlib import Path

import httpx2
import pytest

from counterfoil.web.http.edge import without_empty
from tests.stack import Stack, running_stack
from tests.web.raw import send_raw


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


def test_probes_of_http_1_0_need_no_host(portal: Stack) -> None:
    """As some load balancers send them. Anything else, and HTTP/1.1, still has to name one."""
    for path, version, status in (
        ("/healthz", "1.0", 200),
        ("/readyz", "1.0", 200),
        ("/healthz", "1.1", 400),
        ("/sign-in", "1.0", 400),
    ):
        assert send_raw(portal.url, f"GET {path} HTTP/{version}\r\n\r\n".encode()).status == status, (path, version)


@pytest.mark.parametrize("coding", ["gzip, chunked", "gzip,chunked", "chunked, chunked", "identity, chunked"])
def test_a_body_in_another_coding_is_refused(portal: Stack, coding: str) -> None:
    """It would be read as if it were not compressed."""
    head = f"POST /api/v1/session HTTP/1.1\r\nHost: {portal.url[7:]}\r\nTransfer-Encoding: {coding}\r\n"
    request = f"{head}Content-Type: application/json\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"
    assert send_raw(portal.url, request.encode()).status == 400


def test_a_form_in_parts_is_refused(portal: Stack) -> None:
    """No form here sends files; a part may claim a character set that nobody knows."""
    about = 'Content-Disposition: form-data; name="email"\r\nContent-Type: text/plain; charset=klingon'
    part = f"--x\r\n{about}\r\n\r\na\r\n--x--\r\n"
    with portal.visitor("ada@example.com") as ada:
        headers = {"Content-Type": "multipart/form-data; boundary=x", "Accept": "text/html"}
        assert ada.post("/invoices/pay", content=part, headers=headers).status_code == 415


def test_cookies_in_several_lines_are_all_read(portal: Stack) -> None:
    """HTTP/2 sends each in a line of its own, and what stands in front may pass that on: pages and programs alike."""
    with portal.visitor("ada@example.com") as ada:
        session = ada.cookies["counterfoil_session"]
    for lines in ([f"counterfoil_session={session}", "other=1"], ["other=1", f"counterfoil_session={session}"]):
        cookies = "".join(f"Cookie: {line}\r\n" for line in lines)
        for path in ("/api/v1/session", "/invoices"):
            request = f"GET {path} HTTP/1.1\r\nHost: {portal.url[7:]}\r\n{cookies}Connection: close\r\n\r\n"
            assert send_raw(portal.url, request.encode()).status == 200, (path, lines)


def test_lists_in_several_lines_are_one(portal: Stack) -> None:
    """RFC 9110 5.3: which language, and which versions of a page are known, may be said in several lines."""
    head = f"GET /nothing-here HTTP/1.1\r\nHost: {portal.url[7:]}\r\nAccept: text/html\r\nConnection: close\r\n"
    said = head + "Accept-Language: ja;q=0.5\r\nAccept-Language: en;q=0.1\r\n\r\n"
    assert '<html lang="ja"' in send_raw(portal.url, said.encode()).text


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/v1/session", "DELETE, GET, HEAD, OPTIONS, POST"),
        ("/api/v1/orders", "GET, HEAD, OPTIONS, POST"),
        ("/api/v1/session/client", "OPTIONS, PUT"),
        ("/api/v1/profile", "GET, HEAD, OPTIONS, PATCH"),
        ("/api/v1/invoices/7/payment-link", "OPTIONS, POST"),
        ("/sign-in", "GET, HEAD, OPTIONS, POST"),
        ("/orders/x", "GET, HEAD, OPTIONS"),
        ("/webhooks/whmcs", "OPTIONS, POST"),
    ],
)
def test_every_address_names_its_methods(anybody: httpx2.Client, path: str, methods: str) -> None:
    """To anybody: it says nothing that the description of the API does not say."""
    answer = anybody.options(path)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, methods, b"")


def test_a_wrong_host_is_named_once(tmp_path: Path) -> None:
    """A proxy that passes on another Host, or a wrong BASE_URL, is found in the log by its one line."""
    with running_stack(tmp_path) as stack:
        for _ in range(3):
            request = b"GET / HTTP/1.1\r\nHost: internal:8080\r\nConnection: close\r\n\r\n"
            assert send_raw(stack.url, request).status == 400
        for number in range(50):
            request = f"GET / HTTP/1.1\r\nHost: guess{number}.example\r\nConnection: close\r\n\r\n"
            assert send_raw(stack.url, request.encode()).status == 400
        warnings = [line for line in stack.portal.output().splitlines() if "BASE_URL says" in line]
    assert sum(f"Host is internal:8080, BASE_URL says {stack.url}" in line for line in warnings) == 1
    assert len(warnings) <= 10, "whoever guesses fills no log"

"""What every request passes, whatever answers it."""

import base64

import httpx2
import pytest

from counterfoil.web.http.edge import without_empty
from tests.stack import Stack
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

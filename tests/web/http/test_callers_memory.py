"""What a caller sends is not remembered at whatever length they choose."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from tests.stack import Stack, running_stack
from tests.web.raw import send_raw

pytestmark = pytest.mark.timeout(900)

TIMES = 600
LONG = 60_000
MOST_MB = 30.0
"""Of growth. 600 times 60 KB are 36 MB as bytes, and what is made of them several times as much."""


def _megabytes(stack: Stack) -> float:
    """What the portal's processes hold in memory that is theirs alone."""
    children = Path(f"/proc/{stack.portal.pid}/task/{stack.portal.pid}/children").read_text().split()
    return sum(_private(int(pid)) for pid in children) / 1024


def _private(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:")))


def _grown(stack: Stack, sends: Callable[[], None], times: int = TIMES) -> float:
    for _ in range(30):
        sends()
    before = _megabytes(stack)
    for _ in range(times):
        sends()
    return _megabytes(stack) - before


@pytest.fixture(scope="module")
def ada_cookie(portal: Stack) -> str:
    """Signed, of a session that has ended: anybody who ever had an account has one."""
    with portal.visitor("ada@example.com") as client:
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        client.delete("/api/v1/session").raise_for_status()
    return cookie


def test_languages(portal: Stack, ada_cookie: str) -> None:
    """60 kB of Accept-Language, with a cookie that the portal once wrote: +224 MB in seven seconds, before."""
    number = count()
    with httpx2.Client(base_url=portal.url, timeout=60) as client:

        def send() -> None:
            languages = f"de;q=0.{next(number)}," + "x" * LONG
            client.get("/invoices", headers={"Cookie": ada_cookie, "Accept-Language": languages})

        assert _grown(portal, send) < MOST_MB


def test_paths_queries_cookies_and_forms(portal: Stack, ada_cookie: str) -> None:
    """Litestar remembers the last thousand of each, as they came."""
    number = count()
    long = "y" * LONG
    with httpx2.Client(base_url=portal.url, timeout=60) as client:

        def send() -> None:
            each = next(number)
            headers = {"Cookie": f"{ada_cookie}; more={each}{long}"}
            client.get("/invoices", headers=headers)
            client.get(f"/sign-in?next=/{each}{long}")
            client.get(f"/orders/{each}{long}")
            client.post("/sign-out", data={"next": f"{each}{long}"})

        assert _grown(portal, send) < MOST_MB


def test_phone_numbers(portal: Stack) -> None:
    """One ligature becomes eighteen letters: 7,200 of them, again and again, were +360 MB."""
    number = count()
    with portal.visitor("ada@example.com") as ada:

        def send() -> None:
            phone = f"{next(number)}" + "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 7_200
            assert ada.post("/profile", data={"adapt": "1", "country": "DE", "phone": phone}).status_code == 200

        assert _grown(portal, send, times=200) < MOST_MB


def test_a_form_is_read_as_before(portal: Stack) -> None:
    """Several values of a name, empty ones, and letters of every script."""
    with portal.visitor() as anybody:
        page = anybody.post("/sign-in", data={"email": "ädä@例え.jp", "password": "x", "next": "/invoices?q=a+b"})
        assert page.status_code == 401
        assert "ädä@例え.jp" in page.text


@pytest.mark.parametrize(
    "target", ["/sign-in?" + "a=1&" * 200, "/sign-in?next=" + "a" * 5000, "/" + "a" * 2000, f"/{uuid4()}" * 60]
)
def test_addresses_have_a_length(portal: Stack, target: str) -> None:
    """What is longer than any of ours is a bad request."""
    request = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    assert send_raw(portal.url, request.encode()).status == 400


def test_an_ordinary_query_passes(tmp_path: Path) -> None:
    """An identity provider's way back carries 2,000 characters."""
    with running_stack(tmp_path) as stack:
        assert httpx2.get(f"{stack.url}/sign-in?code={'c' * 2000}&state=s", timeout=60).status_code == 200

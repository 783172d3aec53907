"""Requests and answers of WHMCS that were internal errors or were misread, each with what is right."""

from collections.abc import Iterator
from typing import NamedTuple

import httpx2

from tests.portal.conftest import Portal
from tests.portal.test_bad_input import INVOICES, NINES
from tests.web.raw import send_raw

JSON = {"Content-Type": "application/json", "Idempotency-Key": "a"}
PAGE = {"Accept": "text/html"}
ORDER = f'{{"items": [{{"product_id": 2, "billing_cycle": "monthly", "quantity": {NINES}}}]}}'
PART = (
    '--x\r\nContent-Disposition: form-data; name="email"\r\nContent-Type: text/plain; charset=klingon\r\n\r\n'
    "a\r\n--x--\r\n"
)
REFUSED = {400, 422}


class Asked(NamedTuple):
    what: str
    wanted: set[int]
    status: int


def odd_requests(portal: Portal) -> list[Asked]:
    portal.whmcs.control("PATCH", "users/1", {"firstname": "A\0d\u202ea", "lastname": "Love\x1blace"})
    with portal.visitor() as ada:
        words = {"email": "ada@example.com", "password": "demo-password-1"}
        seen = [Asked("a NUL in a name", {204}, ada.post("/api/v1/session", json=words).status_code)]
        name = ada.get("/api/v1/session").json()["user"]["name"]
        seen.append(Asked(f"the name is {name!r}", {True}, name == "Ada Lovelace"))
        return [*seen, *_long_numbers(ada), *_bodies(ada), *_heads(portal.stack.url)]


def _long_numbers(ada: httpx2.Client) -> Iterator[Asked]:
    yield Asked(
        "quantity of 5,000 digits", REFUSED, ada.post("/api/v1/orders", content=ORDER, headers=JSON).status_code
    )
    client = f'{{"client_id": {NINES}}}'
    chosen = ada.put("/api/v1/session/client", content=client, headers=JSON)
    yield Asked("client of 5,000 digits", {*REFUSED, 404}, chosen.status_code)
    for path, wanted in (
        (f"{INVOICES}?page={NINES}", REFUSED),
        (f"{INVOICES}?page=0", REFUSED),
        (f"{INVOICES}?from=2026-02-30", REFUSED),
        (f"{INVOICES}/{10**30}", {404}),
        (f"{INVOICES}/%00", {404}),
    ):
        yield Asked(path[:40], wanted, ada.get(path).status_code)
    yield Asked("page, 5,000 digits", {400, 404}, ada.get(f"/invoices/{NINES}", headers=PAGE).status_code)


def _bodies(ada: httpx2.Client) -> Iterator[Asked]:
    parts = {"Content-Type": "multipart/form-data; boundary=x", **PAGE}
    yield Asked("parts in Klingon", {415}, ada.post("/invoices/pay", content=PART, headers=parts).status_code)
    for body in (b"", b"{", b"null", b'{"client_id": "\xff"}', b"[" * 30_000):
        answer = ada.put("/api/v1/session/client", content=body, headers=JSON)
        yield Asked(f"body {body[:8]!r}", REFUSED, answer.status_code)
    answer = ada.post("/sign-in", content=b"x" * 10_000_000)
    yield Asked("10 MB", {413}, answer.status_code)


def _heads(url: str) -> Iterator[Asked]:
    for line, wanted in (("/healthz HTTP/1.0", 200), ("/healthz HTTP/1.1", 400), ("/sign-in HTTP/1.0", 400)):
        yield Asked(f"{line}, no Host", {wanted}, send_raw(url, f"GET {line}\r\n\r\n".encode()).status)
    head = f"POST /api/v1/session HTTP/1.1\r\nHost: {url[7:]}\r\nContent-Type: application/json\r\n"
    for coding in ("gzip, chunked", "chunked, chunked"):
        request = f"{head}Transfer-Encoding: {coding}\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"
        yield Asked(coding, {400}, send_raw(url, request.encode()).status)

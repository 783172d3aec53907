"""Who may cost what: bodies that nobody reads, what is free for strangers, places at WHMCS, memory."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from proofs.hold.load import attacked, read_for, until
from proofs.hold.stage import Attack, Row, Stage
from tests.stack import Stack

BODY = b" " * 500_000
"""More than the kernel takes at once, less than nginx refuses by itself."""
LIST = "/api/v1/invoices"
MOST_WAIT = 0.1
"""Seconds: p99 of a warm read, whatever strangers do."""


def refused_posts_through_nginx(stage: Stage) -> Row:
    """Ten refused POSTs a second on one connection."""

    def once(client: httpx2.Client, _: int) -> None:
        client.post("/sign-in", content=BODY, headers={"Sec-Fetch-Site": "cross-site"})
        time.sleep(0.1)

    with _signed_in(stage.one) as cookies, attacked(1, once, stage.through):
        seen = read_for(stage.through, LIST, stage.seconds, cookies)
    said = f"{seen.failed} of {len(seen.times)}"
    return Row("10 refused POSTs a second through nginx", "0 honest reads fail", said, ok=not seen.failed)


def flood_of(path: str) -> Attack:
    """Four connections that ask for nothing else."""

    def attack(stage: Stage) -> Row:
        with _signed_in(stage.one) as cookies:
            alone = read_for(stage.one.url, LIST, min(2.0, stage.seconds), cookies)
            with attacked(4, lambda client, _: client.get(path), stage.one.url):
                seen = read_for(stage.one.url, LIST, stage.seconds, cookies)
        said = f"p99 {seen.p99 * 1000:.0f} ms, alone {alone.p99 * 1000:.0f} ms; {seen.failed} failed"
        most = MOST_WAIT * stage.patience
        ok = not seen.failed and seen.p99 < most
        return Row(f"4 connections ask for {path}", f"warm read p99 < {most * 1000:.0f} ms", said, ok=ok)

    return attack


def wrong_passwords(stage: Stage) -> Row:
    """From everywhere, at a WHMCS that takes half a second for each call."""
    numbers = count()

    def once(client: httpx2.Client, _: int) -> None:
        number = next(numbers)
        where = {"X-Forwarded-For": f"198.51.{number // 250 % 250}.{number % 250}"}
        client.post("/api/v1/session", json={"email": f"x{number}@example.com", "password": "x"}, headers=where)

    stage.one.sandbox.break_with("latency", seconds=0.5)
    try:
        with _signed_in(stage.one) as cookies, attacked(24, once, stage.one.url):
            time.sleep(1)
            began = time.monotonic()
            status = httpx2.get(
                f"{stage.one.url}{LIST}", cookies=cookies, headers={"Cache-Control": "no-cache"}, timeout=60
            ).status_code
            took = time.monotonic() - began
    finally:
        stage.one.sandbox.mend()
    most = 4 * stage.patience
    ok = status == 200 and took < most
    return Row("24 guess passwords, WHMCS at 0.5 s", f"cold read < {most:.0f} s", f"{took:.1f} s, {status}", ok)


def invoices_without_end(stage: Stage) -> Row:
    """One customer opens far more of them than WHMCS, at a second for each, can answer."""
    ids = [invoice["id"] for invoice in stage.one.sandbox.control("GET", "invoices?client=7")]
    numbers = count()
    stage.one.sandbox.break_with("latency", seconds=1.0, action="GetInvoice")
    try:
        with _signed_in(stage.one, "max@example.com") as many, _signed_in(stage.one) as cookies:
            cookie = "; ".join(f"{name}={value}" for name, value in many.items())

            def once(client: httpx2.Client, _: int) -> None:
                path = f"{LIST}/{ids[next(numbers) % len(ids)]}"
                if client.get(path, headers={"Cookie": cookie}).status_code != 200:
                    time.sleep(1)

            with attacked(160, once, stage.one.url):
                time.sleep(2)
                began = time.monotonic()
                answer = httpx2.get(f"{stage.one.url}/api/v1/transactions", cookies=cookies, timeout=60)
                took = time.monotonic() - began
    finally:
        stage.one.sandbox.mend()
    most = 2 * stage.patience
    said, ok = f"{took:.1f} s, {answer.status_code}", answer.status_code == 200 and took < most
    return Row("160 connections of one customer open invoices", f"another's cold read < {most:.0f} s", said, ok)


def guesses_from_one_network(stage: Stage) -> Row:
    """Each from another /64."""
    looked_at = 0
    with httpx2.Client(base_url=stage.one.url, timeout=60) as client:
        for number in range(200):
            where = {"X-Forwarded-For": f"2001:db8:0:{number * 256:x}::1"}
            guess = {"email": f"y{number}@example.com", "password": "x"}
            looked_at += client.post("/api/v1/session", json=guess, headers=where).status_code == 401
    return Row("200 guesses from one /48", "at most 150 looked at", str(looked_at), looked_at <= 150)


def bodies_that_do_not_come(stage: Stage) -> Row:
    """One byte of a body on each of many connections."""
    where = urlsplit(stage.one.url)
    head = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    held = []
    try:
        for _ in range(int(400 * stage.seconds)):
            held.append(socket.create_connection((where.hostname or "", where.port or 0), timeout=60))
            held[-1].sendall(head + b"Content-Length: 60000\r\n\r\nx")
        with _signed_in(stage.one) as cookies:
            seen = read_for(stage.one.url, LIST, stage.seconds, cookies)
            said = f"p99 {seen.p99 * 1000:.0f} ms; {seen.failed} failed"
        until(lambda: all(map(_is_over, held)), within=7 * stage.patience)  # PATIENCE of web/http/bodies.py is 5
        left = sum(not _is_over(each) for each in held)
    finally:
        for each in held:
            each.close()
    most = MOST_WAIT * stage.patience
    ok = not seen.failed and seen.p99 < most and not left
    name, wanted = f"{len(held)} bodies of one byte", f"p99 < {most * 1000:.0f} ms, none held for long"
    return Row(name, wanted, f"{said}; {left} still held", ok=ok)


def remembered(stage: Stage) -> Row:
    """Long languages, addresses, cookies and forms, with the cookie of a session that has ended."""
    numbers = count()
    with _signed_in(stage.one) as cookies:
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    long = "x" * 60_000

    def once(client: httpx2.Client) -> None:
        each = next(numbers)
        client.get("/invoices", headers={"Cookie": cookie, "Accept-Language": f"de;q=0.{each},{long}"})
        client.get(f"/sign-in?next=/{each}{long}")
        client.get(f"/orders/{each}{long}", headers={"Cookie": f"{cookie}; a={each}{long}"})
        client.post("/sign-out", data={"next": f"{each}{long}"})

    with httpx2.Client(base_url=stage.one.url, timeout=60) as client:
        for _ in range(30):
            once(client)
        before = _megabytes(stage.one)
        for _ in range(int(100 * stage.seconds)):
            once(client)
        grown = _megabytes(stage.one) - before
    return Row("60 KB of languages, cookies, forms", "< 30 MB", f"{grown:+.0f} MB", grown < 30)


ATTACKS: tuple[Callable[[Stage], Row], ...] = (
    refused_posts_through_nginx,
    *map(flood_of, ("/api/openapi.json", "/api/docs", "/sign-in", "/nowhere", "/metrics", "/readyz")),
    wrong_passwords,
    invoices_without_end,
    guesses_from_one_network,
    bodies_that_do_not_come,
    remembered,
)


@contextmanager
def _signed_in(portal: Stack, email: str = "ada@example.com") -> Iterator[dict[str, str]]:
    """The cookies of a session that ends with this."""
    with portal.visitor(email) as visitor:
        visitor.get(LIST).raise_for_status()
        yield dict(visitor.cookies)
        visitor.delete("/api/v1/session")


def _is_over(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        while connection.recv(65536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _megabytes(portal: Stack) -> float:
    """What its workers hold in memory that is theirs alone."""
    children = Path(f"/proc/{portal.portal.pid}/task/{portal.portal.pid}/children").read_text().split()
    lines = [line for pid in children for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:"))) / 1024

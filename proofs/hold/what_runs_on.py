"""What runs on: reads among webhooks, large orders, a killed parent, a taken port, a read-only database, bad input."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2

from proofs.hold.load import attacked, read_for, until
from proofs.hold.odd_requests import odd_requests
from proofs.hold.stage import Row, Stage
from proofs.hold.who_may_what import ADA, LIST, signed_in, untouched
from tests.cli.test_stopping import is_alive, workers_of
from tests.db.test_writable import set_read_only
from tests.portal.test_order_limit import place
from tests.processes import Child, accepts
from tests.stack import COUNTERFOIL, Stack

SIGN_IN = "/api/v1/session"
FETCHES = 8
"""One after the other: the person, the client, the list, its invoices; each at most twice (F15)."""


def reads_among_webhooks(stage: Stage) -> Row:
    """A billing run: a webhook of one client in each of WHMCS's calls, which take a second."""
    call = min(1.0, stage.seconds / 5)

    def once(_: httpx2.Client, __: int) -> None:
        portal.webhook("invoice.updated", client_id=1)
        time.sleep(call)

    with untouched(stage) as portal, signed_in(stage, ADA) as (ada, _):
        portal.whmcs.break_with("latency", seconds=call)
        with attacked(1, once, stage.one.url):
            seen = read_for(stage.one.url, LIST, stage.seconds, dict(ada.cookies))
        portal.whmcs.mend()
    most = (FETCHES * call + 1) * stage.patience
    said = f"{seen.failed} of {len(seen.times)} fail, longest {max(seen.times):.1f} s"
    wanted = f"0 fail, each < {most:.0f} s"
    ok = not seen.failed and max(seen.times) < most
    return Row(f"webhooks every {call:.1f} s, WHMCS takes {call:.1f} s", wanted, said, ok)


def large_orders(stage: Stage) -> Row:
    """Eight at a time, through nginx to both portals, where 2,000 EUR a day are allowed and one is 1,950."""
    with untouched(stage), signed_in(stage, ADA) as (ada, _):
        cookies = dict(ada.cookies)
        with (
            httpx2.Client(base_url=stage.through, cookies=cookies, timeout=60) as client,
            ThreadPoolExecutor(8) as pool,
        ):
            answers = list(pool.map(lambda _: place(client), range(20)))
    seen = Counter((answer.status_code, answer.json().get("code")) for answer in answers)
    refused = seen[409, "order_limit_reached"]
    accepted = sum(answer.status_code == 202 for answer in answers)
    said = f"{accepted} accepted, {refused} order_limit_reached"
    return Row("20 orders of 50 pieces, ORDER_LIMIT 2,000 EUR", "1 accepted", said, (accepted, refused) == (1, 19))


def killed_parent(stage: Stage) -> Row:
    """Kill -9: the workers notice by themselves, and the port is free."""
    portal = stage.another("killed")
    portal.start()
    try:
        workers = workers_of(portal)
        os.kill(portal.portal.pid, signal.SIGKILL)
        left, took = until(lambda: not any(map(is_alive, workers)), within=stage.patience)
    finally:
        portal.portal.kill()
    ok = len(workers) == 2 and not left and not accepts(_port(portal.url))
    said = "they serve on" if left else f"{took:.2f} s"
    return Row("kill -9 of the parent of two workers", f"they end within {stage.patience:.0f} s", said, ok)


def taken_port(stage: Stage) -> Row:
    """Another `serve` on the port of one that runs."""
    port, folder = _port(stage.one.url), stage.one.folder
    command = [*COUNTERFOIL, "serve", "--port", str(port)]
    child = Child(command, folder / "second.log", env=stage.one.environment, cwd=folder)
    try:
        said = f"exit {child.run(within=20)}, {len(child.output().splitlines())} line"
    except subprocess.TimeoutExpired:
        child.kill()
        said = "both serve"
    return Row("a second serve on a port", "exit 1, one line", said, said == "exit 1, 1 line")


def hang_up(stage: Stage) -> Row:
    """SIGHUP to all of its processes, five times a second."""
    workers = workers_of(stage.one)

    def once(_: httpx2.Client, __: int) -> None:
        stage.one.portal.signal(signal.SIGHUP)
        time.sleep(0.2)

    with signed_in(stage, ADA) as (ada, _), attacked(1, once, stage.one.url):
        seen = read_for(stage.one.url, LIST, min(2.0, stage.seconds), dict(ada.cookies))
    ok = not seen.failed and workers_of(stage.one) == workers
    return Row("SIGHUP", "no read fails, same workers", f"{seen.failed} of {len(seen.times)} fail", ok)


def bad_input(stage: Stage) -> Row:
    """Whatever is asked, the answer is one of the contract's."""
    with untouched(stage) as portal:
        seen = odd_requests(portal)
    wrong = [f"{each.what}: {each.status}" for each in seen if each.status not in each.wanted]
    said = "; ".join(wrong) or f"all {len(seen)}"
    return Row(f"{len(seen)} requests that nobody should send", "each its right answer", said, not wrong)


def address_with_a_port(stage: Stage) -> Row:
    """As some proxies write it: sixty guesses of one customer, and then one of another."""

    def guess(client: httpx2.Client, number: int, where: str) -> int:
        words = {"email": f"z{number}@example.com", "password": "x"}
        return client.post(SIGN_IN, json=words, headers={"X-Forwarded-For": where}).status_code

    with httpx2.Client(base_url=stage.one.url, timeout=60) as client:
        seen = Counter(guess(client, number, f"203.0.113.5:{40_000 + number}") for number in range(60))
        other = guess(client, 60, "203.0.113.6:40000")
    said = f"{seen[401]} looked at, then {seen[429]} times 429; the other one: {other}"
    ok = (seen[401], seen[429], other) == (50, 10, 401)
    return Row("60 guesses by X-Forwarded-For with ports", "50 looked at, others not hindered", said, ok)


def read_only_database(stage: Stage) -> Row:
    """As after a failover; signing in writes."""
    words = {"email": ADA, "password": "demo-password-1"}

    def sign_in() -> set[int]:
        return {httpx2.post(f"{each.url}{SIGN_IN}", json=words, timeout=60).status_code for each in stage.portals}

    def ready() -> set[int]:
        return {httpx2.get(f"{each.url}/readyz", timeout=60).status_code for each in stage.portals}

    with untouched(stage):
        set_read_only(stage.postgres, "on")
        try:
            seen = sign_in() | sign_in()
            silent, told = until(lambda: all(map(_knows, stage.portals)), within=20)
        finally:
            set_read_only(stage.postgres, "off")
        away, back = until(lambda: (sign_in(), ready()) == ({204}, {200}), within=20)
    said = f"{sorted(seen)}, told after {told:.1f} s, well after {back:.1f} s"
    ok = seen == {503} and not silent and not away and max(told, back) < 2 * stage.patience
    return Row("PostgreSQL is read-only", f"503, both within {2 * stage.patience:.0f} s", said, ok)


ATTACKS: tuple[Callable[[Stage], Row], ...] = (
    reads_among_webhooks,
    large_orders,
    killed_parent,
    taken_port,
    hang_up,
    bad_input,
    address_with_a_port,
    read_only_database,
)


def _knows(portal: Stack) -> bool:
    """Whether /readyz says that the database is away."""
    said = httpx2.get(f"{portal.url}/readyz", timeout=60).json()
    return bool(said["neighbours"]["database"] == "away")


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])

"""Very many webhooks at once, as after a mass change in WHMCS, or when a portal that was away is told all it missed."""

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from proofs.http import Caller
from tests.portal.conftest import sign
from tests.servers import RedisServer
from tests.stack import Stack, running_stack

WEBHOOKS = int(os.environ.get("COUNTERFOIL_TEST_WEBHOOKS", "1000"))
"""`make prove-webhooks` sends 10,000, which take minutes where many tests run at once."""
SENDERS = 20
GROWTH = 16 * 1024
"""KiB that both workers together may have grown by at the end: nothing of an event stays. Measured: 1.4 MiB after
1,000, 7.4 to 8.6 MiB after 10,000."""
REFUSED = 0.01
"""Of the attempts, on a machine so busy that Redis takes more than half a second: answered 503, and sent again."""


@pytest.fixture
def portal(tmp_path: Path, postgres_url: str, redis_server: RedisServer) -> Iterator[Stack]:
    with running_stack(tmp_path, workers=2, database_url=postgres_url, cache_url=redis_server.url) as stack:
        yield stack


@pytest.mark.timeout(600)
def test_a_burst_of_webhooks(portal: Stack) -> None:
    """Each gets 204, people go on reading meanwhile, memory does not grow with them, and the change shows."""
    number = portal.sandbox.notable("ada.overdue")
    path = f"/api/v1/invoices/{number}"
    with portal.visitor("ada@example.com") as ada:
        assert ada.get(path).json()["status"] == "unpaid"
        portal.sandbox.control("PATCH", f"invoices/{number}", {"status": "Paid", "tell": False})
        before = _memory(portal)
        cookie = f"counterfoil_session={ada.cookies['counterfoil_session']}"
        began = time.monotonic()
        answers, read = asyncio.run(_burst(portal, cookie, path, number))
        took, growth = time.monotonic() - began, _memory(portal) - before
        said = f"{dict(answers)} in {took:.0f} s beside {dict(read)} reads; both workers grew by {growth} KiB"
        print(f"\n{said} {_refusals(portal)}")
        assert answers[204] == WEBHOOKS, said
        assert answers.total() - WEBHOOKS <= REFUSED * WEBHOOKS, said
        assert read.keys() == {200}, said
        assert ada.get(path).json()["status"] == "paid"
        assert growth < GROWTH, said


def _refusals(portal: Stack) -> dict[str, int]:
    return dict(Counter(str(line["reason"]) for line in portal.logged() if line["event"] == "answered unavailable"))


async def _burst(portal: Stack, cookie: str, path: str, number: int) -> tuple[Counter[int], Counter[int]]:
    """Statuses of the webhooks' answers, repeated ones included, and of a reader's meanwhile."""
    port = int(portal.url.rpartition(":")[2])
    left = iter(range(WEBHOOKS))
    senders = asyncio.gather(*(_send(portal, port, left, number) for _ in range(SENDERS)))
    read: Counter[int] = Counter()
    caller = Caller(port)
    while not senders.done():
        read[(await caller.ask("GET", path, {"cookie": cookie})).status] += 1
        await asyncio.sleep(0.05)
    caller.close()
    return Counter(status for answered in await senders for status in answered), read


async def _send(portal: Stack, port: int, left: Iterator[int], number: int) -> list[int]:
    caller = Caller(port)
    answered = []
    for at in left:
        data = {"invoice_id": number, "client_id": 1 + at % 9}
        body = json.dumps({"type": "invoice.updated", "timestamp": "2026-11-23T00:00:00Z", "data": data}).encode()
        while True:
            answered.append(await _attempt(portal, caller, f"msg_burst_{at}", body))
            if answered[-1] != 503:  # As WHMCS's addon does.
                break
            await asyncio.sleep(1)
    caller.close()
    return answered


async def _attempt(portal: Stack, caller: Caller, id_: str, body: bytes) -> int:
    moment = time.time()
    signature = sign(portal.webhook_secret, id_, moment, body)
    headers = {"webhook-id": id_, "webhook-timestamp": str(int(moment)), "webhook-signature": signature}
    return (await caller.ask("POST", "/webhooks/whmcs", headers, body)).status


def _memory(portal: Stack) -> int:
    """KiB of the workers, without what they share with others."""
    main = portal.portal.pid
    children = Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii").split()
    lines = [line for pid in children for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))

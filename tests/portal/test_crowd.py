"""A thousand readers of one client at four separate portals on one Redis: what they cost WHMCS, and how they fail."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from proofs.fleet import Fleet, running_fleet
from proofs.http import Answer, Caller

CROWD = 1000
TIMEOUT = 3.0
"""Of a call to WHMCS, in seconds."""
CONCURRENCY = 3

WANTED = 200
"""So many different things asked for while Redis stands still."""

LIST, PAYMENTS = "/api/v1/invoices", "/api/v1/transactions"
NORA = "nora@example.com"
"""She has no invoices, so that her list is one call."""


class Crowd:
    """`CROWD` connections with Nora's session, the same number to each portal, opened before they are needed."""

    def __init__(self, fleet: Fleet, cookie: str) -> None:
        self.fleet, self._headers = fleet, {"cookie": cookie}
        self.callers = [Caller(fleet.portals[number % len(fleet.portals)].port) for number in range(CROWD)]

    async def open(self) -> None:
        """A few at a time: the queue of a listening socket is not what is tried here."""
        for at in range(0, CROWD, 100):
            batch = self.callers[at : at + 100]
            await asyncio.gather(*(caller.ask("GET", "/healthz", {}) for caller in batch))

    async def read(self, path: str = LIST) -> list[Answer]:
        return await asyncio.gather(*(caller.ask("GET", path, self._headers) for caller in self.callers))

    async def read_one(self, path: str, number: int = 0) -> Answer:
        return await self.callers[number].ask("GET", path, self._headers)

    def close(self) -> None:
        for caller in self.callers:
            caller.close()


async def sign_in(fleet: Fleet, email: str) -> str:
    caller = Caller(fleet.portals[0].port)
    body = f'{{"email": "{email}", "password": "demo-password-1"}}'.encode()
    answer = await caller.ask("POST", "/api/v1/session", {"content-type": "application/json"}, body)
    caller.close()
    assert answer.status == 204
    return answer.headers["set-cookie"].partition(";")[0]


@asynccontextmanager
async def running_crowd(folder: Path, database_url: str) -> AsyncIterator[Crowd]:
    settings = {"whmcs_timeout_seconds": str(TIMEOUT), "whmcs_max_concurrency": str(CONCURRENCY)}
    async with AsyncExitStack() as stack:
        fleet = await stack.enter_async_context(running_fleet(Fleet(folder, database_url, settings)))
        crowd = Crowd(fleet, await sign_in(fleet, NORA))
        stack.callback(crowd.close)
        await crowd.open()
        yield crowd


async def calls(fleet: Fleet, action: str) -> list[dict[str, Any]]:
    seen = (await fleet.whmcs.control("GET", "calls"))["calls"]
    return [call for call in seen if call["action"] == action]


async def settled(crowd: Crowd) -> None:
    """Her record is there, and so old that a value counts for as long as its lifetime says: the profile, which shares
    it, is fetched once and not again."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        await crowd.read_one("/api/v1/profile")
        await crowd.fleet.whmcs.control("DELETE", "calls")
        await asyncio.sleep(2.5)
        answer = await crowd.read_one("/api/v1/profile")
        assert answer.status == 200
        if not await calls(crowd.fleet, "GetClientsDetails"):
            return
    raise AssertionError("the record does not settle")


@pytest.mark.timeout(600)
def test_a_cold_crowd_costs_one_call(tmp_path: Path, postgres_url: str) -> None:
    """1,000 readers of one list, at once, by four processes: one GetInvoices, and everybody gets the same list. When
    WHMCS hangs, all fail together on one call; when it answers again, nobody storms it. When Redis stands still, no
    portal asks WHMCS for more at a time than it may.
    """
    asyncio.run(_crowd(tmp_path, postgres_url))


async def _crowd(folder: Path, database_url: str) -> None:
    async with running_crowd(folder, database_url) as crowd:
        await settled(crowd)
        await _cold(crowd)
        await _outage(crowd)
        await _redis_stands_still(crowd)


async def _cold(crowd: Crowd) -> None:
    whmcs = crowd.fleet.whmcs
    await whmcs.control("DELETE", "calls")
    # Long enough for the last of them to arrive while the call is under way; whoever comes later finds its value.
    await whmcs.control("POST", "faults", {"kind": "latency", "action": "GetInvoices", "seconds": 2.0})
    answers = await crowd.read()
    assert Counter(answer.status for answer in answers) == {200: CROWD}
    assert len({answer.body for answer in answers}) == 1
    assert len(await calls(crowd.fleet, "GetInvoices")) == 1
    await whmcs.control("DELETE", "faults")


async def _outage(crowd: Crowd) -> None:
    """Of WHMCS, while they wait for something that nobody has read before."""
    whmcs = crowd.fleet.whmcs
    await whmcs.control("DELETE", "calls")
    await whmcs.control("POST", "faults", {"kind": "hang", "action": "GetTransactions"})
    began = time.monotonic()
    answers = await crowd.read(PAYMENTS)
    took = time.monotonic() - began
    assert Counter(answer.status for answer in answers) == {503: CROWD}
    assert took < TIMEOUT * 10, "nobody waits for a second call after the one that failed"
    assert len(await calls(crowd.fleet, "GetTransactions")) == 1, "all share one failure"
    await whmcs.control("DELETE", "faults")
    await whmcs.control("DELETE", "calls")
    deadline = time.monotonic() + 60
    while {answer.status for answer in await crowd.read(PAYMENTS)} != {200}:
        assert time.monotonic() < deadline, "it does not recover"
    assert len(await calls(crowd.fleet, "GetTransactions")) == 1, "no storm"


async def _redis_stands_still(crowd: Crowd) -> None:
    """Each portal finds out once, reads past it, and asks WHMCS for no more at a time than it may."""
    fleet = crowd.fleet
    before = [_losses(portal.child.log.read_text()) for portal in fleet.portals]
    await fleet.whmcs.control("DELETE", "calls")
    await fleet.whmcs.control("POST", "faults", {"kind": "latency", "seconds": 0.2})
    fleet.redis.child.pause()
    try:
        # Many different objects, since of each only one call is made at a time. Nobody's, so each costs a call.
        answers = await asyncio.gather(*(crowd.read_one(f"{LIST}/{900_000 + at}", at) for at in range(WANTED)))
        assert {answer.status for answer in answers} <= {404, 503}
        assert 404 in {answer.status for answer in answers}, "it is read past Redis"
        seen = await fleet.whmcs.control("GET", "calls")
        # One more for each: of a call that was answered, WHMCS may count the end after the next one has come.
        assert CONCURRENCY < seen["peak_in_flight"] <= (CONCURRENCY + 1) * len(fleet.portals)
        for number in range(len(fleet.portals)):
            answer = await crowd.read_one("/readyz", number)
            assert (answer.status, b'"cache":"degraded"' in answer.body) == (200, True)
        await fleet.whmcs.control("DELETE", "faults")
        for number in range(len(fleet.portals)):
            assert (await crowd.read_one(LIST, number)).status == 200
        after = [_losses(portal.child.log.read_text()) for portal in fleet.portals]
        assert [now - then for now, then in zip(after, before, strict=True)] == [1] * len(fleet.portals)
    finally:
        fleet.redis.child.resume()
    deadline = time.monotonic() + 60
    while not all([b'"cache":"ok"' in (await crowd.read_one("/readyz", at)).body for at in range(len(fleet.portals))]):
        assert time.monotonic() < deadline, "Redis is not used again"
        await asyncio.sleep(0.05)


def _losses(log: str) -> int:
    lines = [json.loads(line) for line in log.splitlines() if '"redis_lost"' in line]
    return sum(line["purpose"] == "cache" for line in lines)

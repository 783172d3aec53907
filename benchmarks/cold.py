"""What cold reads cost WHMCS, and what they cost those whose reads are warm."""

import asyncio
import os
import time
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.contestants import LIST, signed_in
from benchmarks.pace import Pace, keep_pace
from proofs.http import Caller
from tests.stack import Sandbox, Stack

READERS = 1_000
COLD_RATE = 100
"""Reads a second that each want another invoice."""

SECONDS = 6.0
LATENCY = 1.0
"""WHMCS's, seconds."""


SETTLED = 6.5
"""After a change."""


class Calls(NamedTuple):
    """WHMCS calls of one cold read; `open` of them are for the balances of open invoices."""

    what: str
    calls: int
    open: int

    @property
    def others(self) -> int:
        return self.calls - self.open


class Beside(NamedTuple):
    """Warm reads alone, and while others are cold."""

    alone: Pace
    beside_cold: Pace


def calls_of_cold_reads(stack: Stack) -> list[Calls]:
    """When the portal has been up for a while: what all customers share has been asked for by somebody."""
    with stack.visitor("yuki@example.com") as somebody:
        somebody.get("/").raise_for_status()
        time.sleep(SETTLED)
        somebody.get("/?again").raise_for_status()
    return [
        _calls(stack, "ada@example.com", 1, LIST, "the list"),
        _calls(stack, "ada@example.com", 1, "/", "the home page"),
        _calls(stack, "max@example.com", 7, LIST, "the list of 10,000 invoices"),
        asyncio.run(_crowd(stack)),
    ]


def _calls(stack: Stack, email: str, client: int, path: str, what: str) -> Calls:
    with stack.visitor(email) as visitor:
        visitor.get(LIST).raise_for_status()  # Who may see what is known for a minute.
        _forget(stack.sandbox, client)
        visitor.get(path).raise_for_status()
    return _seen(stack.sandbox, what)


def _forget(sandbox: Sandbox, client: int) -> None:
    sandbox.tell("client.updated", client_id=client)
    sandbox.forget_calls()


def _seen(sandbox: Sandbox, what: str) -> Calls:
    actions = sandbox.actions()
    return Calls(what, len(actions), actions.count("GetInvoice"))


async def _crowd(stack: Stack) -> Calls:
    port, headers = int(stack.url.rsplit(":", 1)[1]), {"cookie": signed_in(stack.url)}
    callers = [Caller(port) for _ in range(READERS)]
    await asyncio.gather(*(caller.ask("GET", "/healthz", {}) for caller in callers))
    await callers[0].ask("GET", LIST, headers)
    _forget(stack.sandbox, 1)
    # Right after a change values count 2 s only: shorter than so many answers take on a busy machine.
    await asyncio.sleep(SETTLED)
    answers = await asyncio.gather(*(caller.ask("GET", LIST, headers) for caller in callers))
    for caller in callers:
        caller.close()
    assert {answer.status for answer in answers} == {200}, {answer.status for answer in answers}
    return _seen(stack.sandbox, f"{READERS:,} readers of one list at once")


def beside_cold_reads(stack: Stack) -> Beside:
    stack.sandbox.break_with("latency", seconds=LATENCY, action="GetInvoice")
    try:
        return asyncio.run(_beside(stack))
    finally:
        stack.sandbox.mend()


async def _beside(stack: Stack) -> Beside:
    port, warm = int(stack.url.rsplit(":", 1)[1]), {"cookie": signed_in(stack.url)}
    ids = [invoice["id"] for invoice in stack.sandbox.control("GET", "invoices?client=7")]
    cold = {"cookie": signed_in(stack.url, "max@example.com")}
    # Its lifetime must not end meanwhile: what is measured are warm reads.
    _forget(stack.sandbox, 1)
    await asyncio.sleep(SETTLED)
    first = Caller(port)
    await first.ask("GET", LIST, warm)
    first.close()
    # It shares the load's core: what it takes for itself must not seem to be the portal's.
    os.setpriority(os.PRIO_PROCESS, stack.sandbox.child.pid, 10)
    alone = await keep_pace(port, LIST, warm, SECONDS)
    disturbing = asyncio.create_task(_read_cold(port, cold, ids))
    beside = await keep_pace(port, LIST, warm, SECONDS)
    await disturbing
    return Beside(alone, beside)


async def _read_cold(port: int, headers: dict[str, str], ids: Sequence[int]) -> None:
    """More than WHMCS can answer: what it has no time for is refused, and must not be in the way of others."""
    callers = [Caller(port) for _ in range(round(COLD_RATE * SECONDS))]
    async with asyncio.TaskGroup() as tasks:
        for caller, id_ in zip(callers, ids, strict=False):
            tasks.create_task(caller.ask("GET", f"{LIST}/{id_}", headers))
            await asyncio.sleep(1 / COLD_RATE)
    for caller in callers:
        caller.close()

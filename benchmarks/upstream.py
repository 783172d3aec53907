"""What a call to WHMCS costs the portal itself: the client alone, against a server that answers at once."""

import asyncio
import sys
import time
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import httpx2

from benchmarks.contestants import ROOT, running
from counterfoil.whmcs.client import WhmcsClient
from tests.processes import Child, free_port

CALLS, AT_ONCE = 3_000, 16
STORM, AFTER_STORM = 200, 40


class Upstream(NamedTuple):
    """`milliseconds` of processor time for one call; `connections` opened in all; `recovery`: seconds."""

    milliseconds: float
    connections: int
    recovery: float


def upstream(folder: Path) -> Upstream:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.peers.whmcs", str(port)]
    with running(Child(command, folder / "upstream.log", cwd=ROOT), port):
        return asyncio.run(_measure(f"http://127.0.0.1:{port}"))


async def _measure(url: str) -> Upstream:
    client = WhmcsClient(url=url, identifier="bench", secret="bench", max_concurrency=AT_ONCE)
    try:
        await _call_all(client, 100)
        opened = _opened(url)
        began = time.process_time()
        await _call_all(client, CALLS)
        milliseconds = (time.process_time() - began) / CALLS * 1000
        # Each look at the count is a connection of its own.
        connections = _opened(url) - opened - 1
        return Upstream(milliseconds, connections, await _recovery(client))
    finally:
        await client.close()


async def _call_all(client: WhmcsClient, calls: int) -> None:
    left = iter(range(calls))

    async def some() -> None:
        for _ in left:
            await client.call("GetInvoice", {"invoiceid": 1})

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


async def _recovery(client: WhmcsClient) -> float:
    """Of 40 calls, after 200 were given up in the middle."""
    storm = [asyncio.create_task(client.call("GetInvoice", {"invoiceid": 1})) for _ in range(STORM)]
    await asyncio.sleep(0.02)
    for task in storm:
        task.cancel()
    await asyncio.gather(*storm, return_exceptions=True)
    began = perf_counter()
    await _call_all(client, AFTER_STORM)
    return perf_counter() - began


def _opened(url: str) -> int:
    return int(httpx2.get(f"{url}/opened").text)

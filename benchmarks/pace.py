"""Requests at a fixed rate, whether or not the answers keep up: latency counts from when each was due."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from statistics import quantiles
from time import perf_counter
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.contestants import Target
from proofs.http import Caller

RATE = 500
"""A second."""

CALLERS = 64


class Pace(NamedTuple):
    """Milliseconds. `wrong`: how many answers had which status other than expected; 0 for none at all."""

    p50: float
    p99: float
    wrong: Mapping[int, int]


def paced(target: Target, seconds: float, rate: float = RATE) -> Pace:
    url = urlsplit(target.url)
    return asyncio.run(keep_pace(url.port or 80, url.path, target.headers(), seconds, rate=rate, status=target.status))


async def keep_pace(
    port: int, path: str, headers: Mapping[str, str], seconds: float, *, rate: float = RATE, status: int = 200
) -> Pace:
    idle = asyncio.Queue[Caller]()
    for _ in range(CALLERS):
        idle.put_nowait(Caller(port))
    latencies: list[float] = []
    statuses = Counter[int]()

    async def ask(due: float) -> None:
        caller = await idle.get()
        answer = await caller.ask("GET", path, headers)
        latencies.append((perf_counter() - due) * 1000)
        statuses[answer.status] += 1
        idle.put_nowait(caller)

    began = perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(round(seconds * rate)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - perf_counter()))
            tasks.create_task(ask(due))
    while not idle.empty():
        idle.get_nowait().close()
    del statuses[status]
    return Pace(*percentiles(latencies), statuses)


def percentiles(values: list[float]) -> tuple[float, float]:
    """The median and the 99th percentile."""
    cuts = quantiles(values, n=100)
    return cuts[49], cuts[98]

"""One, two and four workers behind one port, on both cores, which they share with the load."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks import contestants
from benchmarks.load import Load, press
from benchmarks.machine import BOTH, cpu_of_group, group, memory_of
from tests.servers import RedisServer, running_redis

NUMBERS = (1, 2, 4)
SECONDS = 3


class Workers(NamedTuple):
    """`pss`: megabytes of all of them, without the process that started them."""

    number: int
    load: Load
    microseconds: float
    pss: float


def workers(folder: Path) -> list[Workers]:
    """Each number with a Redis of its own."""
    found = []
    for number in NUMBERS:
        with running_redis() as cache:
            found.append(_measured(folder, cache, number))
    return found


def _measured(folder: Path, cache: RedisServer, number: int) -> Workers:
    own = folder / f"workers-{number}"
    own.mkdir()
    with contestants.portal(own, cache, workers=number, cores=BOTH) as stack:
        (listed, *_) = contestants.targets_of(stack)
        press(listed.url, listed.headers(), 1)
        before = cpu_of_group(stack.portal.pid)
        load = press(listed.url, listed.headers(), SECONDS)
        spent = cpu_of_group(stack.portal.pid) - before
        pids = [pid for pid in group(stack.portal.pid) if pid != stack.portal.pid]
        return Workers(number, load, spent / load.requests * 1e6, sum(memory_of(pid).pss for pid in pids))


def one_more(found: Sequence[Workers]) -> float:
    """Megabytes that each further worker takes."""
    first, last = found[0], found[-1]
    return (last.pss - first.pss) / (last.number - first.number)


def table(found: Sequence[Workers]) -> list[str]:
    return [
        "| workers behind one port, on both cores with the load | CPU us | req/s | p50 / p99 ms | PSS of all, MB |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {one.number} | {one.microseconds:.0f} | {one.load.requests / one.load.seconds:,.0f} "
            f"| {one.load.p50:.1f} / {one.load.p99:.1f} | {one.pss:.0f} |"
            for one in found
        ),
    ]

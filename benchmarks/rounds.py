"""Interleaved rounds: each target in turn, again and again; what somebody else disturbed does not count."""

import time
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from benchmarks.contestants import Target, get
from benchmarks.load import Load, press
from benchmarks.machine import LOAD_CORE, SERVER_CORE, busy, cpu_of_group

SECONDS = 3
ENOUGH, WANTED, AT_MOST = 3, 4, 8
STRANGERS = 0.05
"""Of a core's time: more of it taken by others, and the measurement does not count."""


class Measured(NamedTuple):
    """One target in one round. `strangers`: the share of the busier disturbed core that was not ours."""

    load: Load
    cpu: float
    strangers: float
    is_right: bool

    @property
    def microseconds(self) -> float:
        return self.cpu / max(self.load.requests, 1) * 1e6

    @property
    def throughput(self) -> float:
        return self.load.requests / self.load.seconds


Round = dict[str, Measured]


def rounds(targets: Sequence[Target], helpers: Sequence[int], deadline: float) -> list[Round]:
    """Until every target has enough rounds that count, or time is up. `helpers`: process groups on the load's core."""
    for target in targets:
        _measure(target, helpers, 1)
    done: list[Round] = []
    for number in range(AT_MOST):
        first = number % len(targets)
        turn = [*targets[first:], *targets[:first]]
        done.append({target.name: _measure(target, helpers, SECONDS) for target in turn})
        _tell(number, done[-1])
        if len(quiet(done)) >= WANTED or time.monotonic() > deadline:
            break
    return done


def _measure(target: Target, helpers: Sequence[int], seconds: int) -> Measured:
    headers = target.headers()
    right_before = get(target.url, headers).status_code == target.status
    target.server.log.open("ab").truncate(0)
    clocks = _Clocks(target.server.pid, helpers)
    load = press(target.url, headers, seconds)
    cpu, strangers = clocks.since(load)
    right_after = get(target.url, headers).status_code == target.status
    return Measured(load, cpu, strangers, right_before and right_after and not load.errors)


class _Clocks:
    """Whose processor time it was."""

    def __init__(self, server: int, helpers: Sequence[int]) -> None:
        self._server, self._helpers = server, helpers
        self._before = self._read()

    def since(self, load: Load) -> tuple[float, float]:
        """The server's seconds, and the largest share of a core that was nobody's here."""
        server, helpers, *cores = [now - then for now, then in zip(self._read(), self._before, strict=True)]
        unknown = max(cores[SERVER_CORE] - server, cores[LOAD_CORE] - helpers - load.cpu)
        return server, max(unknown, 0) / load.seconds

    def _read(self) -> list[float]:
        helpers = sum(cpu_of_group(leader) for leader in self._helpers) + time.process_time()
        return [cpu_of_group(self._server), helpers, busy(0), busy(1)]


class Summary(NamedTuple):
    """Medians over the rounds that count; ratios are taken within each round, against C."""

    rounds: int
    cpu: float
    throughput: float
    p50: float
    p99: float
    cpu_ratio: float
    throughput_ratio: float


def quiet(done: Sequence[Round]) -> list[Round]:
    return [each for each in done if all(one.strangers <= STRANGERS for one in each.values())]


def is_trusted(done: Sequence[Round]) -> bool:
    return len(quiet(done)) >= ENOUGH


def counted(done: Sequence[Round]) -> list[Round]:
    """On a busy machine the least disturbed ones, which is_trusted then tells."""
    if is_trusted(done):
        return quiet(done)
    return sorted(done, key=lambda each: max(one.strangers for one in each.values()))[:ENOUGH]


def summary(done: Sequence[Round], name: str, reference: str) -> Summary | None:
    """None when it answered wrongly."""
    pairs = [
        (each[name], each[reference]) for each in counted(done) if each[name].is_right and each[reference].is_right
    ]
    if not pairs:
        return None
    return Summary(
        len(pairs),
        median(one.microseconds for one, _ in pairs),
        median(one.throughput for one, _ in pairs),
        median(one.load.p50 for one, _ in pairs),
        median(one.load.p99 for one, _ in pairs),
        median(one.microseconds / other.microseconds for one, other in pairs),
        median(one.throughput / other.throughput for one, other in pairs),
    )


def _tell(number: int, done: Round) -> None:
    parts = [f"{one.microseconds:.0f} us{'' if one.is_right else ' (wrong answers)'}" for one in done.values()]
    taken = max(one.strangers for one in done.values())
    print(f"  round {number + 1}: {', '.join(parts)}; others took up to {taken:.0%} of a core", flush=True)

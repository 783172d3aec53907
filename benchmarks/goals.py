"""What this issue of the portal is to reach, beside what was measured."""

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.checks import Once
from benchmarks.rounds import Summary

NEST_THROUGHPUT = 1_560 / 18_500
"""NestJS/Express + cache-manager against C, from an earlier run of both on one machine: it is not installed here."""


class Goal(NamedTuple):
    """`at_least`: which side of the limit is good."""

    text: str
    limit: float
    value: float | None
    unit: str = " x"
    at_least: bool = False

    @property
    def line(self) -> str:
        wanted = f"at {'least' if self.at_least else 'most'} {self.limit:g}{self.unit}"
        if self.value is None:
            return f"| {self.text} | {wanted} | not measured | |"
        met = self.value >= self.limit if self.at_least else self.value <= self.limit
        return f"| {self.text} | {wanted} | {self.value:.3g}{self.unit} | {'met' if met else '**missed**'} |"


def goals(summaries: Sequence[Summary | None], once: Once) -> list[Goal]:
    """`summaries` in the order of the table."""
    _, listed, page, unchanged, fastapi = summaries
    nest = listed and listed.throughput_ratio / NEST_THROUGHPUT
    return [
        Goal("JSON list: CPU against C", 1.6, listed and listed.cpu_ratio),
        Goal("JSON list: throughput against FastAPI + cashews", 4, _times(listed, fastapi), at_least=True),
        Goal("JSON list: throughput against NestJS/Express + cache-manager", 5, nest, at_least=True),
        Goal("JSON list: p99 against p50", 3, listed and listed.p99 / listed.p50),
        Goal("Page: throughput against C", 0.33, page and page.throughput_ratio, at_least=True),
        Goal("Unchanged page: CPU against the JSON list", 1.1, unchanged and listed and unchanged.cpu / listed.cpu),
        Goal("Memory of a worker after the run (RSS)", 90, once.worker.rss, " MB"),
        Goal("From `counterfoil serve` to the first answer", 1, once.start, " s"),
        Goal("`make setup` in a fresh clone, packages cached", 10, once.setup, " s"),
    ]


def _times(one: Summary | None, other: Summary | None) -> float | None:
    return one.throughput_ratio / other.throughput_ratio if one and other else None


def table(wanted: Sequence[Goal]) -> list[str]:
    return ["| goal | wanted | measured | |", "| --- | --- | --- | --- |", *(goal.line for goal in wanted)]

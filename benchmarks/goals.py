"""What docs/performance.md wants, beside what was measured."""

from collections.abc import Mapping
from typing import NamedTuple

from benchmarks.checks import Once
from benchmarks.contestants import LISTED, PAGE, UNCHANGED
from benchmarks.instructions import BUDGET
from benchmarks.nest import NAMES
from benchmarks.rounds import Summary
from benchmarks.workers import one_more

Summaries = Mapping[str, Summary | None]

CEILING = "C: Granian RSGI + one MGET"
FASTAPI, FASTAPI_PAGE = "FastAPI + cashews", "FastAPI + cashews, Jinja2 page of 25 rows"

PACED = {LISTED, NAMES["express-cache"]}
"""Who is asked at a fixed rate too."""


class Goal(NamedTuple):
    """`at_least`: which side of the limit is good."""

    text: str
    limit: float
    value: float | None
    unit: str = " x"
    at_least: bool = False

    @property
    def line(self) -> str:
        wanted = f"at {'least' if self.at_least else 'most'} {self.limit:,g}{self.unit}"
        if self.value is None:
            return f"| {self.text} | {wanted} | not measured | |"
        met = self.value >= self.limit if self.at_least else self.value <= self.limit
        figure = f"{self.value:,.0f}" if abs(self.value) >= 1000 else f"{self.value:.3g}"
        return f"| {self.text} | {wanted} | {figure}{self.unit} | {'met' if met else '**missed**'} |"


def goals(found: Summaries, once: Once) -> list[Goal]:
    return [*_hot(found), *_counted(once), *_cold(once), *_live(once), *_small(once)]


def _hot(found: Summaries) -> list[Goal]:
    listed, page, unchanged = found[LISTED], found[PAGE], found[UNCHANGED]
    return [
        Goal("JSON list: CPU against C", 1.6, listed and listed.cpu_ratio),
        *(
            Goal(f"JSON list: throughput against {name}", limit, _times(listed, found.get(name)), at_least=True)
            for name, limit in {
                NAMES["express-cache"]: 5,
                NAMES["fastify-cache"]: 3,
                NAMES["fastify-json"]: 1.5,
                NAMES["fastify-tuned"]: 0.9,
                FASTAPI: 6,
            }.items()
        ),
        Goal("JSON list: p99 against p50 at saturation", 3, listed and listed.p99 / listed.p50),
        Goal("Page: CPU against C", 1.6, page and page.cpu_ratio),
        Goal("Page: throughput against C", 0.33, page and page.throughput_ratio, at_least=True),
        Goal("Page: throughput against FastAPI + Jinja2", 6, _times(page, found.get(FASTAPI_PAGE)), at_least=True),
        Goal("Unchanged page: CPU against the JSON list", 1.1, unchanged and listed and unchanged.cpu / listed.cpu),
    ]


def _counted(once: Once) -> list[Goal]:
    """What a change costs, on whichever machine: 3 % more than the budget is a miss."""
    found = once.instructions
    return [
        Goal(
            f"{name}: instructions against the budget of {budget:,.0f} thousand",
            1.03,
            found.get(name, 0) / budget or None,
        )
        for name, budget in BUDGET.items()
    ]


def _cold(once: Once) -> list[Goal]:
    normal, home, large, crowd = once.cold
    beside, paced = once.beside, once.paced
    nest = paced.get(NAMES["express-cache"])
    return [
        Goal("Cold list: WHMCS calls beside those for open invoices", 1, normal.others, ""),
        Goal("Cold home page: the same", 4, home.others, ""),
        Goal("Cold first page of 10,000 invoices: the same", 2, large.others, ""),
        Goal("1,000 cold readers of one list at once: the same", 1, crowd.others, ""),
        Goal("p99 at 500 requests/s against NestJS/Express", 0.5, nest and paced[LISTED].p99 / nest.p99),
        Goal("Warm p99 beside 100 cold reads/s", 2, beside.beside_cold.p99 / beside.alone.p99),
        Goal("A WHMCS call: CPU at 16 concurrent", 1, once.upstream.milliseconds, " ms"),
        Goal("New connections in 3,000 WHMCS calls", 0, once.upstream.connections, ""),
        Goal("40 WHMCS calls after a storm of cancellations", 0.3, once.upstream.recovery, " s"),
    ]


def _live(once: Once) -> list[Goal]:
    streams = once.streams
    return [
        Goal("Webhook to the change on an open page, under load: median", 50, once.lag.p50, " ms"),
        Goal("The same: p99", 250, once.lag.p99, " ms"),
        Goal("Of 2,000 streams opened at once, all events", 2_000, streams.served, " streams", at_least=True),
        Goal("A stream's memory", 60, streams.kilobytes, " KB"),
        Goal("An event to all of them: p99", 150, streams.fan_out_p99, " ms"),
        Goal("Streams told of the end on SIGTERM", 2_000, streams.ended, " streams", at_least=True),
        Goal("SIGTERM to the server's end, all streams open", 3, streams.stopped_in, " s"),
    ]


def _small(once: Once) -> list[Goal]:
    return [
        Goal("CPU of a read among a million customers in Redis, against a thousand", 1.1, once.growth.ratio),
        Goal("Redis for one active customer", 40, once.growth.kilobytes, " KB"),
        Goal("Memory of one more worker (PSS)", 60, one_more(once.workers), " MB"),
        Goal("From `counterfoil serve` to the first answer", 0.8, once.start, " s"),
        Goal("`make setup` in a fresh clone, packages cached", 10, once.setup, " s"),
    ]


def _times(one: Summary | None, other: Summary | None) -> float | None:
    return one.throughput_ratio / other.throughput_ratio if one and other else None


def table(wanted: list[Goal]) -> list[str]:
    return ["| goal | wanted | measured | |", "| --- | --- | --- | --- |", *(goal.line for goal in wanted)]

"""Prometheus metrics: requests by route, and the numbers that other rooms keep for themselves.

With several workers each counts in files of its own (files.py), and whichever is asked adds up all of them.
"""

import asyncio
import math
import os
import time
from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from counterfoil.web.http.access_log import Served
from counterfoil.web.metrics.family import Family, HistogramFamily, Labels
from counterfoil.web.metrics.files import DIRECTORY, all_workers, count_in_files, forget_dead_workers, is_shared

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds: from a warm read to a WHMCS at its limit."""

_Mode = Literal["livesum", "livemin", "max", "livemostrecent"]
_MODES: dict[str, _Mode] = {"sum": "livesum", "least": "livemin", "most": "max", "latest": "livemostrecent"}

PUBLISHED_EVERY = 1.0
"""Seconds between two copies of those numbers: what another worker's scrape may miss."""

COUNTED_EVERY = 0.005
"""Seconds between two additions of requests. On an idle server none waits at all; under load an addition each was a
fifteenth of a warm read.
"""


class Durations(Histogram):
    """A histogram that takes many observations at once."""

    def add(self, counts: Sequence[int], seconds: float) -> None:
        """`counts` of each bucket, the infinite one last; `seconds` in all."""
        self._sum.inc(seconds)
        for bucket, count in zip(self._buckets, counts, strict=True):
            if count:
                bucket.inc(count)


def counts_of(seconds: Sequence[float]) -> list[int]:
    """Of each bucket, the infinite one last."""
    counts = [0] * (len(BUCKETS) + 1)
    for each in seconds:
        counts[bisect_left(BUCKETS, each)] += 1
    return counts


REQUESTS = HistogramFamily(
    "counterfoil_http_request_duration_seconds",
    "Time from the request's headers to the end of the answer; `route` is the template, never the address",
    ("method", "route", "status"),
    BUCKETS,
    dict,
)


class Metrics:
    def __init__(self, families: Sequence[Family | HistogramFamily] = ()) -> None:
        if is_shared():
            count_in_files()
        self.families = (REQUESTS, *families)
        self._registry = CollectorRegistry()
        self._requests = self._histogram(REQUESTS)
        self._children: dict[tuple[str, str, int], Durations] = {}
        self._pending: dict[tuple[str, str, int], list[float]] = {}
        """How long the requests took that are not yet in the histogram."""
        self._count_at = 0.0
        single = [family for family in families if isinstance(family, Family)]
        several = [family for family in families if isinstance(family, HistogramFamily)]
        self._counters = [(family, self._counter(family)) for family in single if family.kind == "counter"]
        self._gauges = [(family, self._gauge(family)) for family in single if family.kind != "counter"]
        self._histograms = [(family, self._histogram(family)) for family in several]
        self._published: dict[tuple[str, Labels], float] = {}
        self._distributed: dict[tuple[str, Labels], tuple[list[int], float]] = {}
        self._publishing: asyncio.Task[None] | None = None
        self._text, self._text_at = b"", -math.inf
        self._asked = asyncio.Lock()

    def _counter(self, family: Family) -> Counter:
        return Counter(family.name, family.documentation, family.labels, registry=self._registry)

    def _gauge(self, family: Family) -> Gauge:
        mode = _MODES[family.kind]
        return Gauge(family.name, family.documentation, family.labels, registry=self._registry, multiprocess_mode=mode)

    def _histogram(self, family: HistogramFamily) -> Durations:
        bounds, registry = family.bounds, self._registry
        return Durations(family.name, family.documentation, family.labels, buckets=bounds, registry=registry)

    def record(self, served: Served) -> None:
        """For every request, the fastest included."""
        if not self._pending:
            loop = asyncio.get_running_loop()
            self._count_at = max(loop.time(), self._count_at + COUNTED_EVERY)
            loop.call_at(self._count_at, self._count)
        key = (served.method, served.route, served.status)
        if (pending := self._pending.get(key)) is None:
            pending = self._pending[key] = []
        pending.append(served.seconds)

    def _count(self) -> None:
        pending, self._pending = self._pending, {}
        for key, seconds in pending.items():
            child = self._children.get(key)
            if child is None:
                method, route, status = key
                child = self._children[key] = self._requests.labels(method, route, str(status))
            child.add(counts_of(seconds), sum(seconds))

    def start(self) -> None:
        if is_shared():
            forget_dead_workers(os.environ[DIRECTORY])
        self._publishing = asyncio.create_task(self._publish_forever(), name="metrics")

    def stop(self) -> None:
        """When the last request has been answered."""
        if self._publishing is not None:
            self._publishing.cancel()
        self.publish()

    async def _publish_forever(self) -> None:
        while True:
            self.publish()
            await asyncio.sleep(PUBLISHED_EVERY)

    def publish(self) -> None:
        self._count()
        for family, counter in self._counters:
            for labels, value in family.read().items():
                before = self._published.get((family.name, labels), 0.0)
                _child(counter, labels).inc(max(0.0, value - before))
                self._published[family.name, labels] = value
        for family, gauge in self._gauges:
            for labels, value in family.read().items():
                _child(gauge, labels).set(value)
        for each, histogram in self._histograms:
            self._publish_distributions(each, histogram)

    def _publish_distributions(self, family: HistogramFamily, histogram: Durations) -> None:
        for labels, seen in family.read().items():
            zero: tuple[list[int], float] = ([0] * len(seen.counts), 0.0)
            counts, total = self._distributed.get((family.name, labels), zero)
            new = [now - before for now, before in zip(seen.counts, counts, strict=True)]
            _child(histogram, labels).add(new, seen.sum - total)
            self._distributed[family.name, labels] = (list(seen.counts), seen.sum)

    async def text(self) -> bytes:
        """What all workers counted, in Prometheus' text format. Adding up their files takes 160 ms: nobody else need
        wait for it, and those who ask at the same time get the same.
        """
        came = time.monotonic()
        async with self._asked:
            if self._text_at < came:
                self._text_at = time.monotonic()
                self.publish()
                registry = all_workers() if is_shared() else self._registry
                self._text = await asyncio.to_thread(generate_latest, registry)
            return self._text


_Labelled = TypeVar("_Labelled", Counter, Gauge, Durations)


def _child(metric: _Labelled, labels: Labels) -> _Labelled:
    return metric.labels(*labels) if labels else metric

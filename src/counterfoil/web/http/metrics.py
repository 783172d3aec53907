"""Prometheus metrics: requests by route, and the numbers that other rooms keep for themselves.

With several workers each counts in files of its own (PROMETHEUS_MULTIPROC_DIR, made by `serve`), and whichever is
asked adds up all of them.
"""

import asyncio
import math
import os
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, start_http_server, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from counterfoil.web.http.access_log import Served

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus-client's own variable. It must be set before the library is imported."""

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds: from a warm read to a WHMCS at its limit."""


Labels = tuple[str, ...]
"""Values of labels, in the order of their names."""


class Family(NamedTuple):
    """Numbers that somebody keeps, read when asked for.

    A "counter" only grows. The others say what is true now: a "sum" over the workers, or what the "latest" of them
    to say anything says.
    """

    name: str
    documentation: str
    labels: Labels
    read: Callable[[], Mapping[Labels, float]]
    kind: Literal["counter", "sum", "latest"] = "counter"


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


class Pending:
    """What was observed and is not yet in the histogram."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0

    def observe(self, seconds: float) -> None:
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.seconds += seconds


class Metrics:
    def __init__(self, families: Sequence[Family] = ()) -> None:
        if DIRECTORY in os.environ:
            values.ValueClass = _value_class_of(os.getpid())
        self._registry = CollectorRegistry()
        self._requests = Durations(
            "counterfoil_http_request_duration_seconds",
            "Time from the request's headers to the end of the answer",
            ["method", "route", "status"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._children: dict[tuple[str, str, int], Durations] = {}
        self._pending: dict[tuple[str, str, int], Pending] = {}
        self._count_at = 0.0
        self._counters = [(family, self._counter(family)) for family in families if family.kind == "counter"]
        self._gauges = [(family, self._gauge(family)) for family in families if family.kind != "counter"]
        self._published: dict[tuple[str, Labels], float] = {}
        self._publishing: asyncio.Task[None] | None = None
        self._text, self._text_at = b"", -math.inf
        self._asked = asyncio.Lock()

    def _counter(self, family: Family) -> Counter:
        return Counter(family.name, family.documentation, family.labels, registry=self._registry)

    def _gauge(self, family: Family) -> Gauge:
        mode: Literal["livesum", "livemostrecent"] = "livesum" if family.kind == "sum" else "livemostrecent"
        return Gauge(family.name, family.documentation, family.labels, registry=self._registry, multiprocess_mode=mode)

    def record(self, served: Served) -> None:
        """For every request, the fastest included."""
        if not self._pending:
            loop = asyncio.get_running_loop()
            self._count_at = max(loop.time(), self._count_at + COUNTED_EVERY)
            loop.call_at(self._count_at, self._count)
        key = served[:3]
        pending = self._pending.get(key)
        if pending is None:
            pending = self._pending[key] = Pending()
        pending.observe(served.seconds)

    def _count(self) -> None:
        pending, self._pending = self._pending, {}
        for key, observed in pending.items():
            child = self._children.get(key)
            if child is None:
                method, route, status = key
                child = self._children[key] = self._requests.labels(method, route, str(status))
            child.add(observed.counts, observed.seconds)

    def start(self) -> None:
        if DIRECTORY in os.environ:
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

    async def text(self) -> bytes:
        """What all workers counted, in Prometheus' text format. Adding up their files takes 160 ms: nobody else need
        wait for it, and those who ask at the same time get the same.
        """
        came = time.monotonic()
        async with self._asked:
            if self._text_at < came:
                self._text_at = time.monotonic()
                self.publish()
                registry = all_workers() if DIRECTORY in os.environ else self._registry
                self._text = await asyncio.to_thread(generate_latest, registry)
            return self._text


def serve_on(host: str, port: int) -> None:
    """On a port of its own, in a thread of `serve`'s parent process: it answers for all workers, dead ones included."""
    start_http_server(port, addr=host, registry=all_workers())


@cache
def _value_class_of(pid: int) -> type:
    """For this worker, once it is forked. The library's own ask the kernel for the process id at every addition: a
    twelfth of a warm read.
    """
    return values.MultiProcessValue(lambda: pid)  # type: ignore[no-untyped-call,no-any-return]


def all_workers() -> CollectorRegistry:
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


_Labelled = TypeVar("_Labelled", Counter, Gauge)


def _child(metric: _Labelled, labels: Labels) -> _Labelled:
    return metric.labels(*labels) if labels else metric


def forget_dead_workers(directory: str) -> None:
    """A worker that was killed leaves its gauges behind; its counters still count."""
    for name in os.listdir(directory):  # noqa: PTH208 - names are all that is needed
        pid = name.removesuffix(".db").rpartition("_")[2]
        if name.startswith("gauge_live") and pid.isdigit() and not _is_running(int(pid)):
            mark_process_dead(pid, directory)  # type: ignore[no-untyped-call]


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True

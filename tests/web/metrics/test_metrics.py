"""What Prometheus is told."""

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from counterfoil.web.metrics.publishing import BUCKETS, Durations, counts_of
from tests.processes import free_port
from tests.servers import RedisServer
from tests.stack import Stack, answers, running_stack
from tests.web.metrics.exposed import samples_in


def test_requests_are_counted_by_route(anybody: httpx2.Client) -> None:
    """By the route's template: an address of its own for each invoice would be a series of its own."""
    anybody.get("/api/v1/invoices/4711")
    samples = samples_in(anybody.get("/metrics").text)
    name = "counterfoil_http_request_duration_seconds_count"
    counted = [labels for (sample, labels) in samples if sample == name]
    assert {("method", "GET"), ("route", "/api/v1/invoices/{invoice_id}"), ("status", "401")} in counted
    assert not any("4711" in value for labels in counted for _, value in labels)


def test_the_cache_and_whmcs_are_counted(portal: Stack, ada: httpx2.Client) -> None:
    """Hits and misses, calls by action and outcome."""
    ada.get("/api/v1/invoices")
    ada.get("/api/v1/invoices")
    samples = samples_in(ada.get("/metrics").text)
    events = {
        dict(labels)["event"]: value for (n, labels), value in samples.items() if n == "counterfoil_cache_events_total"
    }
    assert events["hits"] >= 1
    calls = {dict(labels)["action"] for (name, labels) in samples if name == "counterfoil_whmcs_calls_total"}
    assert {"ValidateLogin", "GetInvoices"} <= calls


def test_all_workers_count_together(tmp_path: Path, redis_server: RedisServer) -> None:
    """On a port of its own, and only there; what a killed worker had counted stays counted."""
    port = free_port()
    with running_stack(tmp_path, workers=2, cache_url=redis_server.url, metrics_port=str(port)) as stack:
        assert httpx2.get(f"{stack.url}/metrics", timeout=60).status_code == 404
        for _ in range(40):
            with httpx2.Client(timeout=60) as fresh:
                fresh.get(f"{stack.url}/healthz")
        _wait(lambda: _healthz_count(port) == 40)
        worker = int(re.findall(r"Spawning worker-1 with PID: (\d+)", stack.portal.output())[0])
        os.kill(worker, signal.SIGKILL)
        _wait(lambda: stack.portal.output().count("Started worker-1") == 2)
        assert answers(f"{stack.url}/readyz")
        assert _healthz_count(port) == 40


def test_many_requests_are_counted_as_if_one_by_one() -> None:
    """They are added together: to the same buckets, with the same sum, as Prometheus' own way of counting them."""
    seconds = [0.0001, *BUCKETS, 0.0007, 0.3, 12.0, 1.0]
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    many, one = (kind("d", "d", buckets=BUCKETS, registry=r) for kind, r in ((Durations, ours), (Histogram, theirs)))
    for each in seconds:
        one.observe(each)
    many.add(counts_of(seconds), sum(seconds))
    assert _values(generate_latest(ours)) == _values(generate_latest(theirs))


def _values(text: bytes) -> dict[str, float]:
    lines = [line.rsplit(" ", 1) for line in text.decode().splitlines() if "_created" not in line and line[0] != "#"]
    return {name: round(float(value), 9) for name, value in lines}


def _healthz_count(port: int) -> float:
    samples = samples_in(httpx2.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text)
    name = "counterfoil_http_request_duration_seconds_count"
    return sum(value for (n, labels), value in samples.items() if n == name and ("route", "/healthz") in labels)


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not until():
        assert time.monotonic() < deadline, "it did not happen within 60 s"
        time.sleep(0.05)

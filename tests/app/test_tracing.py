"""Traces, as a collector gets them from a running portal."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.collector import Collector, Seen, running_collector
from tests.processes import free_port
from tests.stack import Stack

TRACE, PROXY = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with running_collector() as running:
        yield running


@pytest.fixture(scope="module")
def stack(collector: Collector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Sends what it has ten times a second, that nobody need wait."""
    stack = Stack(tmp_path_factory.mktemp("traced"), log_level="debug")
    stack.portal.env = {
        **stack.environment,
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    stack.sandbox.start()
    try:
        stack.start()
        yield stack
    finally:
        stack.portal.stop()
        stack.sandbox.child.stop()


def spans_of(collector: Collector, trace: str, name: str) -> list[Seen]:
    """Of the trace, once the span of this name has come; what it holds has ended before."""
    deadline = time.monotonic() + 60
    while True:
        found = [span for span in collector.spans if span.trace == trace]
        if any(span.name == name for span in found):
            return found
        assert time.monotonic() < deadline, [span.name for span in collector.spans]
        time.sleep(0.05)


def test_a_cold_page_is_one_trace_with_its_calls(stack: Stack, collector: Collector) -> None:
    """Within the proxy's: the request, what was fetched for it, and each call to WHMCS with what came of it."""
    with stack.visitor("ada@example.com") as ada:
        answer = ada.get("/invoices", headers={"traceparent": f"00-{TRACE}-{PROXY}-01"})
        assert answer.status_code == 200
    spans = spans_of(collector, TRACE, "GET /invoices")
    by_name = {span.name: span for span in spans}
    request = by_name["GET /invoices"]
    assert request.parent == PROXY
    assert request.attributes["http.response.status_code"] == "200"
    assert request.attributes["counterfoil.request_id"] == answer.headers["x-request-id"]
    call = by_name["WHMCS GetInvoices"]
    assert call.attributes["counterfoil.outcome"] == "ok"
    ids = {span.id: span for span in spans}
    assert ids[call.parent].name.startswith("fetch ")
    above = call
    while above.parent in ids:
        above = ids[above.parent]
    assert above is request


def test_a_warm_page_is_a_request_alone(stack: Stack, collector: Collector) -> None:
    """Answered from the cache, by its route all the same."""
    trace = TRACE[::-1]
    with stack.visitor("ada@example.com") as ada:
        for _ in range(2):
            ada.get("/api/v1/invoices").raise_for_status()
        ada.get("/api/v1/invoices", headers={"traceparent": f"00-{trace}-{PROXY}-01"}).raise_for_status()
    assert [span.name for span in spans_of(collector, trace, "GET /api/v1/invoices")] == ["GET /api/v1/invoices"]


def test_a_call_in_vain_says_why(stack: Stack, collector: Collector) -> None:
    trace = "f" * 31 + "1"
    with stack.visitor("bob@example.com") as bob:
        stack.sandbox.break_with("html", action="GetInvoices")
        try:
            answer = bob.get("/api/v1/invoices", headers={"traceparent": f"00-{trace}-{PROXY}-01"})
        finally:
            stack.sandbox.mend()
    assert answer.status_code == 503
    spans = spans_of(collector, trace, "GET /api/v1/invoices")
    request = next(span for span in spans if span.name == "GET /api/v1/invoices")
    assert request.attributes["error.type"] == "billing_unavailable"
    outcomes = {span.attributes["counterfoil.outcome"] for span in spans if span.name == "WHMCS GetInvoices"}
    assert outcomes == {"html"}


def test_nothing_of_anybody_is_in_a_trace(stack: Stack, collector: Collector) -> None:
    """No one-time link, no address of a person, no password, no credentials, nothing typed, no query."""
    trace = "e" * 31 + "1"
    with stack.visitor("ada@example.com") as ada:
        ada.get("/api/v1/invoices?q=canary-typed")
        overdue = stack.sandbox.notable("ada.overdue")
        link = ada.post(f"/api/v1/invoices/{overdue}/payment-link").json()["url"]
        ada.get("/api/v1/profile", headers={"traceparent": f"00-{trace}-{PROXY}-01"})
        session = next(iter(ada.cookies.jar)).value or ""
    spans_of(collector, trace, "GET /api/v1/profile")
    assert any(span.name == "WHMCS CreateSsoToken" for span in collector.spans)
    said = collector.raw.decode("latin-1")
    secrets = [stack.settings[name] for name in ("whmcs_identifier", "whmcs_secret", "secret_key")]
    token = re.findall(r"[A-Za-z0-9_-]{16,}", link.partition("?")[2])
    for never in (*secrets, *token, "access_token", "demo-password-1", "@example.com", "canary-typed", session, "Ada"):
        assert never not in said


def test_a_collector_that_is_away_disturbs_nobody(tmp_path: Path) -> None:
    """People are served, the log says it once, and the portal stops at once."""
    stack = Stack(tmp_path)
    away = f"http://127.0.0.1:{free_port()}"
    stack.portal.env = {
        **stack.environment,
        "OTEL_EXPORTER_OTLP_ENDPOINT": away,
        "OTEL_BSP_SCHEDULE_DELAY": "50",
    }
    stack.sandbox.start()
    try:
        stack.start()
        with stack.visitor("ada@example.com") as ada:
            assert ada.get("/invoices").status_code == 200
            stack.portal.wait_until(lambda: "traces are not taken" in stack.portal.output())
            assert ada.get("/invoices").status_code == 200
    finally:
        stack.portal.stop()
        stack.sandbox.child.stop()
    assert stack.portal.output().count("traces are not taken") == 1
    assert "Traceback" not in stack.portal.output()
    assert {line["level"] for line in stack.logged()} <= {"info", "warning"}


def test_off_it_costs_nothing() -> None:
    """The libraries are not even imported."""
    code = (
        "import sys; from tools.docs import portal; portal(); "
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""Each promise has a number that says whether it is kept (docs/metrics.md), read from a running portal."""

import platform
import time

import httpx2

from counterfoil import __version__
from tests.stack import Stack
from tests.web.metrics.exposed import Samples, samples_in, value_of


def told(portal: Stack) -> Samples:
    return samples_in(httpx2.get(f"{portal.url}/metrics", timeout=60).text)


def test_what_runs_and_what_it_can_work_with(portal: Stack) -> None:
    """Version, and 1 for each neighbour that answers."""
    deadline = time.monotonic() + 60
    while not value_of(samples := told(portal), "counterfoil_neighbour_up", neighbour="cache"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    running = {"version": __version__, "python": platform.python_version()}
    assert value_of(samples, "counterfoil_build_info", **running) == 1
    assert value_of(samples, "counterfoil_worker_starts_total") == 1
    for neighbour in ("database", "cache", "whmcs"):
        assert value_of(samples, "counterfoil_neighbour_up", neighbour=neighbour) == 1
    assert ("counterfoil_orders", frozenset({("status", "fulfilling")})) in samples


def test_sign_ins_by_result(portal: Stack) -> None:
    """Those that succeed and those that do not, whoever tries."""
    before = told(portal)
    with portal.visitor("chidi@example.com") as chidi:
        chidi.post("/api/v1/session", json={"email": "nobody@example.com", "password": "wrong"})
    after = told(portal)
    grown = {
        result: value_of(after, "counterfoil_sign_ins_total", result=result)
        - value_of(before, "counterfoil_sign_ins_total", result=result)
        for result in ("ok", "sign_in_failed")
    }
    assert grown == {"ok": 1, "sign_in_failed": 1}


def test_the_last_webhook_and_how_long_it_took(portal: Stack) -> None:
    """From WHMCS's record of the change until it shows. A test message says nothing about that, but that it came."""
    before = told(portal)
    portal.sandbox.tell("ping")
    pinged = told(portal)
    portal.sandbox.tell("invoice.updated", client_id=1, invoice_id=1)
    after = told(portal)
    last = "counterfoil_webhook_last_timestamp_seconds"
    times = [value_of(each, last, sender="whmcs") for each in (before, pinged, after)]
    assert times == sorted(set(times))
    counted = [value_of(each, "counterfoil_webhook_effect_seconds_count") for each in (before, pinged, after)]
    assert counted == [counted[0], counted[0], counted[0] + 1]


def test_the_age_of_what_is_shown(portal: Stack, ada: httpx2.Client) -> None:
    """Of one hit in 50, by part; none is older than a list of invoices may be."""
    for _ in range(120):
        assert ada.get("/api/v1/invoices").status_code == 200
    samples = told(portal)
    count = value_of(samples, "counterfoil_cache_age_seconds_count", part="r")
    assert 1 <= count <= 10
    assert value_of(samples, "counterfoil_cache_age_seconds_bucket", part="r", le="90.0") == count


def test_no_label_carries_what_somebody_typed(portal: Stack) -> None:
    """Each takes one of few values: a scanner's thousand addresses are no thousand series."""
    for number in range(30):
        httpx2.get(f"{portal.url}/nowhere-{number}", timeout=60)
        httpx2.post(
            f"{portal.url}/api/v1/session", json={"email": f"typed-{number}@example.com", "password": "x"}, timeout=60
        )
    text = httpx2.get(f"{portal.url}/metrics", timeout=60).text
    assert "nowhere-" not in text
    assert "typed-" not in text

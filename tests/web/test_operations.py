"""What orchestrators are told, and who is told of metrics."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from tests.servers import RedisServer, running_postgres
from tests.stack import Stack, running_stack


def test_alive_and_ready(anybody: httpx2.Client) -> None:
    assert anybody.get("/healthz").text == "ok\n"
    answer = anybody.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "neighbours": {"database": "ok", "cache": "ok", "whmcs": "ok"}}


def test_an_outage_of_whmcs_does_not_make_us_unready(portal: Stack) -> None:
    """Otherwise an orchestrator would take away the portal that could say so."""
    portal.sandbox.control("POST", "faults", {"kind": "reset"})
    try:
        assert httpx2.get(f"{portal.url}/readyz", timeout=60).status_code == 200
    finally:
        portal.sandbox.control("DELETE", "faults")


def test_without_a_cache_we_serve_on(tmp_path: Path, redis_server: RedisServer) -> None:
    """All processes have lost the same Redis: a balancer that took them away for it would leave nobody to answer."""
    with running_stack(tmp_path, cache_url=redis_server.url) as stack, stack.visitor("ada@example.com") as ada:
        redis_server.child.kill()
        try:
            answer = httpx2.get(f"{stack.url}/readyz", timeout=60)
            assert answer.status_code == 200
            assert answer.json() == {
                "ready": True,
                "neighbours": {"database": "ok", "cache": "degraded", "whmcs": "ok"},
            }
            assert ada.get("/invoices").status_code == 200
        finally:
            redis_server.start()
        _wait(lambda: httpx2.get(f"{stack.url}/readyz", timeout=60).json()["neighbours"]["cache"] == "ok")


def test_of_whmcs_it_is_said_how_the_last_calls_fared(tmp_path: Path) -> None:
    """Away while the breaker is open; and nobody is unready for it."""
    with running_stack(tmp_path) as stack, stack.visitor("ada@example.com") as ada:
        stack.sandbox.break_with("reset")
        deadline = time.monotonic() + 60
        said = "ok"
        while said != "away":
            assert time.monotonic() < deadline
            ada.get("/api/v1/invoices", headers={"Cache-Control": "no-cache"})
            answer = httpx2.get(f"{stack.url}/readyz", timeout=60)
            assert answer.status_code == 200
            said = answer.json()["neighbours"]["whmcs"]


def test_without_a_database_we_are_unready(tmp_path: Path) -> None:
    with running_postgres() as postgres, running_stack(tmp_path, database_url=postgres.new_database()) as stack:
        postgres.child.stop()
        answer = httpx2.get(f"{stack.url}/readyz", timeout=60)
        assert answer.status_code == 503
        assert answer.json() == {"ready": False, "neighbours": {"database": "away", "cache": "ok", "whmcs": "ok"}}


def test_metrics_are_not_for_everybody(tmp_path: Path) -> None:
    """Behind a proxy on this machine every request comes from this machine: whose it is, the proxy says."""
    with running_stack(tmp_path, trusted_proxies="127.0.0.1/32") as stack:
        assert httpx2.get(f"{stack.url}/metrics", timeout=60).status_code == 200
        for forwarded in ("203.0.113.9", "127.0.0.1, 203.0.113.9"):
            assert (
                httpx2.get(f"{stack.url}/metrics", headers={"X-Forwarded-For": forwarded}, timeout=60).status_code
                == 404
            )
        assert httpx2.get(f"{stack.url}/metrics", headers={"X-Real-IP": "203.0.113.9"}, timeout=60).status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
def test_metrics_are_not_given_through_a_proxy_that_nobody_named(anybody: httpx2.Client, header: str) -> None:
    """Without TRUSTED_PROXIES too: everybody would come from this machine."""
    assert anybody.get("/metrics").status_code == 200
    assert anybody.get("/metrics", headers={header: "203.0.113.9"}).status_code == 404


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not until():
        assert time.monotonic() < deadline, "it did not happen within 60 s"
        time.sleep(0.05)


def test_the_description_of_the_api_is_made_once(portal: Stack, anybody: httpx2.Client) -> None:
    """Anybody may ask for it, so it costs nothing: the same bytes, and none for whoever has them."""
    first = anybody.get("/api/openapi.json")
    again = anybody.get("/api/openapi.json", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert first.headers["content-type"] == "application/json"
    began = _worked(portal)
    for _ in range(100):
        assert anybody.get("/api/openapi.json").content == first.content
    assert _worked(portal) - began < 2.0, "40 ms each would be 4 s"


def _worked(portal: Stack) -> float:
    """Seconds of a processor that its workers have taken, however busy the machine is."""
    children = Path(f"/proc/{portal.portal.pid}/task/{portal.portal.pid}/children").read_text().split()
    fields = [Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split() for child in children]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")

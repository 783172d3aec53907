"""Two real portal processes side by side: when one dies of kill -9 in the middle of an order, the other ends it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from counterfoil.orders.worker import LEASE
from tests.servers import RedisServer
from tests.stack import Stack

ORDER = {"items": [{"product_id": 2, "billing_cycle": "monthly"}], "gateway": "banktransfer"}
WITHIN = 60.0
"""Seconds: a minute on a busy machine, where LEASE and a second do on a quiet one."""


@contextmanager
def two_portals(folder: Path, database_url: str, cache_url: str) -> Iterator[dict[str, Stack]]:
    """By the identifier with which each calls the one WHMCS that is there."""
    first = Stack(folder, database_url=database_url, cache_url=cache_url, whmcs_identifier="first")
    first.sandbox.child.command += ["--identifier", "first,second"]
    shared = {name: value for name, value in first.settings.items() if name != "base_url"}
    (folder / "second").mkdir()
    second = Stack(folder / "second", **{**shared, "whmcs_identifier": "second"})
    second.sandbox = first.sandbox
    try:
        first.sandbox.start()
        first.command("migrate")
        for stack in (first, second):
            stack.start()
        yield {"first": first, "second": second}
    finally:
        for child in (first.portal, second.portal, first.sandbox.child):
            child.stop()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("action", ["AddOrder", "AcceptOrder"])
def test_a_living_process_takes_over(tmp_path: Path, postgres_url: str, redis_server: RedisServer, action: str) -> None:
    """WHMCS has done what it was asked for, and who asked dies before hearing so. It is not asked for again."""
    with two_portals(tmp_path, postgres_url, redis_server.url) as portals:
        whmcs = portals["first"].sandbox
        whmcs.break_with("hang", action=action, after=True)
        with portals["first"].visitor("ada@example.com") as ada:
            answer = ada.post("/api/v1/orders", json=ORDER, headers={"Idempotency-Key": str(uuid4())})
            order_id = answer.json()["id"]
        _wait(lambda: _hanging(portals) is not None)
        worker = str(_hanging(portals))
        (survivor,) = portals.keys() - {worker}
        portals[worker].portal.kill()
        began = time.monotonic()
        whmcs.mend()
        whmcs.forget_calls()
        with portals[survivor].visitor("ada@example.com") as ada:
            _wait(lambda: ada.get(f"/api/v1/orders/{order_id}").json()["status"] == "active")
        taken = time.monotonic() - began
        assert taken < WITHIN
        assert taken > LEASE.total_seconds() / 2, "it did not wait for the lease of a process that might live"
        calls = whmcs.calls()
        assert {call["caller"] for call in calls} == {survivor}
        assert [call["action"] for call in calls].count(action) == 0


def _hanging(portals: dict[str, Stack]) -> str | None:
    """Who waits for an answer that does not come."""
    calls: list[dict[str, Any]] = portals["first"].sandbox.calls()
    return next((call["caller"] for call in calls if "hang" in call["faults"] and call["ended"] is None), None)


def _wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.25)

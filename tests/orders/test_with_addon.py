"""Orders at a WHMCS that has the portal's addon: placed under a key, and as ever where it has not."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from counterfoil.whmcs.addon_api import CHANGES, ORDER
from tests.stack import Stack, running_stack

ORDERED = {"items": [{"product_id": 2, "billing_cycle": "monthly"}], "gateway": "banktransfer"}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with running_stack(tmp_path, whmcs_timeout_seconds="10") as running:
        running.sandbox.control("PATCH", "settings", {"addon": True})
        yield running


def test_an_order_is_placed_under_a_key(stack: Stack) -> None:
    """By the addon's action, and no other."""
    with stack.visitor("ada@example.com") as ada:
        introduce(stack)
        order_id = place(ada)
        wait(lambda: status(ada, order_id) == "active")
    assert ORDER in stack.sandbox.actions()
    assert "AddOrder" not in stack.sandbox.actions()


def test_an_answer_that_got_lost_places_nothing_twice(stack: Stack) -> None:
    """WHMCS has done it, the portal does not hear so: it looks, as it would without the addon."""
    with stack.visitor("ada@example.com") as ada:
        introduce(stack)
        before = services(ada)
        stack.sandbox.break_with("reset", action=ORDER, after=True)
        order_id = place(ada)
        wait(lambda: ORDER in stack.sandbox.actions())
        stack.sandbox.mend()
        wait(lambda: status(ada, order_id) == "active")
        assert services(ada) == before + 1


def test_an_addon_that_is_broken_holds_up_nothing(stack: Stack) -> None:
    """Its action is not allowed to us, or is gone: AddOrder does it."""
    with stack.visitor("ada@example.com") as ada:
        introduce(stack)
        stack.sandbox.control("PATCH", "settings", {"addon": False})
        order_id = place(ada)
        wait(lambda: status(ada, order_id) == "active")
    assert "AddOrder" in stack.sandbox.actions()


def introduce(stack: Stack) -> None:
    """By the addon's first message; then the portal asks it at once what else there is."""
    stack.sandbox.control("PATCH", "clients/1", {"city": "Leeds"})
    wait(lambda: CHANGES in stack.sandbox.actions())
    stack.sandbox.forget_calls()


def place(ada: httpx2.Client) -> str:
    answer = ada.post("/api/v1/orders", json=ORDERED, headers={"Idempotency-Key": str(uuid4())})
    return str(answer.raise_for_status().json()["id"])


def status(ada: httpx2.Client, order_id: str) -> str:
    return str(ada.get(f"/api/v1/orders/{order_id}").json()["status"])


def services(ada: httpx2.Client) -> int:
    answer = ada.get("/api/v1/subscriptions?page_size=100", headers={"Cache-Control": "no-cache"})
    return len(answer.raise_for_status().json()["items"])


def wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.25)

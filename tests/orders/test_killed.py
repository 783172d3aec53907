"""A real portal process that dies of kill -9 in the middle of an order."""

import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from tests.stack import Stack, running_stack

ORDER = {"items": [{"product_id": 2, "billing_cycle": "monthly"}], "gateway": "banktransfer"}


@pytest.mark.parametrize("action", ["AddOrder", "AcceptOrder"])
def test_the_next_process_goes_on(tmp_path: Path, action: str) -> None:
    """WHMCS has done what it was asked for, and the portal dies before it hears so. It is not asked for again."""
    with running_stack(tmp_path) as stack:
        stack.sandbox.break_with("hang", action=action, after=True)
        with stack.visitor("ada@example.com") as ada:
            answer = ada.post("/api/v1/orders", json=ORDER, headers={"Idempotency-Key": str(uuid4())})
            order_id = answer.json()["id"]
        _wait(lambda: action in stack.sandbox.actions())
        stack.portal.kill()
        stack.sandbox.mend()
        stack.start()
        _wait(lambda: _status(stack, order_id) == "active")
        assert [stack.sandbox.actions().count(each) for each in ("AddOrder", "AcceptOrder")] == [1, 1]


def _status(stack: Stack, order_id: str) -> str:
    with stack.visitor("ada@example.com") as ada:
        return str(ada.get(f"/api/v1/orders/{order_id}").json()["status"])


def _wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.25)

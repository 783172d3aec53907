"""The invariants of orders under faults and dying workers: never two WHMCS orders for one of ours, never none."""

from pathlib import Path

import pytest

from counterfoil.orders.order import Status
from counterfoil.orders.worker import GIVE_UP
from counterfoil.stop_codes import StopCode
from tests.orders.game_day import campaign
from tests.orders.world import World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("tag", [True, False], ids=["tagged", "untagged"])
async def test_every_call_fails_and_every_call_kills(tmp_path: Path, tag: bool) -> None:
    """One order for each call that it makes: its answer lost, and the worker dead in it, before and after it was
    carried out. Every order becomes active, in WHMCS exactly once.
    """
    figures = await campaign(f"sqlite+aiosqlite:///{tmp_path / 'db'}", salesforce=False, tag=tag, faults=1)
    assert figures["orders"] == 18
    assert figures["kills"] > 8


async def test_the_same_with_salesforce(postgres_url: str) -> None:
    """... and Salesforce says Activated, with WHMCS's number. On PostgreSQL."""
    figures = await campaign(postgres_url, salesforce=True, tag=True, faults=1)
    assert figures["orders"] == 38
    assert figures["kills"] > 12


async def test_the_same_with_orders_of_sales_staff(tmp_path: Path) -> None:
    """Every line is carried, or none and a code."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'db'}"
    figures = await campaign(url, salesforce=True, tag=True, faults=1, of_staff=True)
    assert (figures["orders"], figures["odd quantities"]) == (30, 4)


async def test_an_outage_of_hours_ends_with_a_code(world_with_salesforce: World) -> None:
    """Until then the order goes on; it never becomes PAYMENT_METHOD_MISSING, and Retry makes it active."""
    world = world_with_salesforce
    order = await world.place()
    began = world.clock.moment
    world.around.whmcs.switches.denied_actions = frozenset({"getpaymethods"})
    stopped = await world.settle(order.id)
    assert (stopped.status, stopped.error_code) == (Status.FAILED, StopCode.BILLING_UNAVAILABLE)
    assert world.clock.moment - began >= GIVE_UP
    assert world.record(stopped)["Activation_Error_Code__c"] == "BILLING_UNAVAILABLE"
    assert "AddOrder" not in world.calls()
    world.around.whmcs.switches.denied_actions = frozenset()
    assert await _retried(world, order.id) is Status.ACTIVE


async def test_an_outcome_that_stays_unknown(world_without_tags: World) -> None:
    """Two orders look alike and neither is marked: a person decides, and nothing is placed again."""
    world = world_without_tags
    order = await world.place()
    world.break_with("AddOrder", "reset", after=True)
    twin = {"clientid": "1", "paymentmethod": "banktransfer", "pid[0]": "2", "billingcycle[0]": "monthly"}
    claimed = await world.orders.worker.claim()
    assert claimed is not None
    await world.orders.worker.work(claimed)
    world.place_by_hand(twin)
    stopped = await world.settle(order.id)
    assert stopped.error_code is StopCode.BILLING_OUTCOME_UNKNOWN
    assert world.calls().count("AddOrder") == 1


async def test_two_workers_never_hold_one_order(world: World) -> None:
    """The first loses it when its lease is over; what it still finds out is not written."""
    order = await world.place()
    first = await world.orders.worker.claim()
    assert first is not None
    assert await world.orders.worker.claim() is None
    world.clock.move(31)
    second = await world.orders.worker.claim()
    assert second is not None
    await world.orders.worker.work(first)
    assert "AddOrder" not in world.calls()
    await world.orders.worker.work(second)
    assert (await world.settle(order.id)).status is Status.ACTIVE
    assert world.calls().count("AddOrder") == 1


async def test_changed_after_approval(world_with_salesforce: World) -> None:
    """Another quantity over there than was approved: it stops, and the new approval counts."""
    world = world_with_salesforce
    order = await world.place()
    world.break_with("GetProducts", "status", after=False, times=None)
    while world.record_status(order.id) != "Activating":
        await world.step(order.id)
    (line,) = world.around.org.org.records["OrderItem"].values()
    line["Quantity"] = 2.0
    world.mend()
    stopped = await world.settle(order.id)
    assert stopped.error_code is StopCode.ORDER_CHANGED
    assert world.record(stopped)["Activation_Error_Code__c"] == "ORDER_CHANGED"
    assert "AddOrder" not in world.calls()
    world.around.org.org.update("Order", stopped.salesforce_id or "", {"Activation_Status__c": "Requested"})
    assert world.orders.approvals is not None
    await world.orders.approvals.poll()
    assert (await world.settle(order.id)).status is Status.ACTIVE


async def _retried(world: World, order_id: str) -> Status:
    order = await world.orders.repository.find(id=order_id)
    assert order is not None
    await world.orders.checkout.retry(order)
    return (await world.settle(order_id)).status

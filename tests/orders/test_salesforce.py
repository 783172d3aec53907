"""What Salesforce says by calls of its own, and what happens when it refuses what is written."""

from pathlib import Path

import pytest

from counterfoil.errors import StopCode
from counterfoil.orders.repository import Status
from tests.orders.world import World, neighbours, opened

pytestmark = pytest.mark.anyio


async def waiting(world: World) -> str:
    """An order that waits for approval; its id over there."""
    order = await world.place()
    for _ in range(10):
        await world.step(order.id)
        found = await world.orders.repository.find(id=order.id)
        assert found is not None
        if found.status is Status.AWAITING_APPROVAL:
            return found.salesforce_id or ""
    raise AssertionError("it does not wait")


async def status_of(world: World, salesforce_id: str) -> Status:
    found = await world.orders.repository.find(salesforce_id=salesforce_id)
    assert found is not None
    return found.status


async def test_a_call_only_says_where_to_look(tmp_path: Path) -> None:
    """Approved counts when the order over there says so, cancelled unless it says otherwise."""
    with neighbours() as around:
        async with opened(around, f"sqlite+aiosqlite:///{tmp_path / 'db'}", salesforce=True) as world:
            salesforce_id = await waiting(world)
            approvals = world.orders.approvals
            assert approvals is not None
            await approvals.nudge(salesforce_id)
            await approvals.nudge(salesforce_id, is_cancelled=True)
            await approvals.nudge("801000000000000AAA", is_cancelled=True)
            assert await status_of(world, salesforce_id) is Status.AWAITING_APPROVAL
            around.org.org.update("Order", salesforce_id, {"Activation_Status__c": "Requested"})
            await approvals.nudge(salesforce_id[:15])
            assert await status_of(world, salesforce_id) is Status.FULFILLING

            other = await waiting(world)
            around.org.org.update("Order", other, {"Activation_Status__c": "On Hold"})
            await approvals.nudge(other, is_cancelled=True)
            assert await status_of(world, other) is Status.CANCELLED


async def test_two_pollers_begin_an_order_once(tmp_path: Path) -> None:
    """The lease is for economy; the unique row is what holds."""
    with neighbours() as around:
        async with opened(around, f"sqlite+aiosqlite:///{tmp_path / 'db'}", salesforce=True) as world:
            salesforce_id = await waiting(world)
            around.org.org.update("Order", salesforce_id, {"Activation_Status__c": "Requested"})
            assert world.orders.approvals is not None
            await world.orders.approvals.poll()
            await world.orders.approvals.poll()
            order = await world.orders.repository.find(salesforce_id=salesforce_id)
            assert order is not None
            assert order.attempt == 1
            assert (await world.settle(order.id)).status is Status.ACTIVE
            assert world.calls().count("AddOrder") == 1


async def test_a_refusal_is_not_repeated(tmp_path: Path) -> None:
    """A field is missing over there: a person must look. The order stops, and Salesforce is asked once for each."""
    with neighbours() as around:
        async with opened(around, f"sqlite+aiosqlite:///{tmp_path / 'db'}", salesforce=True) as world:
            order = await world.place()
            await world.step(order.id)
            around.org.org.hidden = {"Order.Activation_Error_Code__c"}
            stopped = await world.settle(order.id)
            assert (stopped.status, stopped.error_code) == (Status.FAILED, StopCode.INTERNAL)
            assert world.calls().count("update Order") == 2
            assert "AddOrder" not in world.calls()
            around.org.org.hidden = set()
            await world.orders.checkout.retry(stopped)
            assert (await world.settle(order.id)).status is Status.ACTIVE


async def test_a_lost_database_places_nothing_twice(tmp_path: Path) -> None:
    """What Salesforce says was placed is taken as placed."""
    with neighbours() as around:
        async with opened(around, f"sqlite+aiosqlite:///{tmp_path / 'db'}", salesforce=True) as world:
            first = await world.place()
            done = await world.settle(first.id)
            values = {"Activation_Status__c": "Requested"}
            around.org.org.update("Order", done.salesforce_id or "", values)
            placed = len(world.whmcs_orders())
        lost = f"sqlite+aiosqlite:///{tmp_path / 'another'}"
        async with opened(around, lost, salesforce=True, fresh=False) as world:
            assert world.orders.approvals is not None
            await world.orders.approvals.poll()
            order = await world.orders.repository.find(salesforce_id=done.salesforce_id)
            assert order is not None
            assert (await world.settle(order.id)).status is Status.ACTIVE
            assert len(world.whmcs_orders()) == placed

"""How approval in Salesforce begins, ends and repeats an order: by the poll, or by a call that says where to look."""

from pathlib import Path

import pytest

from counterfoil.orders.approvals import SWEEP, Approvals
from counterfoil.orders.order import Order, Status
from counterfoil.stop_codes import StopCode
from tests.orders.neighbours import Neighbours
from tests.orders.world import ADA, World, opened

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(world_with_salesforce: World) -> World:
    return world_with_salesforce


async def waiting(world: World) -> str:
    """An order that waits for approval; its id over there."""
    order = await world.place()
    for _ in range(10):
        await world.step(order.id)
        found = await world.orders.checkout.find(ADA, order.id)
        if found.status is Status.AWAITING_APPROVAL:
            return found.salesforce_id or ""
    raise AssertionError("it does not wait")


async def by_salesforce_id(world: World, salesforce_id: str) -> Order:
    found = await world.orders.repository.find(salesforce_id=salesforce_id)
    assert found is not None
    return found


async def status_of(world: World, salesforce_id: str) -> Status:
    return (await by_salesforce_id(world, salesforce_id)).status


def approve(world: World, salesforce_id: str) -> None:
    world.around.org.org.update("Order", salesforce_id, {"Activation_Status__c": "Requested"})


async def test_a_call_only_says_where_to_look(world: World, approvals: Approvals) -> None:
    """Approved counts when the order over there says so, cancelled unless it says otherwise."""
    salesforce_id = await waiting(world)
    await approvals.nudge(salesforce_id)
    await approvals.nudge(salesforce_id, is_cancelled=True)
    await approvals.nudge("801000000000000AAA", is_cancelled=True)
    assert await status_of(world, salesforce_id) is Status.AWAITING_APPROVAL
    approve(world, salesforce_id)
    await approvals.nudge(salesforce_id[:15])
    assert await status_of(world, salesforce_id) is Status.FULFILLING

    other = await waiting(world)
    world.around.org.org.update("Order", other, {"Activation_Status__c": "On Hold"})
    await approvals.nudge(other, is_cancelled=True)
    assert await status_of(world, other) is Status.CANCELLED


async def test_two_pollers_begin_an_order_once(world: World, approvals: Approvals) -> None:
    """The lease is for economy; the unique row is what holds."""
    salesforce_id = await waiting(world)
    approve(world, salesforce_id)
    await approvals.poll()
    await approvals.poll()
    order = await by_salesforce_id(world, salesforce_id)
    assert order.attempt == 1
    assert (await world.settle(order.id)).status is Status.ACTIVE
    assert world.calls().count("AddOrder") == 1


async def test_an_order_of_sales_staff_is_taken_in_once(world: World, approvals: Approvals) -> None:
    """With its lines and its client, as it is approved; at WHMCS's prices, for nobody was shown any."""
    salesforce_id = world.sell(ADA, (2, "Monthly", 1), (3, "Monthly", 2))
    await approvals.poll()
    await approvals.poll()
    order = await by_salesforce_id(world, salesforce_id)
    assert (order.origin, order.client_id, order.attempt) == ("salesforce", ADA, 1)
    lines = [(item.product_id, item.billing_cycle, item.quantity, item.price) for item in order.items]
    assert lines == [(2, "monthly", 1, None), (3, "monthly", 2, None)]
    assert (await world.settle(order.id)).status is Status.ACTIVE
    assert world.calls().count("AddOrder") == 1


async def test_approved_again_what_stopped_is_begun_again(world: World, approvals: Approvals) -> None:
    """With the lines as they are approved now."""
    salesforce_id = world.sell(ADA, (2, "Monthly", 1))
    world.around.whmcs.ledger.gateways.clear()
    await approvals.poll()
    order = await by_salesforce_id(world, salesforce_id)
    assert (await world.settle(order.id)).status is Status.FAILED
    world.around.reset_whmcs()
    await world.cache.clear_everything()
    (line,) = world.around.org.org.records["OrderItem"].values()
    line["Quantity"] = 3.0
    approve(world, salesforce_id)
    await approvals.poll()
    again = await by_salesforce_id(world, salesforce_id)
    assert (again.status, again.attempt, again.error_code) == (Status.FULFILLING, 2, None)
    assert [item.quantity for item in again.items] == [3]
    assert (await world.settle(order.id)).status is Status.ACTIVE


async def test_approved_again_although_it_is_done(world: World, approvals: Approvals) -> None:
    """Salesforce is told once more that it is; nothing is placed again."""
    done = await world.settle((await world.place()).id)
    approve(world, done.salesforce_id or "")
    await approvals.poll()
    assert (await world.settle(done.id)).status is Status.ACTIVE
    assert world.record(done)["Activation_Status__c"] == "Activated"
    assert world.calls().count("AddOrder") == 1


@pytest.mark.parametrize("how", ["deleted", "cancelled"])
async def test_taken_back_while_it_waits(world: World, approvals: Approvals, how: str) -> None:
    """The poll sees it without any call, though not each time: it asks about those that wait every so many polls."""
    await approvals.poll()
    salesforce_id = await waiting(world)
    if how == "deleted":
        world.around.org.org.delete("Order", salesforce_id)
    else:
        world.around.org.org.update("Order", salesforce_id, {"Status": "Cancelled"})
    for _ in range(SWEEP - 1):
        await approvals.poll()
    assert await status_of(world, salesforce_id) is Status.AWAITING_APPROVAL
    await approvals.poll()
    assert await status_of(world, salesforce_id) is Status.CANCELLED


async def test_a_refusal_stops_the_order(world: World, approvals: Approvals) -> None:
    """A field is missing over there: a person must look. Nothing is placed, and with the field there it goes on."""
    order = await world.place()
    await world.step(order.id)
    world.around.org.org.hidden = {"Order.Activation_Error_Code__c"}
    stopped = await world.worked(order.id, approve=True)
    assert (stopped.status, stopped.error_code) == (Status.FAILED, StopCode.INTERNAL)
    assert "AddOrder" not in world.calls()
    world.around.org.org.hidden = set()
    await world.orders.checkout.retry(stopped)
    assert (await world.settle(order.id)).status is Status.ACTIVE


async def test_a_lost_database_places_nothing_twice(around: Neighbours, tmp_path: Path) -> None:
    """What Salesforce says was placed is taken as placed."""
    async with opened(around, f"sqlite+aiosqlite:///{tmp_path / 'db'}", salesforce=True) as world:
        done = await world.settle((await world.place()).id)
        approve(world, done.salesforce_id or "")
        placed = len(world.whmcs_orders())
    lost = f"sqlite+aiosqlite:///{tmp_path / 'another'}"
    async with opened(around, lost, salesforce=True, fresh=False) as world:
        assert world.orders.approvals is not None
        await world.orders.approvals.poll()
        order = await by_salesforce_id(world, done.salesforce_id or "")
        assert (await world.settle(order.id)).status is Status.ACTIVE
        assert len(world.whmcs_orders()) == placed


@pytest.mark.parametrize("quantity", [1.5, 0.0, -1.0, 51.0], ids=str)
async def test_no_line_is_dropped(world: World, approvals: Approvals, quantity: float) -> None:
    """A quantity that WHMCS cannot carry stops the whole order, with a code, before AddOrder; corrected and approved
    again it is placed whole.
    """
    salesforce_id = world.sell(ADA, (2, "Monthly", 1), (3, "Monthly", quantity))
    await approvals.poll()
    order = await by_salesforce_id(world, salesforce_id)
    stopped = await world.settle(order.id)
    assert (stopped.status, stopped.error_code) == (Status.FAILED, StopCode.QUANTITY_NOT_ALLOWED)
    assert world.record(stopped)["Activation_Error_Code__c"] == "QUANTITY_NOT_ALLOWED"
    assert "AddOrder" not in world.calls()
    _, line = world.around.org.org.records["OrderItem"].values()
    line["Quantity"] = 2.0
    approve(world, salesforce_id)
    await approvals.poll()
    assert (await world.settle(order.id)).status is Status.ACTIVE
    assert world.calls().count("AddOrder") == 1

"""What became of an order is told to Salesforce until it is heard, and costs little when it never is."""

import pytest

from counterfoil.orders.approvals import Approvals
from counterfoil.orders.order import Status
from counterfoil.orders.telling import GIVE_UP
from tests.orders.steps import passed
from tests.orders.test_approvals import approve, by_salesforce_id
from tests.orders.world import ADA, World

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(world_with_salesforce: World) -> World:
    return world_with_salesforce


def updates(world: World) -> int:
    return world.calls().count("update Order")


@pytest.mark.timeout(900)
async def test_a_refused_approval_is_not_begun_at_every_poll(world: World, approvals: Approvals) -> None:
    """A day of polls at a record that may not be written costs a few calls besides the polls, and counts one attempt;
    changed by a person it is taken up at once.
    """
    salesforce_id = world.sell(ADA, (2, "Monthly", 1))
    world.around.org.org.refuses = {salesforce_id: "FIELD_CUSTOM_VALIDATION_EXCEPTION"}
    polls = 24 * 12
    for _ in range(polls):
        await approvals.poll()
        while (claimed := await world.orders.worker.claim()) is not None:
            await world.orders.worker.work(claimed)
        world.clock.move(300)
    order = await by_salesforce_id(world, salesforce_id)
    assert (order.status, order.attempt) == (Status.FAILED, 1)
    assert len(world.calls()) - polls < 150
    assert "AddOrder" not in world.calls()
    world.around.org.org.refuses = {}
    world.around.org.org.as_person("Order", salesforce_id, {"Activation_Status__c": "Requested"})
    world.around.org.org.records["Order"][salesforce_id]["SystemModstamp"] = "2030-01-01T00:00:00.000+0000"
    await approvals.poll()
    assert (await world.settle(order.id)).status is Status.ACTIVE


async def test_many_refused_ones_hide_nobody(world: World, approvals: Approvals) -> None:
    """The 201st of them is begun, and one whose account is not shown stops no other."""
    org = world.around.org.org
    stuck = [world.sell(ADA, (2, "Monthly", 1)) for _ in range(205)]
    org.unshared = {record["Id"] for record in org.records["Account"].values() if record["Name"] == "Smith & Sons"}
    for salesforce_id in stuck:
        org.records["Order"][salesforce_id]["AccountId"] = next(iter(org.unshared))
    good = world.sell(ADA, (3, "Monthly", 1))
    org.records["Order"][good]["SystemModstamp"] = "2030-01-01T00:00:00.000+0000"
    await approvals.poll()
    await approvals.poll()
    assert (await by_salesforce_id(world, good)).status is Status.FULFILLING
    asked = len(world.calls())
    await approvals.poll()
    assert len(world.calls()) - asked == 1


@pytest.mark.parametrize("kind", ["validation", "approval-lock", "wrapped-lock", "maintenance", "not-visible"])
async def test_the_outcome_is_told_until_it_is_heard(world: World, approvals: Approvals, kind: str) -> None:
    """An order that became active while Salesforce refused to hear of it: hours later it says Activated, with WHMCS's
    number, and staff see it meanwhile.
    """
    salesforce_id = world.sell(ADA, (2, "Monthly", 1))
    await approvals.poll()
    order = await by_salesforce_id(world, salesforce_id)
    world.break_with("GetOrders", "status", after=False, times=None)
    await world.worked(order.id)
    world.mend()
    world.break_with("update Order", kind, after=False, times=None)
    order = await passed(world, order.id, hours=5)
    assert (order.status, order.told == "active 1") == (Status.ACTIVE, False)
    assert world.record(order)["Activation_Status__c"] == "Activating"
    if kind in {"validation", "not-visible"}:
        assert [each.id for each in await world.orders.repository.unheard(5)] == [order.id]
    world.mend()
    order = await passed(world, order.id, hours=12)
    record = world.record(order)
    assert (record["Activation_Status__c"], record["WHMCS_Order_ID__c"]) == ("Activated", str(order.whmcs_order_id))
    assert await world.orders.repository.unheard(5) == []


async def test_what_is_never_heard_costs_little(world: World, approvals: Approvals) -> None:
    """Growing pauses, and an end; an approval by a person after that is heard."""
    done = await world.settle((await world.place()).id)
    salesforce_id = done.salesforce_id or ""
    world.around.org.org.refuses = {salesforce_id: "FIELD_CUSTOM_VALIDATION_EXCEPTION"}
    await world.orders.repository.move(done.id, world.clock(), "test", [Status.ACTIVE], told="", due_at=world.clock())
    before = updates(world)
    done = await world.settle(done.id)
    assert updates(world) - before < 80
    assert world.clock() - (done.telling_since or world.clock()) >= GIVE_UP
    assert done.telling_reason == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    world.around.org.org.refuses = {}
    approve(world, salesforce_id)
    await approvals.poll()
    done = await world.settle(done.id)
    assert (world.record(done)["Activation_Status__c"], done.telling_reason) == ("Activated", None)

"""What Salesforce refuses or hides: nothing is looped, nobody starves, and its record ends with the truth."""

import pytest

from counterfoil.orders.approvals import NOT_SHOWN, SWEEP, Approvals
from counterfoil.orders.order import Status
from counterfoil.salesforce.failures import NoAccountSeen
from counterfoil.stop_codes import StopCode
from tests.orders.steps import passed
from tests.orders.test_approvals import approve, by_salesforce_id, waiting
from tests.orders.world import ADA, World

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(world_with_salesforce: World) -> World:
    return world_with_salesforce


async def test_what_sharing_hides_is_not_cancelled(world: World, approvals: Approvals) -> None:
    """A moment in which no order is shown ends none of them; staff see it, once, and it goes on when it is over."""
    salesforce_id = await waiting(world)
    order = await by_salesforce_id(world, salesforce_id)
    world.around.org.org.unshared = {salesforce_id}
    for _ in range(2 * SWEEP + 1):
        await approvals.poll()
    await approvals.nudge(salesforce_id, is_cancelled=True)
    assert (await by_salesforce_id(world, salesforce_id)).status is Status.AWAITING_APPROVAL
    outcomes = [event.outcome for event in await world.orders.repository.events(order.id)]
    assert outcomes.count(NOT_SHOWN) == 1
    world.around.org.org.unshared = set()
    assert (await world.settle(order.id)).status is Status.ACTIVE


@pytest.mark.parametrize("hidden", ["order", "account", "page"])
async def test_what_is_hidden_during_fulfilment_waits(world: World, approvals: Approvals, hidden: str) -> None:
    """Neither ORDER_CHANGED nor CLIENT_NOT_MAPPED: nothing is known, so nothing is said to the customer."""
    salesforce_id = world.sell(ADA, (2, "Monthly", 1))
    await approvals.poll()
    record = world.around.org.org.records["Order"][salesforce_id]
    order = await by_salesforce_id(world, salesforce_id)
    world.around.org.org.unshared = {"order": {salesforce_id}, "account": {record["AccountId"]}}.get(hidden, set())
    if hidden == "page":
        world.break_with("update Order", "lost-page", after=False, times=None)
    held = await world.worked(order.id)
    assert (held.status, held.error_code) == (Status.FULFILLING, None)
    assert "AddOrder" not in world.calls()
    world.around.org.org.unshared = set()
    world.mend()
    assert (await world.settle(order.id)).status is Status.ACTIVE


async def test_an_account_that_is_not_seen_is_waited_for(world: World) -> None:
    """A customer's order whose account sharing hides, or whose number nobody has filled in yet: staff see why it waits,
    and it goes on by itself when the account is seen.
    """
    org = world.around.org.org
    org.unshared = {
        each["Id"] for each in org.records["Account"].values() if each.get("WHMCS_Client_ID__c") == str(ADA)
    }
    order = await world.worked((await world.place()).id)
    order = await passed(world, order.id, hours=5)
    assert (order.status, order.error_code) == (Status.ACCEPTED, None)
    assert any(NoAccountSeen.note in event.outcome for event in await world.orders.repository.events(order.id))
    org.unshared = set()
    assert (await world.settle(order.id)).status is Status.ACTIVE


async def test_a_price_book_that_is_not_seen_is_waited_for(world: World) -> None:
    """It shows nothing at all, so that nothing is known of the product; one that shows others has not got it."""
    org = world.around.org.org
    entries = list(org.records["PricebookEntry"])
    org.unshared = set(entries)
    order = await passed(world, (await world.place()).id, hours=2)
    assert (order.status, order.error_code) == (Status.ACCEPTED, None)
    org.unshared = {each for each in entries if org.records["PricebookEntry"][each]["UnitPrice"] == 39.0}
    order = await passed(world, order.id, hours=1)
    assert order.error_code is StopCode.PRODUCT_NOT_MAPPED
    org.unshared = set()
    await world.orders.checkout.retry(order)
    assert (await world.settle(order.id)).status is Status.ACTIVE


async def test_an_activated_order_that_may_not_be_edited(world: World, approvals: Approvals) -> None:
    """Somebody activated it meanwhile: its end is told when the permission is there, and staff see it until then."""
    salesforce_id = world.sell(ADA, (2, "Monthly", 1))
    await approvals.poll()
    order = await by_salesforce_id(world, salesforce_id)
    world.break_with("GetOrders", "status", after=False, times=None)
    await world.worked(order.id)
    world.mend()
    org = world.around.org.org
    (rights,) = org.records["UserPermissionAccess"].values()
    org.as_person("Order", salesforce_id, {"Status": "Activated"})
    rights["PermissionsEditActivatedOrders"] = False
    order = await passed(world, order.id, hours=2)
    assert (order.status, order.telling_reason) == (Status.ACTIVE, "FAILED_ACTIVATION")
    rights["PermissionsEditActivatedOrders"] = True
    order = await passed(world, order.id, hours=7)
    assert world.record(order)["Activation_Status__c"] == "Activated"


async def test_an_account_that_is_not_seen_for_hours(world: World) -> None:
    """Then somebody has to map the client. Hours in which Salesforce was away do not count: they say nothing of it."""
    org = world.around.org.org
    org.unshared = {
        each["Id"] for each in org.records["Account"].values() if each.get("WHMCS_Client_ID__c") == str(ADA)
    }
    world.break_with("query Account", "maintenance", after=False, times=None)
    order = await passed(world, (await world.place()).id, hours=8)
    world.mend()
    order = await passed(world, order.id, hours=5)
    assert (order.status, order.error_code) == (Status.ACCEPTED, None)
    order = await passed(world, order.id, hours=3)
    assert (order.status, order.error_code) == (Status.FAILED, StopCode.CLIENT_NOT_MAPPED)


async def test_a_deleted_order_is_over(world: World, approvals: Approvals) -> None:
    """By what the bin says, in whichever form its id comes."""
    salesforce_id = await waiting(world)
    world.around.org.org.delete("Order", salesforce_id)
    await approvals.nudge(salesforce_id[:15])
    assert (await by_salesforce_id(world, salesforce_id)).status is Status.CANCELLED


async def test_a_draft_whose_lines_are_refused(world: World, approvals: Approvals) -> None:
    """It keeps its id and says Failed; approved when the cause is mended it is fulfilled, and not asked about again."""
    org = world.around.org.org
    org.read_only = {"OrderItem.UnitPrice"}
    order = await world.worked((await world.place()).id)
    assert (order.status, order.error_code) == (Status.FAILED, StopCode.INTERNAL)
    record = world.record(order)
    assert (record["Activation_Status__c"], record["Activation_Error_Code__c"]) == ("Failed", "INTERNAL")
    org.read_only = set()
    approve(world, order.salesforce_id or "")
    await approvals.poll()
    order = await world.worked(order.id)
    assert order.status is Status.ACTIVE
    assert len(org.records["Order"]) == 1


async def test_retried_it_waits_for_approval_again(world: World) -> None:
    """The draft says so: Not Started, without an error."""
    org = world.around.org.org
    org.read_only = {"OrderItem.UnitPrice"}
    order = await world.worked((await world.place()).id)
    org.read_only = set()
    await world.orders.checkout.retry(order)
    order = await world.worked(order.id)
    assert order.status is Status.AWAITING_APPROVAL
    record = world.record(order)
    assert (record["Activation_Status__c"], record["Activation_Error_Code__c"]) == ("Not Started", None)

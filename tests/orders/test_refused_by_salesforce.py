"""What Salesforce refuses or hides: nothing is looped, nobody starves, and its record ends with the truth."""

import pytest

from counterfoil.orders.approvals import NOT_SHOWN, SWEEP, Approvals
from counterfoil.orders.order import Order, Status
from counterfoil.orders.telling import GIVE_UP
from counterfoil.salesforce.failures import NoAccountSeen
from counterfoil.stop_codes import StopCode
from tests.orders.test_approvals import approve, by_salesforce_id, waiting
from tests.orders.world import ADA, World

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(world_with_salesforce: World) -> World:
    return world_with_salesforce


@pytest.fixture
def approvals(world: World) -> Approvals:
    assert world.orders.approvals is not None
    return world.orders.approvals


def updates(world: World) -> int:
    return world.calls().count("update Order")


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


async def test_a_refused_approval_is_not_begun_at_every_poll(world: World, approvals: Approvals) -> None:
    """A day of polls at a record that may not be written costs a few calls besides the polls, and counts one attempt;
    changed by a person it is taken up at once.
    """
    salesforce_id = world.sell(ADA, (2, "Monthly", 1))
    world.around.org.org.refuses = {salesforce_id: "FIELD_CUSTOM_VALIDATION_EXCEPTION"}
    polls = 24 * 60
    for _ in range(polls):
        await approvals.poll()
        while (claimed := await world.orders.worker.claim()) is not None:
            await world.orders.worker.work(claimed)
        world.clock.move(60)
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


async def passed(world: World, order_id: str, *, hours: float) -> Order:
    """Work, and time, for so long."""
    for _ in range(int(hours * 12)):
        while (claimed := await world.orders.worker.claim()) is not None:
            await world.orders.worker.work(claimed)
        world.clock.move(300)
    found = await world.orders.repository.find(id=order_id)
    assert found is not None
    return found

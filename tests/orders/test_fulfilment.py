"""The steps of an order, one rule at a time: what is checked, what is sent to WHMCS, and what is looked at first."""

import base64
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from counterfoil.orders.checkout import Wanted
from counterfoil.orders.fulfilment import BUSY, SETTLE
from counterfoil.orders.order import Status, Step
from counterfoil.stop_codes import StopCode
from tests.orders.neighbours import Neighbours
from tests.orders.steps import sent, take_methods, worked_once
from tests.orders.world import ADA, World, opened

pytestmark = pytest.mark.anyio


async def test_an_order_is_checked_placed_and_accepted(world: World) -> None:
    """Each step once, in this order; WHMCS's numbers stay with it, and staff can read what happened."""
    done = await world.settle((await world.place()).id)
    placed = world.whmcs_orders()[-1]
    assert (done.status, done.step) == (Status.ACTIVE, Step.DONE)
    assert (done.whmcs_order_id, done.whmcs_service_ids) == (placed.id, placed.service_ids)
    assert done.whmcs_invoice_id == placed.invoice_id
    assert (done.intent_at, done.placing_client_id, done.due_at) == (None, None, None)
    assert [call for call in world.calls() if call in {"AddOrder", "AcceptOrder"}] == ["AddOrder", "AcceptOrder"]
    events = [event.outcome for event in await world.orders.repository.events(done.id)]
    assert events == [
        "created",
        "checked",
        "AddOrder is about to be sent",
        f"placed as WHMCS order {placed.id}",
        "accepted by WHMCS",
        "rests",
    ]


# What is checked


def close_client(world: World) -> None:
    world.around.whmcs.ledger.clients.put(ADA, None)


def withdraw(world: World) -> None:
    del world.around.whmcs.ledger.products[2]


def change_cycle(world: World) -> None:
    products = world.around.whmcs.ledger.products
    products[2] = msgspec.structs.replace(products[2], prices={"EUR": {"annually": Decimal("421.20")}})


def change_price(world: World) -> None:
    world.change_product(2, "price")


def close_gateway(world: World) -> None:
    del world.around.whmcs.ledger.gateways["banktransfer"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (close_client, StopCode.CLIENT_NOT_MAPPED),
        (withdraw, StopCode.BILLING_REJECTED),
        (change_cycle, StopCode.BILLING_REJECTED),
        (change_price, StopCode.ORDER_CHANGED),
        (close_gateway, StopCode.BILLING_REJECTED),
        (take_methods, StopCode.PAYMENT_METHOD_MISSING),
    ],
    ids=lambda each: getattr(each, "__name__", str(each)),
)
async def test_what_changed_since_it_was_accepted(
    world: World, change: Callable[[World], None], code: StopCode
) -> None:
    """It stops, with a code that says why, before anything is placed."""
    order = await world.place()
    change(world)
    await world.cache.clear_everything()
    stopped = await world.settle(order.id)
    assert (stopped.status, stopped.error_code, stopped.step) == (Status.FAILED, code, Step.CHECK)
    assert "AddOrder" not in world.calls()


async def test_what_was_checked_before_a_pause_is_checked_again(world: World) -> None:
    """A price may change while WHMCS is away between the check and AddOrder."""
    order = await world.place()
    world.break_with("GetClientsProducts", "status", after=False, times=None)
    assert (await worked_once(world, order)).step is Step.PLACE
    world.mend()
    change_price(world)
    assert (await world.settle(order.id)).error_code is StopCode.ORDER_CHANGED
    assert "AddOrder" not in world.calls()


@pytest.mark.parametrize(
    ("client_id", "product_id", "code"),
    [(ADA, 0, StopCode.PRODUCT_NOT_MAPPED), (0, 2, StopCode.CLIENT_NOT_MAPPED)],
)
async def test_sales_staff_sold_what_billing_does_not_know(
    world_with_salesforce: World, client_id: int, product_id: int, code: StopCode
) -> None:
    """A line whose product names none of WHMCS's, or an account that names no client: a person must map it."""
    world = world_with_salesforce
    salesforce_id = world.sell(client_id, (product_id, "Monthly", 1))
    assert world.orders.approvals is not None
    await world.orders.approvals.poll()
    order = await world.orders.repository.find(salesforce_id=salesforce_id)
    assert order is not None
    assert (await world.settle(order.id)).error_code is code
    assert "AddOrder" not in world.calls()


# What is sent


async def test_one_line_or_several(world: World) -> None:
    """What WHMCS counts is one line with a quantity; of what it does not count, several are several lines."""
    await world.settle((await world.place(Wanted(3, "monthly", 3), Wanted(4, "annually", 2))).id)
    (params,) = sent(world, "AddOrder")
    lines = {name: text for name, text in params.items() if name.startswith(("pid", "billingcycle", "qty"))}
    assert lines == {
        "pid[0]": "3",
        "billingcycle[0]": "monthly",
        "qty[0]": "3",
        "pid[1]": "4",
        "billingcycle[1]": "annually",
        "pid[2]": "4",
        "billingcycle[2]": "annually",
    }
    assert (params["clientid"], params["paymentmethod"]) == (str(ADA), "banktransfer")


async def test_the_order_leaves_its_mark(world: World) -> None:
    """In the products' custom field, by which it is found when an answer gets lost."""
    order = await world.place(Wanted(1, "monthly"), Wanted(2, "monthly"))
    await world.settle(order.id)
    (params,) = sent(world, "AddOrder")
    for line in (0, 1):
        assert order.id.encode() in base64.b64decode(params[f"customfields[{line}]"])


async def test_without_such_a_field_nothing_is_left(world_without_tags: World) -> None:
    assert (await world_without_tags.settle((await world_without_tags.place()).id)).status is Status.ACTIVE
    assert "customfields[0]" not in sent(world_without_tags, "AddOrder")[0]


# What is looked at first


async def test_an_answer_that_got_lost_is_looked_for(world: World) -> None:
    """It was placed: it is found by what it left, with all its numbers, and never placed again."""
    order = await world.place()
    world.break_with("AddOrder", "reset", after=True)
    unknown = await worked_once(world, order)
    assert (unknown.step, unknown.whmcs_order_id) == (Step.PLACE, None)
    assert unknown.intent_at is not None
    done = await world.settle(order.id)
    placed = world.whmcs_orders()[-1]
    assert (done.status, done.whmcs_order_id) == (Status.ACTIVE, placed.id)
    assert (done.whmcs_invoice_id, done.whmcs_service_ids) == (placed.invoice_id, placed.service_ids)
    assert len(sent(world, "AddOrder")) == 1


async def test_not_there_yet_is_not_not_placed(world: World) -> None:
    """WHMCS may still be at work on it: only after SETTLE it is placed again, once."""
    before = len(world.whmcs_orders())
    order = await world.place()
    world.break_with("AddOrder", "reset", after=False)
    await worked_once(world, order)
    world.clock.move(SETTLE.total_seconds() - 1)
    waiting = await worked_once(world, order)
    assert waiting.due_at is not None
    assert (waiting.due_at > world.clock.moment, waiting.intent_at is not None) == (True, True)
    assert len(sent(world, "AddOrder")) == 1
    done = await world.settle(order.id)
    assert (done.status, len(sent(world, "AddOrder")), len(world.whmcs_orders()) - before) == (Status.ACTIVE, 2, 1)


async def test_what_whmcs_refuses_stops(world: World) -> None:
    """It is certain that nothing was placed, so Retry need not look."""
    before = len(world.whmcs_orders())
    order = await world.place()
    world.break_with("AddOrder", "error", after=False)
    stopped = await world.settle(order.id)
    assert (stopped.error_code, stopped.step) == (StopCode.BILLING_REJECTED, Step.PLACE)
    assert (stopped.intent_at, stopped.placing_client_id) == (None, None)
    await world.orders.checkout.retry(stopped)
    assert (await world.settle(order.id)).status is Status.ACTIVE
    assert len(world.whmcs_orders()) == before + 1


async def test_what_was_certainly_not_sent_is_sent_again(world: World) -> None:
    """Refused at the door: no outcome is unknown, so nobody waits until WHMCS has settled."""
    order = await world.place()
    world.break_with("AddOrder", "permission", after=False)
    put_off = await worked_once(world, order)
    assert (put_off.status, put_off.intent_at) == (Status.FULFILLING, None)
    assert (await world.settle(order.id)).status is Status.ACTIVE


async def test_one_order_of_a_client_at_a_time(world: World) -> None:
    """While one's outcome is unknown the other waits, or a look afterwards could take one for the other."""
    before = len(world.whmcs_orders())
    first = await world.place()
    world.break_with("AddOrder", "reset", after=False)
    assert (await worked_once(world, first)).placing_client_id == ADA
    second = await world.place(Wanted(4, "monthly"))
    waiting = await worked_once(world, second)
    assert waiting.due_at is not None
    assert (waiting.due_at - world.clock.moment).total_seconds() == BUSY
    assert waiting.intent_at is None
    assert len(sent(world, "AddOrder")) == 1
    for order in (first, second):
        assert (await world.settle(order.id)).status is Status.ACTIVE
    assert len(world.whmcs_orders()) == before + 2


# Accepting


# Approval


async def test_nothing_is_fulfilled_before_it_is_approved(world_with_salesforce: World) -> None:
    """Registered over there with its lines, it waits; WHMCS hears of it when it is approved."""
    world = world_with_salesforce
    order = await world.place()
    waiting = await worked_once(world, order)
    assert (waiting.status, waiting.step, waiting.due_at) == (Status.AWAITING_APPROVAL, Step.CHECK, None)
    assert world.record_status(order.id) == "Not Started"
    assert all(item.crm_id for item in waiting.items)
    assert "AddOrder" not in world.calls()
    assert (await world.settle(order.id)).status is Status.ACTIVE


async def test_salesforce_was_switched_off_meanwhile(around: Neighbours, tmp_path: Path) -> None:
    """What was to be registered is fulfilled without."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'db'}"
    async with opened(around, url, salesforce=True) as world:
        order = await world.place()
    async with opened(around, url, salesforce=False, fresh=False) as world:
        world.clock.move(1)
        assert (await world.settle(order.id)).status is Status.ACTIVE

"""The step after an order is placed: it is accepted in WHMCS, once, by whoever does it, or stops."""

from typing import Any

import msgspec
import pytest

from counterfoil.orders.order import Order, Status, Step
from counterfoil.stop_codes import StopCode
from tests.orders.steps import sent, take_methods, worked_once
from tests.orders.world import BOB, World

pytestmark = pytest.mark.anyio


async def placed(world: World) -> tuple[Order, Any]:
    """Ours, and WHMCS's, which is not accepted yet."""
    order = await world.place()
    world.break_with("AcceptOrder", "status", after=False)
    waiting = await worked_once(world, order)
    assert waiting.step is Step.ACCEPT
    return waiting, world.whmcs_orders()[-1]


async def test_what_somebody_accepted_is_not_accepted_again(world: World) -> None:
    """In WHMCS's admin area, or by a try whose answer got lost: it is active all the same."""
    order, in_whmcs = await placed(world)
    world.around.whmcs.ledger.orders.put(in_whmcs.id, msgspec.structs.replace(in_whmcs, status="Active"))
    tries = len(sent(world, "AcceptOrder"))
    assert (await world.settle(order.id)).status is Status.ACTIVE
    assert len(sent(world, "AcceptOrder")) == tries


@pytest.mark.parametrize("change", [{"status": "Cancelled"}, {"status": "Fraud"}, {"client_id": BOB}, None], ids=str)
async def test_what_cannot_be_accepted_stops(world: World, change: dict[str, Any] | None) -> None:
    """Cancelled over there, suspected, moved to another client, or gone: a person must look."""
    order, in_whmcs = await placed(world)
    changed = None if change is None else msgspec.structs.replace(in_whmcs, **change)
    world.around.whmcs.ledger.orders.put(in_whmcs.id, changed)
    stopped = await world.settle(order.id)
    assert (stopped.error_code, stopped.step) == (StopCode.BILLING_REJECTED, Step.ACCEPT)


async def test_a_method_that_went_away_before_it_is_accepted(world: World) -> None:
    """Hours may lie between: what is not paid for is not set up."""
    order, _ = await placed(world)
    take_methods(world)
    tries = len(sent(world, "AcceptOrder"))
    stopped = await world.settle(order.id)
    assert (stopped.error_code, stopped.step) == (StopCode.PAYMENT_METHOD_MISSING, Step.ACCEPT)
    assert len(sent(world, "AcceptOrder")) == tries

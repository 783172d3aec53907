"""What staff and customers can do about an order that has stopped."""

import pytest

from counterfoil.errors import (
    OrderNotRetryable,
    PaymentMethodMissing,
)
from counterfoil.orders.checkout import Wanted
from counterfoil.orders.order import Order, Status, Step
from counterfoil.stop_codes import StopCode
from tests.orders.world import ADA, World

pytestmark = pytest.mark.anyio

FIBRE = [Wanted(1, "monthly")]


async def stopped(world: World, code: StopCode, step: Step = Step.CHECK) -> Order:
    order = await world.place(*FIBRE)
    changes = {"status": Status.FAILED, "error_code": code, "step": step, "attempt": 1, "tries": 3, "due_at": None}
    await world.orders.repository.move(order.id, world.clock(), "stopped", [Status.ACCEPTED], **changes)
    return await world.orders.checkout.find(ADA, order.id)


async def test_retry_goes_on_with_the_step_that_failed(world: World) -> None:
    """One attempt more, with a clean slate, at once."""
    again = await world.orders.checkout.retry(await stopped(world, StopCode.BILLING_REJECTED, Step.ACCEPT))
    assert (again.status, again.step, again.attempt) == (Status.FULFILLING, Step.ACCEPT, 2)
    assert (again.error_code, again.tries, again.due_at) == (None, 0, world.clock.moment)


async def test_what_was_not_registered_is_not_fulfilled_by_retry(world: World) -> None:
    """It is accepted once more, and still needs its approval."""
    again = await world.orders.checkout.retry(await stopped(world, StopCode.CLIENT_NOT_MAPPED, Step.REGISTER))
    assert (again.status, again.step) == (Status.ACCEPTED, Step.REGISTER)


@pytest.mark.parametrize("code", [StopCode.BILLING_OUTCOME_UNKNOWN, StopCode.ORDER_CHANGED])
async def test_what_only_staff_can_mend(world: World, code: StopCode) -> None:
    """Nothing that the customer does helps, so Retry is refused to them."""
    order = await stopped(world, code)
    with pytest.raises(OrderNotRetryable):
        await world.orders.checkout.retry(order)
    assert (await world.orders.checkout.retry(order, by_staff=True)).status is Status.FULFILLING


async def test_retry_of_what_did_not_fail(world: World) -> None:
    """Under way it stays as it is; what is over is not begun again."""
    order = await world.place(*FIBRE)
    assert await world.orders.checkout.retry(order) == order
    done = await world.settle(order.id)
    assert done.status is Status.ACTIVE
    with pytest.raises(OrderNotRetryable):
        await world.orders.checkout.retry(done, by_staff=True)


async def test_retry_needs_a_payment_method(world: World) -> None:
    """It stays stopped, for that reason now, and counts as an attempt: Salesforce learns that it was tried."""
    order = await stopped(world, StopCode.BILLING_REJECTED)
    world.around.whmcs.ledger.gateways.clear()
    with pytest.raises(PaymentMethodMissing):
        await world.orders.checkout.retry(order)
    refused = await world.orders.checkout.find(ADA, order.id)
    assert (refused.status, refused.error_code, refused.attempt) == (
        Status.FAILED,
        StopCode.PAYMENT_METHOD_MISSING,
        2,
    )

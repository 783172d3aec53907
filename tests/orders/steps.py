"""One step of an order's work, and what WHMCS was sent for it."""

from counterfoil.orders.order import Order
from tests.orders.world import ADA, World


def sent(world: World, action: str) -> list[dict[str, str]]:
    """With which parameters the portal has called it."""
    return [call.params for call in list(world.around.whmcs.calls.seen) if call.action == action]


async def found(world: World, order: Order) -> Order:
    return await world.orders.checkout.find(ADA, order.id)


async def worked_once(world: World, order: Order) -> Order:
    """After one worker has done with it what it could."""
    claimed = await world.orders.worker.claim()
    assert claimed is not None
    await world.orders.worker.work(claimed)
    return await found(world, order)


def take_methods(world: World) -> None:
    for method in world.around.whmcs.ledger.pay_methods_of(ADA):
        world.around.whmcs.ledger.pay_methods.put(method.id, None)


async def passed(world: World, order_id: str, *, hours: float) -> Order:
    """Work, and time, for so long."""
    for _ in range(int(hours * 12)):
        while (claimed := await world.orders.worker.claim()) is not None:
            await world.orders.worker.work(claimed)
        world.clock.move(300)
    found = await world.orders.repository.find(id=order_id)
    assert found is not None
    return found

"""What a portal costs Salesforce while nothing happens, on a driven clock: two processes, tokens that expire."""

from pathlib import Path

import pytest

from counterfoil.orders.approvals import Approvals
from counterfoil.orders.crm_calls import CrmCalls
from counterfoil.orders.face import Orders
from counterfoil.orders.order import Status
from tests.orders.neighbours import Neighbours
from tests.orders.world import World, opened

pytestmark = pytest.mark.anyio

POLL, TOKEN_LASTS = 30, 7200
"""Seconds."""


async def idle_for(world: World, processes: list[Approvals], *, hours: float) -> int:
    """How many calls Salesforce counted, sign-ins included."""
    org = world.around.org
    before = len(org.calls)
    for turn in range(int(hours * 3600) // POLL):
        if turn * POLL % TOKEN_LASTS == 0:
            org.expire_tokens()
        for process in processes:
            await process.turn()
        world.clock.move(POLL)
    return len(org.calls) - before


def approvals_of(orders: Orders) -> Approvals:
    assert orders.approvals is not None
    return orders.approvals


async def test_an_idle_portal_asks_less_than_3000_times_a_day(around: Neighbours, tmp_path: Path) -> None:
    """Two processes poll as often as one, with orders that wait for approval and without; measured for three hours."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'db'}"
    async with (
        opened(around, url, salesforce=True) as world,
        opened(around, url, salesforce=True, fresh=False, clock=world.clock) as other,
    ):
        processes = [approvals_of(world.orders), approvals_of(other.orders)]
        assert await idle_for(world, processes, hours=3) <= 3000 / 8
        order = await world.worked((await world.place()).id)
        assert order.status is Status.AWAITING_APPROVAL
        assert await idle_for(world, processes, hours=3) <= 3000 / 8


async def test_calls_are_on_record_for_all_processes(around: Neighbours, tmp_path: Path) -> None:
    """What Salesforce counted is what the database says, but for sign-ins, which do not count, and the last few."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'db'}"
    async with opened(around, url, salesforce=True) as world:
        await idle_for(world, [approvals_of(world.orders)], hours=1)
        counted = [call for call in around.org.calls if call.operation != "token"]
        recorded = await CrmCalls(world.engine, world.clock).add(0)
        assert len(counted) - 20 <= recorded <= len(counted)

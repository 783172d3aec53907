"""When an order is tried again, when it stops, and what is left of it then: by a fulfilment that ends as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from counterfoil.billing.orders import BillingOrders
from counterfoil.cache import Cache, open_cache
from counterfoil.db.engine import make_engine
from counterfoil.errors import BillingUnavailable, CrmUnavailable, TemporarilyUnavailable
from counterfoil.orders.failures import Later, Stop
from counterfoil.orders.fulfilment import Claim
from counterfoil.orders.order import Order, Status, Step
from counterfoil.orders.repository import OrderRepository
from counterfoil.orders.worker import FIRST_WAIT, GIVE_UP, LEASE, LONGEST_WAIT, MOST_DEFECTS, OrderWorker
from counterfoil.salesforce.failures import CrmRefused
from counterfoil.stop_codes import StopCode
from tests.databases import give_schema
from tests.orders.test_repository import order
from tests.orders.world import Clock

pytestmark = pytest.mark.anyio


@dataclass
class Steps:
    """Fulfilment as far as a worker sees it: ends as the next of `endings` says, or sets the order active."""

    endings: list[BaseException | None] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    waits_for: asyncio.Event | None = None

    async def carry_on(self, claim: Claim) -> None:
        self.tried.append(claim.order.id)
        if self.waits_for is not None:
            await self.waits_for.wait()
        if self.endings and (ending := self.endings.pop(0)) is not None:
            raise ending
        await claim.save("accepted by WHMCS", step=Step.DONE, status=Status.ACTIVE)


class Shop:
    """One worker, its database and what it was told to do."""

    def __init__(self, orders: OrderRepository, cache: Cache) -> None:
        self.clock, self.steps, self.orders = Clock(), Steps(), orders
        self.announced: list[Any] = []
        cache.listen(lambda topic, message: self.announced.append((topic, json.loads(message))))
        billing, fulfilment = BillingOrders(Nobody(), cache), self.steps
        self.worker = OrderWorker(
            orders,
            fulfilment,  # type: ignore[arg-type] # as far as a worker uses one
            billing,
            None,
            now=self.clock,
            chance=lambda: 1.0,
        )

    async def add(self, id_: str = "a1", **changes: Any) -> None:
        await self.orders.add(order(id_, created_at=self.clock.moment, due_at=self.clock.moment, **changes))

    async def work(self) -> Order:
        """Once, if anything is due; what became of it."""
        claimed = await self.worker.claim()
        assert claimed is not None, "nothing is due"
        await self.worker.work(claimed)
        found = await self.orders.find(id=claimed.order.id)
        assert found is not None
        return found

    def wait(self, found: Order) -> float:
        """Seconds until it is due."""
        assert found.due_at is not None
        return (found.due_at - self.clock.moment).total_seconds()


class Nobody:
    """A WHMCS that no worker asks: that is fulfilment's part."""

    async def add_order(self, *args: Any) -> Any:
        raise AssertionError("a worker asked WHMCS")

    accept_order = get_order = get_ordered_services = add_order


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'db'}"
    give_schema(url)
    engine, cache = make_engine(url), open_cache("memory://")
    await cache.start()
    yield Shop(OrderRepository(engine), cache)
    await cache.close()
    await engine.dispose()


async def test_an_order_that_is_done_rests(shop: Shop) -> None:
    """Nobody's any more, due for nobody; the open pages of its client are told."""
    await shop.add()
    done = await shop.work()
    assert (done.status, done.due_at, done.owner, done.lease_until) == (Status.ACTIVE, None, None, None)
    assert shop.announced == [("c1", {"resource": "order", "id": "a1"})]
    assert await shop.worker.claim() is None


async def test_too_early_is_tried_again_then(shop: Shop) -> None:
    """It counts as no failure."""
    shop.steps.endings = [Later(15.0, "WHMCS may still be placing it")]
    await shop.add()
    put_off = await shop.work()
    assert (shop.wait(put_off), put_off.tries, put_off.struggling_since) == (15.0, 0, None)
    assert (await shop.orders.events("a1"))[-1].outcome == "WHMCS may still be placing it"


async def test_a_stop_is_final_and_says_why(shop: Shop) -> None:
    """With its code, its number over there if there is one, and the way free for the client's other orders. It is due
    once more: Salesforce has to hear of it.
    """
    shop.steps.endings = [Stop(StopCode.PRODUCT_NOT_MAPPED, salesforce_id="801")]
    await shop.add(placing_client_id=1)
    stopped = await shop.work()
    assert (stopped.status, stopped.error_code) == (Status.FAILED, StopCode.PRODUCT_NOT_MAPPED)
    assert (stopped.salesforce_id, stopped.placing_client_id) == ("801", None)
    rests = await shop.work()
    assert (rests.status, rests.due_at, shop.steps.tried) == (Status.FAILED, None, ["a1"])


async def test_an_outage_is_waited_out_longer_each_time(shop: Shop) -> None:
    """Doubled up to a quarter of an hour; the step that succeeds ends the streak."""
    shop.steps.endings = [BillingUnavailable("down") for _ in range(12)]
    await shop.add()
    waits = []
    for _ in range(12):
        found = await shop.work()
        waits.append(shop.wait(found))
        shop.clock.move(waits[-1])
    assert waits[:4] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT, 8 * FIRST_WAIT]
    assert waits[-1] == LONGEST_WAIT
    assert found.tries == 12
    done = await shop.work()
    assert (done.status, done.tries, done.struggling_since) == (Status.ACTIVE, 0, None)


@pytest.mark.parametrize(
    ("intent", "code"), [(False, StopCode.BILLING_UNAVAILABLE), (True, StopCode.BILLING_OUTCOME_UNKNOWN)]
)
async def test_an_outage_of_hours_ends_with_a_code(shop: Shop, intent: bool, code: StopCode) -> None:
    """Counted from its first failure. While AddOrder's outcome is unknown nobody may say that nothing was ordered."""
    shop.steps.endings = [BillingUnavailable("down")] * 3
    await shop.add(intent_at=shop.clock.moment if intent else None)
    await shop.work()
    shop.clock.move(GIVE_UP.total_seconds() - 1)
    assert (await shop.work()).status is Status.ACCEPTED
    shop.clock.move(LONGEST_WAIT)
    assert (await shop.work()).error_code is code


async def test_salesforce_may_be_away_for_ever(shop: Shop) -> None:
    """The portal's own record goes on: an order never stops because it could not be told of."""
    shop.steps.endings = [CrmUnavailable("down")] * 2
    await shop.add()
    await shop.work()
    shop.clock.move(10 * GIVE_UP.total_seconds())
    assert (await shop.work()).status is Status.ACCEPTED


@pytest.mark.parametrize(
    ("reason", "code"), [("ENTITY_IS_DELETED", StopCode.ORDER_CHANGED), ("INVALID_FIELD", StopCode.INTERNAL)]
)
async def test_a_refusal_of_salesforces_stops_what_is_not_fulfilled(shop: Shop, reason: str, code: StopCode) -> None:
    """A person must look, so it is not repeated: gone over there, it has changed."""
    shop.steps.endings = [CrmRefused(reason)]
    await shop.add()
    stopped = await shop.work()
    assert (stopped.status, stopped.error_code) == (Status.FAILED, code)


async def test_an_error_of_our_own_loses_no_order(shop: Shop) -> None:
    """Tried again a few times, then stopped: neither lost nor tried for ever."""
    shop.steps.endings = [ZeroDivisionError() for _ in range(MOST_DEFECTS)]
    await shop.add()
    for number in range(1, MOST_DEFECTS):
        found = await shop.work()
        assert (found.status, found.tries) == (Status.ACCEPTED, number)
        shop.clock.move(shop.wait(found))
    assert (await shop.work()).error_code is StopCode.INTERNAL


async def test_while_the_database_is_away_nothing_is_decided(shop: Shop) -> None:
    """The order stays this worker's until its lease is over, and goes on where it was."""
    shop.steps.endings = [TemporarilyUnavailable("the database is away")]
    await shop.add()
    left = await shop.work()
    assert (left.status, left.tries, left.owner is not None) == (Status.ACCEPTED, 0, True)
    assert await shop.worker.claim() is None
    shop.clock.move(LEASE.total_seconds())
    assert (await shop.work()).status is Status.ACTIVE


async def test_what_another_worker_holds_by_now_is_left_to_it(shop: Shop) -> None:
    """What this one finds out is not written."""
    shop.steps.waits_for = asyncio.Event()
    await shop.add()
    claimed = await shop.worker.claim()
    assert claimed is not None
    working = asyncio.create_task(shop.worker.work(claimed))
    while not shop.steps.tried:  # noqa: ASYNC110 - it says so by its list
        await asyncio.sleep(0.01)
    shop.clock.move(LEASE.total_seconds())
    assert await shop.orders.claim("other", shop.clock(), shop.clock() + timedelta(seconds=15)) is not None
    shop.steps.waits_for.set()
    await working
    found = await shop.orders.find(id="a1")
    assert found is not None
    assert (found.status, found.owner) == (Status.ACCEPTED, "other")


async def test_it_is_awake_at_once(shop: Shop) -> None:
    """Who has placed an order does not wait for the next look."""
    running = asyncio.create_task(shop.worker.run())
    await asyncio.sleep(0.1)
    await shop.add()
    shop.worker.wake()
    for _ in range(50):
        if shop.announced:
            break
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert shop.announced, "a second is the pause between two looks"

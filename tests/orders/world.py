"""Orders with everything real but the clock: database, WHMCS and Salesforce over HTTP, and workers that can be killed.

A worker is killed in the middle of a call: the call hangs in the sandbox, the worker's task ends there, and nothing of
it is ever written again. That is what kill -9 leaves behind.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx2
import msgspec

from counterfoil.billing.face import Billing
from counterfoil.cache import Cache, open_cache
from counterfoil.db.engine import Engine, make_engine
from counterfoil.errors import Unavailable
from counterfoil.orders.checkout import Wanted
from counterfoil.orders.crm_calls import CrmCalls
from counterfoil.orders.face import Orders
from counterfoil.orders.order import Order, Status
from counterfoil.salesforce.face import Salesforce
from counterfoil.salesforce.failures import CrmRefused
from counterfoil.whmcs.face import Whmcs
from counterfoil_sandbox.salesforce.faults import Fault as OrgFault
from counterfoil_sandbox.whmcs.switches import Fault
from tests.databases import give_schema
from tests.orders.neighbours import Neighbours, settings_of

ADA, BOB = 1, 2


class Clock:
    """Starts now, and moves when it is told to."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.moment

    async def follow(self) -> None:
        """It is nobody else's."""

    def monotonic(self) -> float:
        return self.moment.timestamp()

    def move(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class World:
    """One portal's orders. `settle` runs its workers until the order has come to rest."""

    def __init__(self, around: Neighbours, orders: Orders, clock: Clock, cache: Cache, engine: Engine) -> None:
        self.around, self.orders, self.clock, self.cache, self.engine = around, orders, clock, cache, engine
        self.kills = 0

    async def place(self, *wanted: Wanted, gateway: str = "banktransfer") -> Order:
        """Ada's; a month of fibre if nothing is said."""
        wanted = wanted or (Wanted(2, "monthly"),)
        return await self.orders.checkout.place(ADA, wanted, gateway, str(uuid4()))

    async def stored(self) -> int:
        """How many orders of Ada's there are in the database."""
        return (await self.orders.repository.of_client(ADA, 1, 1))[1]

    async def settle(self, order_id: str, kill_at: str = "") -> Order:
        """`kill_at`: the call, as `calls` names it, in which the first worker that makes it dies."""
        for _ in range(400):
            claimed = await self.orders.worker.claim()
            if claimed is None:
                order = await self._find(order_id)
                if order.due_at is None and order.status is not Status.AWAITING_APPROVAL:
                    return order
                await self._let_time_pass(order)
                continue
            if kill_at and await self._worked_until(self.orders.worker.work(claimed), kill_at):
                self.kills, kill_at = self.kills + 1, ""
                self.mend()
                self.clock.move(31)
            elif not kill_at:
                await self.orders.worker.work(claimed)
        raise AssertionError("the order does not come to rest")

    async def _worked_until(self, work: Any, kill_at: str) -> bool:
        """Whether the worker was killed in that call; otherwise it has done its work."""
        task = asyncio.create_task(work)
        before = self.calls().count(kill_at)
        while not task.done():
            if self.calls().count(kill_at) > before:
                await asyncio.sleep(0.02)  # the sandbox has carried it out by now, or never will
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
                return True
            await asyncio.sleep(0.002)
        await task
        return False

    async def _let_time_pass(self, order: Order) -> None:
        if order.status is Status.AWAITING_APPROVAL and order.salesforce_id and self.orders.approvals:
            record = self.around.org.org.records["Order"][order.salesforce_id]
            if record.get("Activation_Status__c") == "Not Started":
                self.around.org.org.update("Order", order.salesforce_id, {"Activation_Status__c": "Requested"})
            with contextlib.suppress(Exception):  # an outage: the next poll will do
                await self.orders.approvals.poll()
        due = (order.due_at - self.clock.moment).total_seconds() if order.due_at else 0.0
        self.clock.move(max(due, 5.0))
        if order.tries > 3:
            # The cache shares a failure for a second of real time, in which six hours of this clock would go by.
            await asyncio.sleep(0.3)

    async def _find(self, order_id: str) -> Order:
        order = await self.orders.repository.find(id=order_id)
        assert order is not None
        return order

    async def taken_up(self, salesforce_id: str) -> str:
        """Polls until the order of sales staff is one of ours; its id here."""
        assert self.orders.approvals is not None
        for _ in range(50):
            with contextlib.suppress(Unavailable, CrmRefused):
                await self.orders.approvals.poll()
            if found := await self.orders.repository.find(salesforce_id=salesforce_id):
                return found.id
            self.clock.move(60)
        raise AssertionError("it is not taken up")

    async def worked(self, order_id: str, *, approve: bool = False) -> Order:
        """As far as it goes without waiting, a poll included; `approve`: a person approves it when it waits."""
        for _ in range(20):
            claimed = await self.orders.worker.claim()
            if claimed is not None:
                await self.orders.worker.work(claimed)
                continue
            order = await self._find(order_id)
            if approve and order.status is Status.AWAITING_APPROVAL:
                approve = False
                self.around.org.org.as_person("Order", order.salesforce_id or "", {"Activation_Status__c": "Requested"})
                assert self.orders.approvals is not None
                await self.orders.approvals.poll()
                continue
            return order
        raise AssertionError("the order does not come to rest")

    async def step(self, order_id: str) -> None:
        """One piece of work, or some time that passes."""
        claimed = await self.orders.worker.claim()
        if claimed is not None:
            await self.orders.worker.work(claimed)
        else:
            await self._let_time_pass(await self._find(order_id))

    def sell(self, client_id: int, *lines: tuple[int, str, float]) -> str:
        """An order that sales staff make and approve: WHMCS product, cycle, quantity. Its id over there. A client or a
        product of 0 has no number of WHMCS's.
        """
        sold = {"client_id": client_id, "lines": [list(line) for line in lines]}
        answer = httpx2.post(f"{self.around.org_url}/_sandbox/orders", json=sold, timeout=60)
        return str(answer.raise_for_status().json()["id"])

    def place_by_hand(self, params: dict[str, str]) -> None:
        """An order that somebody at WHMCS makes."""
        credentials = {"identifier": "sandbox-identifier", "secret": "sandbox-secret", "action": "AddOrder"}
        answer = httpx2.post(f"{self.around.whmcs_url}/includes/api.php", data=credentials | params, timeout=60)
        assert answer.json()["result"] == "success"
        self.around.whmcs.calls.seen.pop()

    def change_product(self, product_id: int, change: str) -> None:
        products = self.around.whmcs.ledger.products
        if change == "withdrawn":
            del products[product_id]
            return
        prices = {"EUR": {"monthly": Decimal("49.00")}}
        products[product_id] = msgspec.structs.replace(products[product_id], prices=prices)

    def record_status(self, order_id: str) -> str:
        """Of the order over there; "" while there is none."""
        found = self.around.org.org.records["Order"].values()
        return next((str(each["Activation_Status__c"]) for each in found if each["Portal_Order_ID__c"] == order_id), "")

    def calls(self) -> list[str]:
        """Actions of WHMCS, and operations of Salesforce with the object: "update Order"."""
        org = [f"{call.operation} {call.object}".strip() for call in list(self.around.org.calls)]
        return [call.action for call in list(self.around.whmcs.calls.seen)] + org

    def break_with(self, step: str, kind: str, *, after: bool, times: int | None = 1) -> None:
        """`step` as `calls` names it."""
        operation, _, named = step.partition(" ")
        if step[0].isupper():
            self.around.whmcs.switches.add_fault(Fault(kind=kind, action=step, after=after, times=times))
        else:
            self.around.org.add_fault(
                OrgFault(kind=kind, operation=operation, object=named or "*", after=after, times=times)
            )

    def mend(self) -> None:
        self.around.whmcs.switches.faults.clear()
        self.around.org.faults.clear()

    def whmcs_orders(self) -> list[Any]:
        return [order for order in self.around.whmcs.ledger.orders if order.client_id == ADA]

    def record(self, order: Order) -> dict[str, Any]:
        return self.around.org.org.records["Order"][order.salesforce_id or ""]


@asynccontextmanager
async def opened(
    around: Neighbours,
    url: str,
    *,
    salesforce: bool,
    tag: bool = True,
    fresh: bool = True,
    clock: Clock | None = None,
    **changes: str,
) -> AsyncIterator[World]:
    """A world on an empty database; WHMCS and Salesforce as they were seeded, unless they are not `fresh`. `clock` of
    another process in the same world; `changes` of the settings.
    """
    if fresh:
        around.reset()
    give_schema(url)
    clock, engine, cache = clock or Clock(), make_engine(url), open_cache("memory://")
    tag_field = "Portal order" if tag else "No such field"
    settings = settings_of(around, url, salesforce=salesforce, order_tag_field=tag_field, **changes)
    whmcs = Whmcs(settings, clock=lambda: clock.monotonic() + time.monotonic())
    crm = Salesforce(settings, calls=CrmCalls(engine, clock), clock=clock.monotonic) if salesforce else None
    orders = Orders(engine, Billing(whmcs, cache, settings), crm, settings, now=clock)
    await cache.start()
    try:
        yield World(around, orders, clock, cache, engine)
    finally:
        around.whmcs.release()
        await whmcs.close()
        if crm:
            await crm.close()
        await cache.close()
        await engine.dispose()

"""Who works at which order, and when: claims with leases, retries with backoff, stops. What is done: fulfilment.py.

Every process has one. An order whose worker died is taken over by another one when its lease is over, and goes on with
the step that was under way.
"""

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import structlog

from counterfoil.billing.orders import BillingOrders
from counterfoil.db.clock import SharedClock
from counterfoil.errors import AccountClosed, TemporarilyUnavailable, Unavailable
from counterfoil.orders.failures import Later, Stop, given_up
from counterfoil.orders.fulfilment import Fulfilment
from counterfoil.orders.order import Order, Status, Step
from counterfoil.orders.repository import LeaseLost, OrderRepository
from counterfoil.orders.telling import Telling
from counterfoil.salesforce.failures import CrmNotVisible, CrmRefused, NoAccountSeen, NoPricesSeen
from counterfoil.stop_codes import StopCode

_log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=15)
"""A dead worker's order is free after so long."""

FIRST_WAIT, LONGEST_WAIT = 2.0, 900.0
"""Seconds between two tries of a step; doubled each time."""

GIVE_UP = timedelta(hours=6)
"""How long WHMCS may be away, or an account not be seen in Salesforce, before an order stops for it."""

MOST_DEFECTS = 5
"""Tries of a step that ends in an error of our own."""

LOOK_EVERY = 1.0
"""Seconds between two looks for orders that are due."""

AT_ONCE = 4
"""Orders that one process works at."""


class Claimed:
    """An order and the right to write to it."""

    def __init__(self, worker: "OrderWorker", order: Order, owner: str) -> None:
        self._worker = worker
        self.order = order
        self._owner = owner

    async def save(self, note: str, **changes: Any) -> None:
        """Raises LeaseLost, ClientIsBusy. A step that succeeds ends the streak of failures."""
        fresh: dict[str, Any] = {"tries": 0, "struggling_since": None} if "step" in changes else {}
        await self.write(note, **(fresh | changes))

    async def write(self, note: str, **changes: Any) -> None:
        before = self.order
        self.order = await self._worker.repository.save(
            before.id, self._owner, self._worker.now(), (before.step, note), changes
        )
        if self.order.status != before.status:
            self._worker.moves[self.order.status, self.order.error_code or ""] += 1
            if self.order.client_id is not None:
                await self._worker.billing.announce_moved(self.order.client_id, self.order.id)

    async def renew(self) -> bool:
        return await self._worker.repository.renew(self.order.id, self._owner, self._worker.now() + LEASE)


class OrderWorker:
    """`now` is the clock of everything that is stored; `chance` spreads the retries, between 0 and 1."""

    def __init__(
        self,
        repository: OrderRepository,
        fulfilment: Fulfilment,
        billing: BillingOrders,
        telling: Telling | None,
        *,
        now: SharedClock,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.repository = repository
        self.billing = billing
        self.now = now
        self._fulfilment = fulfilment
        self._telling = telling
        self._chance = chance
        self._woken = asyncio.Event()
        self.moves: Counter[tuple[Status, str]] = Counter()
        """Into which state, and why if it stopped."""

    def wake(self) -> None:
        """There is something to do: do not wait for the next look."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled."""
        working: set[asyncio.Task[None]] = set()
        try:
            while True:
                claimed = await self._claim_or_none() if len(working) < AT_ONCE else None
                if claimed is not None:
                    task = asyncio.create_task(self.work(claimed), name=f"order {claimed.order.id}")
                    working.add(task)
                    task.add_done_callback(working.discard)
                    task.add_done_callback(self._ended)
                    continue
                await self._pause()
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("unexpected error", task=task.get_name(), exc_info=error)
        self.wake()

    async def _claim_or_none(self) -> Claimed | None:
        try:
            return await self.claim()
        except TemporarilyUnavailable:
            _log.warning("orders wait", reason="the database is away")
            return None

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(LOOK_EVERY):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    async def claim(self) -> Claimed | None:
        """The order that has been due for longest, under a name that no other claim has."""
        await self.now.follow()
        owner = secrets.token_hex(8)
        order = await self.repository.claim(owner, self.now(), self.now() + LEASE)
        return Claimed(self, order, owner) if order else None

    async def work(self, claimed: Claimed) -> None:
        """As far as it goes now. Whatever happens, the order is left due, waiting for somebody, or over."""
        try:
            async with self._heartbeat(claimed):
                await self._attempt(claimed)
        except LeaseLost:
            _log.info("an order is somebody else's by now", order_id=claimed.order.id)
        except TemporarilyUnavailable:
            # The lease runs out, and whoever reaches the database then goes on.
            _log.warning("an order was left", order_id=claimed.order.id, reason="the database is away")

    @asynccontextmanager
    async def _heartbeat(self, claimed: Claimed) -> AsyncIterator[None]:
        async def beat() -> None:
            while True:
                await asyncio.sleep(LEASE.total_seconds() / 3)
                try:
                    if not await claimed.renew():
                        return
                except TemporarilyUnavailable:
                    continue

        beating = asyncio.create_task(beat(), name="order heartbeat")
        try:
            yield
        finally:
            beating.cancel()

    async def _attempt(self, claimed: Claimed) -> None:
        try:
            await self._carry_on(claimed)
            await claimed.write("rests", due_at=None, owner=None, lease_until=None, tries=0, struggling_since=None)
        except Later as later:
            await claimed.write(later.why, **self._free(later.seconds))
        except Stop as stop:
            await self._stop(claimed, stop)
        except AccountClosed:
            unknown = claimed.order.intent_at is not None
            await self._stop(claimed, Stop(StopCode.BILLING_OUTCOME_UNKNOWN if unknown else StopCode.CLIENT_NOT_MAPPED))
        except CrmRefused as refusal:
            await self._refused_by_crm(claimed, refusal)
        except TemporarilyUnavailable:
            raise
        except Unavailable as error:
            await self._outage(claimed, error)
        except (LeaseLost, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 - a defect of ours must not lose an order
            await self._defect(claimed, error)

    async def _carry_on(self, claimed: Claimed) -> None:
        """Salesforce hears of every state before the next begins: claiming an order over there is telling it."""
        await self._tell(claimed)
        if claimed.order.status in {Status.ACCEPTED, Status.FULFILLING}:
            await self._fulfilment.carry_on(claimed)
            await self._tell(claimed)

    async def _tell(self, claimed: Claimed) -> None:
        if self._telling is not None:
            await self._telling.tell(claimed)

    async def _stop(self, claimed: Claimed, stop: Stop) -> None:
        changes: dict[str, Any] = {"salesforce_id": stop.salesforce_id} if stop.salesforce_id else {}
        # An open intent stays on record, so that Retry looks; but it does not hold up the client's other orders.
        changes |= {"status": Status.FAILED, "error_code": stop.code, "placing_client_id": None}
        _log.warning("an order stopped", order_id=claimed.order.id, step=claimed.order.step, code=stop.code)
        await claimed.write(f"stopped: {stop.code}", **changes, **self._free(0.0))

    async def _refused_by_crm(self, claimed: Claimed, refusal: CrmRefused) -> None:
        """A person must look, so the order stops. How an order ended is never refused here: see Telling."""
        order = claimed.order
        _log.error("Salesforce refused an order", order_id=order.id, reason=refusal.reason, hint=refusal.hint)
        code = StopCode.ORDER_CHANGED if refusal.is_gone else StopCode.INTERNAL
        await self._stop(claimed, Stop(code, salesforce_id=refusal.salesforce_id))

    async def _outage(self, claimed: Claimed, error: Unavailable) -> None:
        order, now = claimed.order, self.now()
        since = order.struggling_since or now
        if now - since >= GIVE_UP and (code := given_up(error, is_placing=order.intent_at is not None)):
            await self._stop(claimed, Stop(code))
            return
        wait = min(FIRST_WAIT * 2 ** min(order.tries, 16), LONGEST_WAIT) * (0.5 + self._chance() / 2)
        # While it is registered only what is not seen counts: Salesforce being away for hours says nothing about that.
        counts = order.step is not Step.REGISTER or isinstance(error, NoAccountSeen | NoPricesSeen)
        streak = {"struggling_since": since if counts else None, "tries": order.tries + 1}
        why = error.note if isinstance(error, CrmNotVisible) else error.code
        await claimed.write(f"{why}, try {order.tries + 1}", **streak, **self._free(wait))

    async def _defect(self, claimed: Claimed, error: Exception) -> None:
        order = claimed.order
        _log.error("unexpected error", order_id=order.id, step=order.step, exc_info=error)
        if order.tries + 1 >= MOST_DEFECTS and order.status in {Status.ACCEPTED, Status.FULFILLING}:
            await self._stop(claimed, Stop(StopCode.INTERNAL))
            return
        wait = min(FIRST_WAIT * 2 ** min(order.tries, 16), LONGEST_WAIT)
        await claimed.write("an error of our own", tries=order.tries + 1, **self._free(wait))

    def _free(self, seconds: float) -> dict[str, Any]:
        """For whoever comes first, so many seconds from now."""
        return {"due_at": self.now() + timedelta(seconds=seconds), "owner": None, "lease_until": None}

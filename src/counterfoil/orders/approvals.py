"""How approval in Salesforce starts fulfilment: one poller in the fleet, and a nudge that says where to look first."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from counterfoil.db import leases
from counterfoil.db.clock import SharedClock
from counterfoil.db.engine import Engine
from counterfoil.errors import CrmUnavailable, Unavailable
from counterfoil.orders.attempts import ApprovalAttempts
from counterfoil.orders.checkout import Checkout
from counterfoil.orders.crm import Crm, items_of
from counterfoil.orders.order import Order, Status, Step, new_order_id
from counterfoil.orders.repository import OrderRepository
from counterfoil.salesforce.api import CrmOrder, Requested
from counterfoil.salesforce.failures import KINDS, OTHER, CrmNotVisible, CrmRefused
from counterfoil.salesforce.wire import full_id

_log = structlog.get_logger(__name__)

LEASE_NAME = "salesforce poll"

SWEEP = 32
"""Every so many polls it is asked which waiting orders were cancelled or deleted over there. With the polls, and with
the calls that find a token expired, that is less than 3,000 calls a day."""

MOST_AT_ONCE, MOST_WAITING = 200, 10_000
"""Approved orders that one poll takes up, and waiting ones that one sweep asks about."""

MOST_FAILURES = 3
"""Records in a row without an answer: then it is Salesforce that gives none."""

NOT_SHOWN = CrmNotVisible.note


class Approvals:
    """`every`: seconds between two polls of the whole fleet."""

    def __init__(
        self,
        engine: Engine,
        repository: OrderRepository,
        crm: Crm,
        attempts: ApprovalAttempts,
        checkout: Checkout,
        *,
        every: float,
        now: SharedClock,
        wake: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._repository = repository
        self._crm = crm
        self._attempts = attempts
        self._checkout = checkout
        self._every = every
        self._now = now
        self._wake = wake
        self._owner = secrets.token_hex(8)
        self._polls = 0

    async def run(self) -> None:
        """Until cancelled. A process that dies is replaced after two polls that did not happen."""
        while True:
            await self.turn()
            await asyncio.sleep(self._every)

    async def turn(self) -> None:
        """A poll, if it is this process that polls for all."""
        try:
            if await self._is_mine():
                await self.poll()
        except Unavailable as error:
            _log.warning("Salesforce was not asked for approved orders", code=error.code)
        except CrmRefused as refusal:
            _log.error("Salesforce refuses to be asked", reason=refusal.reason, hint=refusal.hint)

    async def _is_mine(self) -> bool:
        await self._now.follow()
        now = self._now()
        until = now + timedelta(seconds=max(2 * self._every, 5))
        return await leases.take(self._engine, LEASE_NAME, self._owner, now, until)

    async def poll(self) -> None:
        """Takes in what was approved. Raises Unavailable, CrmRefused."""
        if requested := await self._crm.requested():
            await self._take_up(requested)
        if self._polls % SWEEP == 0:
            await self._sweep()
        self._polls += 1

    async def _take_up(self, requested: Sequence[Requested]) -> None:
        """What goes wrong with one record is that record's, and must not keep the others waiting. Raises CrmUnavailable
        when it looks like all of Salesforce.
        """
        in_a_row = 0
        for each, tries in (await self._attempts.due(requested, self._now()))[:MOST_AT_ONCE]:
            await self._attempts.begin(each, tries, self._now())
            try:
                await self._look_at(each.id, is_same_approval=tries > 0)
                in_a_row = 0
            except (CrmRefused, CrmNotVisible) as refusal:
                await self._not_taken_up(each.id, refusal)
            except CrmUnavailable as error:
                in_a_row += 1
                if in_a_row >= MOST_FAILURES:
                    raise
                _log.warning("an approved order was not read", salesforce_id=each.id, code=error.code)

    async def _not_taken_up(self, salesforce_id: str, refusal: CrmRefused | CrmNotVisible) -> None:
        reason = refusal.reason if isinstance(refusal, CrmRefused) else "NOT_VISIBLE"
        hint = KINDS.get(reason, OTHER).hint
        _log.error("an approved order cannot be taken up", salesforce_id=salesforce_id, reason=reason, hint=hint)
        await self._attempts.refused(salesforce_id, reason)

    async def nudge(self, salesforce_id: str, *, is_cancelled: bool = False) -> None:
        """Reads the order over there and does what it says. `is_cancelled`: a call said that it was taken back, which
        counts if the order over there does not say otherwise.

        Raises CrmUnavailable, CrmRefused, TemporarilyUnavailable.
        """
        salesforce_id = full_id(salesforce_id)
        try:
            await self._look_at(salesforce_id, is_cancelled=is_cancelled)
        except CrmNotVisible:
            order = await self._repository.find(salesforce_id=salesforce_id)
            _log.warning("a call names an order that is not shown", salesforce_id=salesforce_id, is_known=bool(order))
            if order is not None:
                await self._repository.note(order.id, self._now(), NOT_SHOWN)

    async def _look_at(self, salesforce_id: str, *, is_cancelled: bool = False, is_same_approval: bool = False) -> None:
        """`is_same_approval`: nobody has approved it since this was tried. Raises CrmNotVisible: nothing is known."""
        known = await self._crm.read(salesforce_id)
        order = await self._repository.find(salesforce_id=salesforce_id)
        if known is None or known.is_cancelled or (is_cancelled and known.activation_status == "On Hold"):
            await self._cancel(order)
        elif known.activation_status == "Requested":
            await self._begin(known, order or await self._own(known), is_same_approval=is_same_approval)

    async def _own(self, known: CrmOrder) -> Order | None:
        """One of ours whose registration got no answer yet, and was approved meanwhile."""
        order = await self._repository.find(id=known.portal_order_id) if known.portal_order_id else None
        return order if order and order.salesforce_id is None else None

    async def _begin(self, known: CrmOrder, order: Order | None, *, is_same_approval: bool) -> None:
        if order is None:
            await self._repository.add(self._adopted(known))
        elif order.status is Status.ACTIVE:
            # Asked for again although it is done: Salesforce is told once more that it is.
            changes = {"told": "", "due_at": self._now(), "telling_tries": 0, "telling_since": None}
            await self._repository.move(order.id, self._now(), "approved again", [Status.ACTIVE], **changes)
        else:
            changes = self._checkout.begun(order, Status.FULFILLING) | {"salesforce_id": known.id}
            if is_same_approval:
                changes["attempt"] = max(order.attempt, 1)
            if order.error_code is not None or order.origin == "salesforce":
                # What is approved now is what counts.
                changes |= self._approved_anew(known, order)
            seen = [Status.AWAITING_APPROVAL, Status.FAILED, Status.CANCELLED]
            await self._repository.move(order.id, self._now(), "approved in Salesforce", seen, **changes)
        self._wake()

    def _approved_anew(self, known: CrmOrder, order: Order) -> dict[str, object]:
        if order.intent_at is not None or order.whmcs_order_id is not None or order.step is Step.REGISTER:
            return {}
        items = tuple(item for item in items_of(known))
        return {"items": items, "client_id": known.client_id, "step": Step.CHECK}

    def _adopted(self, known: CrmOrder) -> Order:
        """An order that sales staff made. If it was placed already, by a portal that lost its database, it is not
        placed again.
        """
        now = self._now()
        return Order(
            id=new_order_id(),
            origin="salesforce",
            client_id=known.client_id,
            gateway="",
            items=items_of(known),
            status=Status.FULFILLING,
            step=Step.ACCEPT if known.whmcs_order_id else Step.CHECK,
            whmcs_order_id=known.whmcs_order_id,
            created_at=now,
            updated_at=now,
            due_at=now,
            attempt=(known.attempt or 0) + 1,
            salesforce_id=known.id,
        )

    async def _cancel(self, order: Order | None) -> None:
        if order is not None:
            seen = [Status.AWAITING_APPROVAL, Status.FAILED]
            changes = {"status": Status.CANCELLED, "due_at": None}
            await self._repository.move(order.id, self._now(), "cancelled in Salesforce", seen, **changes)

    async def _sweep(self) -> None:
        """Which of those that wait were taken back. What is merely not shown waits on, and staff can see it."""
        waiting = {
            order.salesforce_id: order
            for order in await self._repository.with_status(Status.AWAITING_APPROVAL, limit=MOST_WAITING)
            if order.salesforce_id
        }
        for salesforce_id, fate in (await self._crm.fates(list(waiting)) if waiting else {}).items():
            if fate == "hidden":
                await self._repository.note(waiting[salesforce_id].id, self._now(), NOT_SHOWN)
            else:
                await self._cancel(waiting[salesforce_id])

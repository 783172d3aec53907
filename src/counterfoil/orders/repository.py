"""An order as it is kept, and every change to its row: under the owner's eyes, or when nobody owns it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, and_, func, insert, or_, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from counterfoil.audit.appending import Dated, append
from counterfoil.audit.entries import PORTAL, SALESFORCE, SELF, Action, Detail, Entry
from counterfoil.db.engine import Engine, transaction
from counterfoil.db.tables import order_event, portal_order
from counterfoil.orders.day_limit import check_day, queue_up
from counterfoil.orders.order import Order, OrderEvent, Status
from counterfoil.settings import OrderLimit


class LeaseLost(Exception):
    """Another worker owns the order by now: what this one knows of it is old."""


class ClientIsBusy(Exception):
    """Another order of the same client is being placed."""


_JSON = ("items", "whmcs_service_ids")


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    return {name: msgspec.json.encode(value).decode() if name in _JSON else value for name, value in values.items()}


def _order(row: Row[Any]) -> Order:
    # The keys are a str of SQLAlchemy's own, which msgspec does not take.
    values = {str(name): value for name, value in row._mapping.items()}  # noqa: SLF001 - its public name
    return msgspec.convert(values | {name: msgspec.json.decode(values[name]) for name in _JSON}, Order)


async def _note(connection: AsyncConnection, order_id: str, at: datetime, step: str, outcome: str) -> None:
    values = {"order_id": order_id, "at": at, "step": step, "outcome": outcome}
    await connection.execute(insert(order_event).values(**values))


async def _record(connection: AsyncConnection, at: datetime, order: Order, by: str, what: str) -> None:
    """In the audit trail; last in its transaction. `what`: words of ours, nobody else's."""
    details: dict[str, Detail] = {"order": order.id, "status": order.status.value, "step": order.step.value}
    if what:
        details["what"] = what
    entry = Entry(Action.ORDER_MOVED, by, order.account_id, order.client_id, details=details)
    await append(connection, [Dated(at, entry)])


class OrderRepository:
    """Times are given by the caller, so that one clock drives everything. Raises TemporarilyUnavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def add(self, order: Order, limit: OrderLimit | None = None, terms: str = "") -> bool:
        """False when there is one with this id, idempotency key or Salesforce id already. `terms`: noted as agreed to.

        Raises OrderLimitReached, and adds nothing, when it is more than `limit` for its person or its client.
        """
        try:
            async with transaction(self._engine) as connection:
                if limit:
                    await queue_up(connection, order.client_id, order.account_id)
                await connection.execute(insert(portal_order).values(**_columns(msgspec.structs.asdict(order))))
                if limit:
                    await check_day(connection, limit, order.created_at, order.client_id, order.account_id)
                await _note(connection, order.id, order.created_at, order.status, "created")
                if terms:
                    await _note(connection, order.id, order.created_at, order.status, f"agreed to {terms}")
                by = SALESFORCE if order.account_id is None else SELF
                await _record(connection, order.created_at, order, by, "created")
        except IntegrityError:
            return False
        return True

    async def find(self, **key: Any) -> Order | None:
        """By `id`, by `salesforce_id`, or by `client_id` and `idempotency_key`."""
        async with transaction(self._engine) as connection:
            row = (await connection.execute(select(portal_order).filter_by(**key))).first()
        return _order(row) if row else None

    async def of_client(self, client_id: int, page: int, page_size: int) -> tuple[Sequence[Order], int]:
        """Newest first, and how many there are in all."""
        whole = select(portal_order).filter_by(client_id=client_id)
        newest = portal_order.c.created_at.desc()
        wanted = whole.order_by(newest, portal_order.c.id).limit(page_size).offset((page - 1) * page_size)
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(wanted)).all()
            total = await connection.scalar(whole.with_only_columns(func.count()))
        return [_order(row) for row in rows], total or 0

    async def with_status(self, *statuses: Status, limit: int = 200) -> Sequence[Order]:
        """The one that moved last first."""
        return await self._newest(portal_order.c.status.in_(statuses), limit)

    async def events(self, order_id: str) -> Sequence[OrderEvent]:
        """In the order in which they happened."""
        wanted = select(order_event).filter_by(order_id=order_id).order_by(order_event.c.id)
        async with transaction(self._engine) as connection:
            return [OrderEvent(row.at, row.step, row.outcome) for row in await connection.execute(wanted)]

    async def claimed_elsewhere(self, order_id: str, whmcs_order_ids: Sequence[int]) -> set[int]:
        """Which of these WHMCS orders belong to other orders of ours."""
        column = portal_order.c.whmcs_order_id
        wanted = select(column).where(column.in_(whmcs_order_ids), portal_order.c.id != order_id)
        async with transaction(self._engine) as connection:
            return set((await connection.scalars(wanted)).all())

    async def claim(self, owner: str, now: datetime, until: datetime) -> Order | None:
        """The order that has been due for longest and that nobody works at; now `owner`'s until `until`."""
        free = or_(portal_order.c.lease_until.is_(None), portal_order.c.lease_until <= now)
        due = (portal_order.c.due_at <= now, free)
        first = select(portal_order.c.id).where(*due).order_by(portal_order.c.due_at).limit(1)
        async with transaction(self._engine) as connection:
            # Looking costs no lock; on SQLite a write would wait for every other writer, each second.
            if (await connection.execute(first)).first() is None:
                return None
        chosen = first.with_for_update(skip_locked=True).scalar_subquery()
        mine = update(portal_order).where(portal_order.c.id == chosen, *due).values(owner=owner, lease_until=until)
        async with transaction(self._engine) as connection:
            row = (await connection.execute(mine.returning(portal_order))).first()
        return _order(row) if row else None

    async def renew(self, order_id: str, owner: str, until: datetime) -> bool:
        """The heartbeat. False when the lease is somebody else's by now."""
        mine = update(portal_order).filter_by(id=order_id, owner=owner).values(lease_until=until)
        async with transaction(self._engine) as connection:
            return bool((await connection.execute(mine)).rowcount)

    async def save(
        self, order_id: str, owner: str, at: datetime, note: tuple[str, str], changes: dict[str, Any]
    ) -> Order:
        """What the owner found out, with a line for staff. Raises LeaseLost, ClientIsBusy."""
        values = {**_columns(changes), "updated_at": at}
        mine = update(portal_order).filter_by(id=order_id, owner=owner).values(values)
        try:
            async with transaction(self._engine) as connection:
                row = (await connection.execute(mine.returning(portal_order))).first()
                if row is None:
                    raise LeaseLost(order_id)
                await _note(connection, order_id, at, *note)
                if not changes.keys().isdisjoint(("status", "step")):
                    await _record(connection, at, _order(row), PORTAL, "")
        except IntegrityError:
            if "placing_client_id" in changes:
                raise ClientIsBusy(order_id) from None
            raise
        return _order(row)

    async def move(self, order_id: str, at: datetime, note: str, seen: Sequence[Status], **changes: Any) -> bool:
        """A change from outside (approval, Retry, cancellation), if the order is in one of these states.

        Whoever works at it loses it: what that worker knows is old from now on.
        """
        idle = update(portal_order).filter_by(id=order_id).where(portal_order.c.status.in_(seen))
        values = {**_columns(changes), "updated_at": at, "owner": None, "lease_until": None}
        async with transaction(self._engine) as connection:
            row = (await connection.execute(idle.values(values).returning(portal_order))).first()
            if row is not None:
                await _note(connection, order_id, at, str(changes.get("status", "")), note)
                await _record(connection, at, _order(row), PORTAL, note)
        return row is not None

    async def note(self, order_id: str, at: datetime, outcome: str) -> None:
        """A line for staff, unless it is the newest one already: what lasts is said once."""
        newest = select(order_event.c.outcome).filter_by(order_id=order_id).order_by(order_event.c.id.desc()).limit(1)
        async with transaction(self._engine) as connection:
            if await connection.scalar(newest) != outcome:
                await _note(connection, order_id, at, "", outcome)

    async def unheard(self, limit: int) -> Sequence[Order]:
        """Those whose end Salesforce refuses to be told, the one that moved last first."""
        return await self._newest(portal_order.c.telling_reason.is_not(None), limit)

    async def search(self, text: str, status: Status | None, limit: int, *, exactly: bool = False) -> Sequence[Order]:
        """The one that moved last first. `text` is a number of ours, of Salesforce's, of WHMCS's order or invoice, or,
        unless `exactly` an order is meant, of the client; "" for all.
        """
        named = [portal_order.c.id == text, portal_order.c.salesforce_id == text]
        if text.isascii() and text.isdecimal() and len(text) <= 10:
            named.append(portal_order.c.whmcs_order_id == int(text))
            if not exactly:
                named += [portal_order.c.client_id == int(text), portal_order.c.whmcs_invoice_id == int(text)]
        which = or_(*named) if text else true()
        return await self._newest(which if status is None else and_(which, portal_order.c.status == status), limit)

    async def _newest(self, condition: Any, limit: int) -> Sequence[Order]:
        wanted = select(portal_order).where(condition).order_by(portal_order.c.updated_at.desc()).limit(limit)
        async with transaction(self._engine) as connection:
            return [_order(row) for row in await connection.execute(wanted)]

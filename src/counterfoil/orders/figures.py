"""How many orders are in which state and for how long, for the metrics: counts alone, by indexes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, Select, case, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from counterfoil.db.engine import Engine, transaction
from counterfoil.db.tables import portal_order
from counterfoil.orders.order import Status
from counterfoil.stop_codes import StopCode

WATCHED = (Status.ACCEPTED, Status.AWAITING_APPROVAL, Status.FULFILLING, Status.FAILED)
"""What is under way, and what stopped; of the others nobody need do anything."""

DOUBTFUL = timedelta(minutes=10)
"""Since AddOrder was sent, and nobody knows what came of it. A minute of that is nothing unusual."""


class OrderFigures(NamedTuple):
    """`oldest`: seconds since the oldest one in that state was placed; 0 where there is none. `due`: wait for a worker
    now. `untold`: Salesforce refuses to hear how they ended. `unknown`: WHMCS may have placed them, or not.
    """

    number: Mapping[Status, int]
    oldest: Mapping[Status, float]
    due: int
    untold: int
    unknown: int


async def order_figures(engine: Engine, now: datetime) -> OrderFigures:
    """Raises TemporarilyUnavailable."""
    async with transaction(engine) as connection:
        rows = (await connection.execute(_by_status(now))).all()
        due, untold = (await connection.execute(_waiting(now))).one()
    counted = {Status(row.status): row for row in rows}
    return OrderFigures(
        {status: counted[status].number if status in counted else 0 for status in WATCHED},
        {status: (now - counted[status].since).total_seconds() if status in counted else 0.0 for status in WATCHED},
        due=due,
        untold=untold,
        unknown=sum(row.unknown for row in rows),
    )


# Each of these conditions has an index of its own. Joined by "or" in one query they would be a scan of the whole table.


def _by_status(now: datetime) -> Select[Any]:
    order = portal_order.c
    is_unknown = or_(order.error_code == StopCode.BILLING_OUTCOME_UNKNOWN.value, order.intent_at <= now - DOUBTFUL)
    figures = (
        func.count().label("number"),
        func.min(order.created_at).label("since"),
        func.sum(case((is_unknown, 1), else_=0)).label("unknown"),
    )
    return select(order.status, *figures).where(order.status.in_(WATCHED)).group_by(order.status)


def _waiting(now: datetime) -> Select[int, int]:
    order = portal_order.c
    is_free = or_(order.lease_until.is_(None), order.lease_until <= now)
    return select(_number_of(order.due_at <= now, is_free), _number_of(order.telling_reason.is_not(None)))


def _number_of(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(portal_order).where(*conditions).scalar_subquery()

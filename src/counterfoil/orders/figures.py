"""How many orders are in which state and for how long, for the metrics: one query, of counts alone."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, case, func, or_, select
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
    order = portal_order.c
    is_free = or_(order.lease_until.is_(None), order.lease_until <= now)
    wanted = (
        select(
            order.status,
            func.count(),
            func.min(order.created_at),
            _number_of(and_(order.due_at <= now, is_free)),
            _number_of(order.telling_reason.is_not(None)),
            _number_of(
                or_(order.error_code == StopCode.BILLING_OUTCOME_UNKNOWN.value, order.intent_at <= now - DOUBTFUL)
            ),
        )
        .where(or_(order.status.in_(WATCHED), order.telling_reason.is_not(None)))
        .group_by(order.status)
    )
    async with transaction(engine) as connection:
        rows = (await connection.execute(wanted)).all()
    counted = {Status(row[0]): row for row in rows}
    return OrderFigures(
        {status: counted[status][1] if status in counted else 0 for status in WATCHED},
        {status: (now - counted[status][2]).total_seconds() if status in counted else 0.0 for status in WATCHED},
        due=sum(row[3] for row in rows),
        untold=sum(row[4] for row in rows),
        unknown=sum(row[5] for row in rows),
    )


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))

"""How orders stand, counted in the database for whoever watches."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import event, text

from counterfoil.db.engine import Engine, make_engine
from counterfoil.db.tables import portal_order
from counterfoil.orders.figures import OrderFigures, order_figures
from counterfoil.orders.order import Item, Order, Status, Step, new_order_id
from counterfoil.orders.repository import OrderRepository
from counterfoil.stop_codes import StopCode
from tests.databases import give_schema

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def order(status: Status, minutes: int, **more: object) -> Order:
    at = NOW - timedelta(minutes=minutes)
    made = Order(
        new_order_id(),
        "portal",
        1,
        "stripe",
        (Item(2, "monthly", 1),),
        status,
        Step.CHECK,
        created_at=at,
        updated_at=at,
    )
    return msgspec.structs.replace(made, **more)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite+aiosqlite:///{tmp_path}/portal.db"


async def test_orders_are_counted_by_state_and_age(url: str) -> None:
    """What is under way and what stopped; what nobody works at, what Salesforce does not hear, what nobody knows."""
    give_schema(url)
    engine = make_engine(url)
    try:
        empty = await order_figures(engine, NOW)
        assert (set(empty.number.values()), set(empty.oldest.values()), empty[2:]) == ({0}, {0.0}, (0, 0, 0))
        repository = OrderRepository(engine)
        for each in (
            order(Status.ACCEPTED, 5, due_at=NOW),
            order(Status.FULFILLING, 40, due_at=NOW, lease_until=NOW + timedelta(seconds=9), owner="a worker"),
            order(Status.FULFILLING, 30, due_at=NOW + timedelta(minutes=9), intent_at=NOW - timedelta(minutes=20)),
            order(Status.FULFILLING, 3, intent_at=NOW - timedelta(minutes=1)),
            order(Status.FAILED, 90, error_code=StopCode.BILLING_OUTCOME_UNKNOWN),
            order(Status.ACTIVE, 4000, telling_reason="INVALID_FIELD"),
            order(Status.ACTIVE, 5000),
            order(Status.CANCELLED, 6000),
        ):
            assert await repository.add(each)
        counted = await order_figures(engine, NOW)
    finally:
        await engine.dispose()
    assert counted == OrderFigures(
        {Status.ACCEPTED: 1, Status.AWAITING_APPROVAL: 0, Status.FULFILLING: 3, Status.FAILED: 1},
        {Status.ACCEPTED: 300.0, Status.AWAITING_APPROVAL: 0.0, Status.FULFILLING: 2400.0, Status.FAILED: 5400.0},
        due=1,
        untold=1,
        unknown=2,
    )


async def test_counting_reads_no_order_that_is_done(url: str) -> None:
    """It is done each half minute, and orders are kept for good: neither database walks through all of them, nor for
    staff's lists of what stopped and of what Salesforce does not hear.
    """
    give_schema(url)
    engine = make_engine(url)
    asked: list[tuple[str, Any]] = []
    try:
        await _many_active(engine)
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *seen: asked.append((seen[2], seen[3])))
        await order_figures(engine, NOW)
        await OrderRepository(engine).with_status(Status.FAILED)
        await OrderRepository(engine).unheard(200)
        statements = [each for each in asked if "FROM portal_order" in each[0]]
        async with engine.connect() as connection:
            how = "EXPLAIN" if "postgresql" in url else "EXPLAIN QUERY PLAN"
            plans = [
                [str(row[-1]) for row in await connection.exec_driver_sql(f"{how} {statement}", parameters)]
                for statement, parameters in statements
            ]
    finally:
        await engine.dispose()
    assert len(plans) == 4
    for plan in plans:
        touched = [line for line in plan if "portal_order" in line]
        assert touched
        assert not any(WALK.search(line) for line in touched), plan


WALK = re.compile(r"Seq Scan|SCAN portal_order(?! USING (COVERING )?INDEX ix_portal_order_untold)")
"""Through the whole table, or a whole index of it; what is untold is an index of its own, and short."""


async def _many_active(engine: Engine) -> None:
    """As in a shop that has run for years."""
    done = order(Status.ACTIVE, 5000)
    assert await OrderRepository(engine).add(done)
    names = [column.name for column in portal_order.columns if column.name != "id"]
    numbers = "WITH RECURSIVE n(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM n WHERE number < 5000)"
    columns = ", ".join(names)
    copies = f"{numbers} INSERT INTO portal_order (id, {columns}) SELECT 'copy-' || number, {columns}"
    async with engine.begin() as connection:
        await connection.execute(text(f"{copies} FROM portal_order, n"))
        await connection.execute(text("ANALYZE"))

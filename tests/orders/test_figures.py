"""How orders stand, counted in the database for whoever watches."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from counterfoil.db.engine import make_engine
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

"""How much may be ordered within a day: each person and each client up to the operator's limit, however they try."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from counterfoil.db.engine import make_engine
from counterfoil.errors import OrderAmountReached, OrderLimitReached
from counterfoil.model import Money
from counterfoil.orders.order import Item, Order, Status, Step, new_order_id
from counterfoil.orders.repository import OrderRepository
from counterfoil.settings import OrderLimit
from tests.databases import give_schema

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADA, BOB = 1, 2
EUR = Money(Decimal("39.00"), "EUR")


def order(client_id: int = 1, account_id: int = ADA, quantity: int = 1, price: Money = EUR) -> Order:
    return Order(
        id=new_order_id(),
        origin="portal",
        client_id=client_id,
        account_id=account_id,
        gateway="stripe",
        items=(Item(2, "monthly", quantity, "Fibre", price, Money(Decimal("10.00"), price.currency)),),
        status=Status.ACCEPTED,
        step=Step.CHECK,
        created_at=NOW,
        updated_at=NOW,
        idempotency_key=new_order_id(),
    )


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite+aiosqlite:///{tmp_path}/portal.db"


@asynccontextmanager
async def repositories(url: str, number: int = 1) -> AsyncIterator[list[OrderRepository]]:
    """Of as many processes: each has connections of its own."""
    give_schema(url)
    engines = [make_engine(url) for _ in range(number)]
    yield [OrderRepository(engine) for engine in engines]
    for engine in engines:
        await engine.dispose()


async def test_parallel_requests_cannot_pass_it_together(url: str) -> None:
    """Twenty at once, by four processes: as many as the limit says are accepted, and no other leaves a trace."""
    async with repositories(url, 4) as fleet:
        tries = [fleet[number % 4].add(order(), OrderLimit(3)) for number in range(20)]
        said = await asyncio.gather(*tries, return_exceptions=True)
        assert said.count(True) == 3
        assert sum(isinstance(each, OrderLimitReached) for each in said) == 17
        assert (await fleet[0].of_client(1, 1, 100))[1] == 3


async def test_quantities_and_setup_fees_count(url: str) -> None:
    """49.00 each: ten are 490.00, two more would be over 500.00; what fits into the rest is still accepted."""
    limit = OrderLimit(None, (("EUR", Decimal(539)),))
    async with repositories(url) as (records,):
        assert await records.add(order(quantity=10), limit)
        with pytest.raises(OrderAmountReached):
            await records.add(order(quantity=2), limit)
        assert await records.add(order(quantity=1), limit)
        assert await records.add(order(price=Money(Decimal("99999.00"), "USD")), limit), "that currency has no limit"


async def test_it_holds_for_a_person_and_for_a_client(url: str) -> None:
    """Neither another client nor another person of the same client gives a fresh one; strangers have their own."""
    async with repositories(url) as (records,):
        assert await records.add(order(client_id=1, account_id=ADA), OrderLimit(1))
        for client_id, account_id in ((1, BOB), (5, ADA)):
            with pytest.raises(OrderLimitReached):
                await records.add(order(client_id, account_id), OrderLimit(1))
        assert await records.add(order(client_id=2, account_id=BOB), OrderLimit(1))


async def test_what_counts(url: str) -> None:
    """A day ends 24 hours later. Cancelled orders and those of sales staff do not count; a stopped one does."""
    async with repositories(url) as (records,):
        old = msgspec.structs.replace(order(), created_at=NOW - timedelta(hours=24, seconds=1))
        cancelled = msgspec.structs.replace(order(), status=Status.CANCELLED)
        sold = msgspec.structs.replace(order(), origin="salesforce", account_id=None)
        for each in (old, cancelled, sold):
            assert await records.add(each)
        assert await records.add(msgspec.structs.replace(order(), status=Status.FAILED), OrderLimit(1))
        with pytest.raises(OrderLimitReached):
            await records.add(order(), OrderLimit(1))


async def test_the_same_request_again_is_no_second_order(url: str) -> None:
    """Its key is known: that comes before the limit."""
    async with repositories(url) as (records,):
        first = order()
        assert await records.add(first, OrderLimit(1))
        assert not await records.add(
            msgspec.structs.replace(order(), idempotency_key=first.idempotency_key), OrderLimit(1)
        )

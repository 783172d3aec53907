"""Rows of orders on both databases: who may write, which comes next, and what a change from outside does."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from counterfoil.db.engine import make_engine
from counterfoil.orders.order import Item, Order, Status, Step
from counterfoil.orders.repository import ClientIsBusy, LeaseLost, OrderRepository
from tests.databases import give_schema

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
UNTIL = NOW + 15 * SECOND


@pytest.fixture(params=["sqlite", "postgres"])
async def orders(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OrderRepository]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'db'}"
    if request.param == "postgres":
        url = str(request.getfixturevalue("postgres_url"))
    give_schema(url)
    engine = make_engine(url)
    yield OrderRepository(engine)
    await engine.dispose()


def order(id_: str, **changes: Any) -> Order:
    made = Order(
        id=id_,
        origin="portal",
        client_id=1,
        gateway="stripe",
        items=(Item(2, "monthly", 1, "Fibre"),),
        status=Status.ACCEPTED,
        step=Step.CHECK,
        created_at=NOW,
        updated_at=NOW,
        due_at=NOW,
    )
    return msgspec.structs.replace(made, **changes)


async def test_an_order_comes_back_as_it_was_added(orders: OrderRepository) -> None:
    added = order("a1", idempotency_key="key", body_hash="hash", whmcs_service_ids=(5, 6))
    assert await orders.add(added)
    assert await orders.find(id="a1") == added
    assert await orders.find(client_id=1, idempotency_key="key") == added
    assert await orders.find(id="b2") is None


@pytest.mark.parametrize(
    "twin",
    [order("a1"), order("b2", idempotency_key="key"), order("b2", client_id=2, salesforce_id="801")],
    ids=["id", "key", "Salesforce"],
)
async def test_nothing_is_added_twice(orders: OrderRepository, twin: Order) -> None:
    """What holds is the row, however many processes try."""
    assert await orders.add(order("a1", idempotency_key="key", salesforce_id="801"))
    assert not await orders.add(twin)
    assert len(await orders.with_status(Status.ACCEPTED)) == 1


async def test_the_same_key_of_another_client_is_another_order(orders: OrderRepository) -> None:
    assert await orders.add(order("a1", idempotency_key="key"))
    assert await orders.add(order("b2", client_id=2, idempotency_key="key"))


async def test_what_is_due_for_longest_comes_first(orders: OrderRepository) -> None:
    """Not what is due later, not what nobody need work at, not what somebody works at."""
    await orders.add(order("later", due_at=NOW + SECOND))
    await orders.add(order("never", due_at=None))
    await orders.add(order("second"))
    await orders.add(order("first", due_at=NOW - SECOND))
    claimed = [await orders.claim(owner, NOW, UNTIL) for owner in ("one", "two", "three")]
    assert [each and each.id for each in claimed] == ["first", "second", None]


async def test_each_order_is_claimed_once(orders: OrderRepository) -> None:
    """By many workers at the same moment, in many processes."""
    for number in range(3):
        await orders.add(order(f"a{number}"))
    claimed = await asyncio.gather(*(orders.claim(f"worker {number}", NOW, UNTIL) for number in range(8)))
    ids = sorted(each.id for each in claimed if each)
    assert ids == sorted(set(ids))
    rest = [await orders.claim("last", NOW, UNTIL) for _ in range(4)]
    assert len(ids) + len([each for each in rest if each]) == 3


async def test_a_dead_workers_order_is_free_when_its_lease_is_over(orders: OrderRepository) -> None:
    """And what the dead one finds out after all is not written."""
    await orders.add(order("a1"))
    await orders.claim("dead", NOW, UNTIL)
    assert await orders.claim("living", UNTIL - SECOND, UNTIL) is None
    assert await orders.claim("living", UNTIL, UNTIL + 15 * SECOND) is not None
    assert not await orders.renew("a1", "dead", UNTIL + 30 * SECOND)
    with pytest.raises(LeaseLost):
        await orders.save("a1", "dead", UNTIL, ("check", "checked"), {"step": Step.PLACE})
    assert [event.outcome for event in await orders.events("a1")] == ["created"]


async def test_a_heartbeat_keeps_it(orders: OrderRepository) -> None:
    await orders.add(order("a1"))
    await orders.claim("living", NOW, UNTIL)
    assert await orders.renew("a1", "living", UNTIL + 15 * SECOND)
    assert await orders.claim("other", UNTIL, UNTIL) is None


async def test_what_is_saved_has_a_line_for_staff(orders: OrderRepository) -> None:
    await orders.add(order("a1"))
    await orders.claim("one", NOW, UNTIL)
    saved = await orders.save("a1", "one", NOW + SECOND, ("check", "checked"), {"step": Step.PLACE})
    assert (saved.step, saved.updated_at) == (Step.PLACE, NOW + SECOND)
    assert saved == await orders.find(id="a1")
    assert [(event.step, event.outcome) for event in await orders.events("a1")] == [
        ("accepted", "created"),
        ("check", "checked"),
    ]


async def test_one_order_of_a_client_is_being_placed(orders: OrderRepository) -> None:
    """The second is told so, and can once the first is."""
    for id_, owner in (("a1", "one"), ("b2", "two")):
        await orders.add(order(id_))
        await orders.claim(owner, NOW, UNTIL)
    await orders.save("a1", "one", NOW, ("place", "about to"), {"placing_client_id": 1})
    with pytest.raises(ClientIsBusy):
        await orders.save("b2", "two", NOW, ("place", "about to"), {"placing_client_id": 1})
    await orders.save("a1", "one", NOW, ("place", "placed"), {"placing_client_id": None})
    await orders.save("b2", "two", NOW, ("place", "about to"), {"placing_client_id": 1})


async def test_a_change_from_outside_takes_it_from_its_worker(orders: OrderRepository) -> None:
    """Only in the states in which it was meant; then what the worker knows is old."""
    await orders.add(order("a1"))
    await orders.claim("one", NOW, UNTIL)
    assert not await orders.move("a1", NOW, "cancelled", [Status.FAILED], status=Status.CANCELLED)
    assert await orders.renew("a1", "one", UNTIL)
    assert await orders.move("a1", NOW, "cancelled", [Status.ACCEPTED], status=Status.CANCELLED, due_at=None)
    with pytest.raises(LeaseLost):
        await orders.save("a1", "one", NOW, ("check", "checked"), {"step": Step.PLACE})
    assert [event.outcome for event in await orders.events("a1")] == ["created", "cancelled"]


async def test_lists(orders: OrderRepository) -> None:
    """A client's newest first, by pages; those in some states, the one that moved last first, so many at most."""
    for number in range(5):
        moment = NOW + number * SECOND
        status = Status.FAILED if number % 2 else Status.ACTIVE
        await orders.add(order(f"a{number}", created_at=moment, updated_at=-number * SECOND + NOW, status=status))
    await orders.add(order("other", client_id=2))
    listed, total = await orders.of_client(1, 2, 2)
    assert ([each.id for each in listed], total) == (["a2", "a1"], 5)
    assert [each.id for each in await orders.with_status(Status.FAILED, Status.ACTIVE, limit=3)] == ["a0", "a1", "a2"]


async def test_whose_whmcs_orders_they_are(orders: OrderRepository) -> None:
    await orders.add(order("a1", whmcs_order_id=7))
    await orders.add(order("b2", whmcs_order_id=8))
    assert await orders.claimed_elsewhere("a1", [7, 8, 9]) == {8}

"""Which services came of an order whose answer got lost: by its mark, else by what it was, else a person decides."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from counterfoil.billing.orders import OrderedService
from counterfoil.orders.failures import Stop
from counterfoil.orders.order import Item, Order, Status, Step
from counterfoil.orders.recovery import find_placed
from counterfoil.stop_codes import StopCode

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

ORDER = Order(
    id="a1b2",
    origin="portal",
    client_id=1,
    gateway="stripe",
    items=(Item(2, "monthly", 1), Item(3, "monthly", 2)),
    status=Status.FULFILLING,
    step=Step.PLACE,
    created_at=NOW,
    updated_at=NOW,
    newest_before=10,
)


def service(id_: int, order_id: int, product_id: int, **changes: Any) -> OrderedService:
    made = OrderedService(id_, order_id, product_id, "monthly", 1, "Pending", frozenset())
    return msgspec.structs.replace(made, **changes)


def of_order(order_id: int, **changes: Any) -> list[OrderedService]:
    """What WHMCS makes of ORDER."""
    first = order_id * 10
    return [service(first, order_id, 2, **changes), service(first + 1, order_id, 3, quantity=2, **changes)]


def orders_of(found: list[OrderedService]) -> set[int]:
    return {each.order_id for each in found}


def test_its_mark_is_proof() -> None:
    """Whatever else is there, and whatever is left of it."""
    marked = of_order(12, tags=frozenset({"a1b2"}))[:1]
    assert orders_of(find_placed(ORDER, [*of_order(11), *marked], ())) == {12}


def test_without_a_mark_it_is_what_is_newer_and_the_same() -> None:
    """Not an order from before it was sent, not one with more or less in it, not one that is another order of ours."""
    earlier, more, taken = of_order(9), [*of_order(13), service(139, 13, 4)], of_order(14)
    less = of_order(15)[:1]
    assert orders_of(find_placed(ORDER, [*earlier, *more, *taken, *less, *of_order(16)], (14,))) == {16}
    assert find_placed(ORDER, [*earlier, *more, *taken, *less], (14,)) == []


def test_several_services_for_one_line_count_together() -> None:
    """WHMCS makes two services of what it does not count."""
    apart = [service(120, 12, 2), service(121, 12, 3), service(122, 12, 3)]
    assert [each.id for each in find_placed(ORDER, apart, ())] == [120, 121, 122]


def test_services_come_in_the_order_of_the_lines() -> None:
    """So that each line over there gets its own."""
    turned = [service(120, 12, 3, quantity=2), service(121, 12, 2)]
    assert [each.product_id for each in find_placed(ORDER, turned, ())] == [2, 3]


@pytest.mark.parametrize(
    "services",
    [
        [*of_order(12), *of_order(13)],
        [*of_order(12, tags=frozenset({"a1b2"})), *of_order(13, tags=frozenset({"a1b2"}))],
        of_order(12, status="Cancelled"),
        of_order(12, status="Fraud"),
    ],
    ids=["two alike", "two marked", "cancelled", "fraud"],
)
def test_what_cannot_be_told_a_person_decides(services: list[OrderedService]) -> None:
    """Never a guess: one too many is paid for, one too few is waited for."""
    with pytest.raises(Stop) as stop:
        find_placed(ORDER, services, ())
    assert stop.value.code is StopCode.BILLING_OUTCOME_UNKNOWN


def test_a_cancelled_one_beside_a_living_one() -> None:
    """The living one is it."""
    assert orders_of(find_placed(ORDER, [*of_order(12, status="Cancelled"), *of_order(13)], ())) == {13}


def test_of_two_marked_the_one_that_was_not_cancelled() -> None:
    """As when a person has cancelled the wrong one in WHMCS and presses Retry."""
    mark = frozenset({"a1b2"})
    cancelled = of_order(12, status="Cancelled", tags=mark)
    assert orders_of(find_placed(ORDER, [*cancelled, *of_order(13, tags=mark)], ())) == {13}

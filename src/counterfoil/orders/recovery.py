"""Which of a client's services came of an order whose answer got lost. Pure: services in, services out."""

from collections import Counter, defaultdict
from collections.abc import Container, Sequence

from counterfoil.billing.orders import OrderedService
from counterfoil.orders.failures import Stop
from counterfoil.orders.order import Item, Order
from counterfoil.stop_codes import StopCode

_OVER = frozenset({"cancelled", "fraud", "terminated"})


def find_placed(order: Order, services: Sequence[OrderedService], taken: Container[int]) -> list[OrderedService]:
    """In the order of the lines; empty when there is none yet. Raises Stop when it cannot be told. `taken` are the
    WHMCS orders that belong to other orders of ours.

    By the tag, which only this order has. Otherwise by what was ordered, among orders that are newer than the newest
    before it was sent: at most one order of a client is being placed at a time.
    """
    if tagged := find_tagged(order, services):
        return tagged
    candidates = _alike(order, [service for service in services if service.order_id not in taken])
    if len(candidates) > 1:
        raise Stop(StopCode.BILLING_OUTCOME_UNKNOWN)
    return _ordered(order, [service for service in services if service.order_id in candidates])


def find_tagged(order: Order, services: Sequence[OrderedService]) -> list[OrderedService]:
    """What carries the order's id, whatever our database says: of several orders the one that was not cancelled.

    Raises Stop when that does not leave one.
    """
    tagged = {service.order_id for service in services if order.id in service.tags}
    if len(tagged) > 1:
        tagged &= {service.order_id for service in services if service.status.lower() not in _OVER}
        if len(tagged) != 1:
            raise Stop(StopCode.BILLING_OUTCOME_UNKNOWN)
    return _ordered(order, [service for service in services if service.order_id in tagged])


def _alike(order: Order, services: Sequence[OrderedService]) -> set[int]:
    newer: defaultdict[int, list[OrderedService]] = defaultdict(list)
    for service in services:
        if service.order_id > (order.newest_before or 0):
            newer[service.order_id].append(service)
    alike = {number: found for number, found in newer.items() if _content(found) == _wanted(order.items)}
    alive = {number for number, found in alike.items() if any(each.status.lower() not in _OVER for each in found)}
    if alike and not alive:
        # Placed and cancelled, or somebody else's that was cancelled: a person knows.
        raise Stop(StopCode.BILLING_OUTCOME_UNKNOWN)
    return alive


def _content(services: Sequence[OrderedService]) -> Counter[tuple[int, str]]:
    content: Counter[tuple[int, str]] = Counter()
    for service in services:
        content[service.product_id, service.billing_cycle] += service.quantity
    return content


def _wanted(items: Sequence[Item]) -> Counter[tuple[int, str]]:
    content: Counter[tuple[int, str]] = Counter()
    for item in items:
        content[item.product_id or 0, item.billing_cycle] += item.quantity
    return content


def _ordered(order: Order, services: Sequence[OrderedService]) -> list[OrderedService]:
    places = {(item.product_id, item.billing_cycle): place for place, item in reversed(list(enumerate(order.items)))}
    last = len(order.items)
    return sorted(services, key=lambda each: (places.get((each.product_id, each.billing_cycle), last), each.id))

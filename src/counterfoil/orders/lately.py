"""Whether a person has just ordered the very same: the Back button and the order's button again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from counterfoil.orders.order import Item, Order, Status

LATELY = timedelta(minutes=10)

PAGE_KEY = "page "
"""How the keys of orders begin that were placed on pages: programs have keys of their own, and know what they do."""


def ordered_lately(
    recent: Iterable[Order], items: tuple[Item, ...], gateway: str, account_id: int | None, now: datetime
) -> Order | None:
    """`recent`: the client's, newest first."""
    wanted = [(item.product_id, item.billing_cycle, item.quantity) for item in items]
    for order in recent:
        on_a_page = (order.idempotency_key or "").startswith(PAGE_KEY) and order.account_id == account_id
        is_recent = order.created_at > now - LATELY and order.status not in {Status.FAILED, Status.CANCELLED}
        lines = [(item.product_id, item.billing_cycle, item.quantity) for item in order.items]
        if on_a_page and is_recent and (lines, order.gateway) == (wanted, gateway):
            return order
    return None

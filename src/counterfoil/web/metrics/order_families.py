"""Metrics of orders: how many are in which state, for how long, and what became of them."""

from counterfoil.orders.figures import OrderFigures
from counterfoil.orders.worker import OrderWorker
from counterfoil.web.metrics.family import Family, HistogramFamily, Labels
from counterfoil.web.metrics.observing import Observer


def order_families(observer: Observer, worker: OrderWorker) -> list[Family | HistogramFamily]:
    return [
        Family(
            "counterfoil_orders",
            "Orders that are under way or have failed, by status; of all machines, counted every half minute",
            ("status",),
            lambda: {(status.value,): number for status, number in _figures(observer).number.items()},
            kind="latest",
        ),
        Family(
            "counterfoil_orders_oldest_seconds",
            "Seconds since the oldest order in this status was placed; 0 where there is none",
            ("status",),
            lambda: {(status.value,): seconds for status, seconds in _figures(observer).oldest.items()},
            kind="latest",
        ),
        Family(
            "counterfoil_orders_waiting",
            "Orders that wait: due (for a worker, now), untold (Salesforce refuses to hear how they ended), unknown "
            "(WHMCS may have placed them, or not)",
            ("state",),
            lambda: _waiting(observer.orders),
            kind="latest",
        ),
        Family(
            "counterfoil_order_moves",
            "Orders that came into a status, and why those that failed did (docs/orders.md)",
            ("status", "code"),
            lambda: {(status.value, code): number for (status, code), number in worker.moves.items()},
        ),
    ]


def _figures(observer: Observer) -> OrderFigures:
    return observer.orders or OrderFigures({}, {}, due=0, untold=0, unknown=0)


def _waiting(orders: OrderFigures | None) -> dict[Labels, float]:
    """Nothing before they were counted: 0 would say that all is well."""
    if orders is None:
        return {}
    return {("due",): orders.due, ("untold",): orders.untold, ("unknown",): orders.unknown}

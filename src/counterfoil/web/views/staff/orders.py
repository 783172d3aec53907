"""Orders, as staff see them: in every state, with what happened and the reason in words."""

from typing import ClassVar

from msgspec import Struct

from counterfoil.billing.whmcs_health import WhmcsHealth
from counterfoil.errors import CounterfoilError
from counterfoil.orders.order import Order, OrderEvent, Status
from counterfoil.web.views.navigation import STAFF
from counterfoil.web.views.orders import OrderRow
from counterfoil.web.views.shell import View


class StaffOrder(Struct, frozen=True):
    row: OrderRow
    events: tuple[OrderEvent, ...]
    who: str = ""
    """Who placed it."""


class StaffPage(View, frozen=True):
    """The console's first page: find a customer, how WHMCS does, and the orders that stopped or wait."""

    template: ClassVar[str] = "staff/home.html"
    section: ClassVar[str] = STAFF.section

    stopped: tuple[StaffOrder, ...]
    waiting: tuple[StaffOrder, ...]
    health: WhmcsHealth
    error: CounterfoilError | None = None


class StaffOrdersPage(View, frozen=True):
    """`status` is empty for all, `query` for whatever client and number."""

    template: ClassVar[str] = "staff/orders.html"
    section: ClassVar[str] = STAFF.section

    orders: tuple[StaffOrder, ...]
    status: str
    query: str
    has_more: bool = False
    statuses: tuple[Status, ...] = tuple(Status)


def shown_order(order: Order, events: tuple[OrderEvent, ...] = (), who: str = "") -> StaffOrder:
    return StaffOrder(OrderRow(order), events, who)

"""What the template of the staff console gets."""

from typing import ClassVar

from msgspec import Struct

from counterfoil.errors import CounterfoilError
from counterfoil.orders.order import OrderEvent
from counterfoil.web.views.navigation import STAFF
from counterfoil.web.views.orders import OrderRow
from counterfoil.web.views.shell import View


class StaffOrder(Struct, frozen=True):
    row: OrderRow
    events: tuple[OrderEvent, ...]


class StaffPage(View, frozen=True):
    """Orders that stopped or wait, for people who look after them. Not translated: codes and steps are rows."""

    template: ClassVar[str] = "staff/orders.html"
    section: ClassVar[str] = STAFF.section

    stopped: tuple[StaffOrder, ...]
    waiting: tuple[StaffOrder, ...]
    error: CounterfoilError | None = None

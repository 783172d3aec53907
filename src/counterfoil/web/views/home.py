"""What the template of the home page gets. What it looks like: templates/home/."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar

from msgspec import Struct

from counterfoil.billing.invoices.shown import InvoiceItem, InvoiceList, InvoiceTotals
from counterfoil.billing.payment_attempts import Stage
from counterfoil.billing.payment_methods import SavedMethod
from counterfoil.billing.spending import Month, Spending
from counterfoil.billing.subscriptions import SubscriptionItem
from counterfoil.model import Money
from counterfoil.web.views.navigation import HOME
from counterfoil.web.views.payments import EVERY_SO_OFTEN, NONE, is_under_way, stage_of
from counterfoil.web.views.shell import View

HEIGHT = 100
WIDTH = 40


class Bar(Struct, frozen=True):
    """One month, in the units of the drawing: `height` of HEIGHT, `x` the left edge."""

    month: Month
    x: int
    height: int


class Chart(Struct, frozen=True):
    currency: str
    bars: tuple[Bar, ...]
    highest: Money


class Home(View, frozen=True):
    """`invoices` are the first to pay; `open_count` is all of them. `subscriptions` is None for who may not see any."""

    template: ClassVar[str] = "home.html"
    section: ClassVar[str] = HOME.section
    has_pdf: ClassVar[bool] = True
    chooses: ClassVar[bool] = False

    invoices: InvoiceList
    figures: tuple[InvoiceTotals, ...] | None
    open_count: int
    methods: tuple[SavedMethod, ...] | None
    subscriptions: tuple[SubscriptionItem, ...] | None
    charts: tuple[Chart, ...]
    today: date
    stages: Mapping[int, Stage] = NONE
    """Of payments that are awaited."""
    lacks_subscriptions: bool = False
    """WHMCS answers, but cannot give them; None of `methods` means the same."""

    @property
    def live(self) -> str:
        return "invoices invoice profile payment_methods subscriptions"

    @property
    def poll(self) -> int:
        return EVERY_SO_OFTEN if any(is_under_way(self.stage(item)) for item in self.invoices.items) else 0

    def stage(self, item: InvoiceItem) -> Stage | None:
        return stage_of(item, self.stages)

    @property
    def can_pay(self) -> bool:
        return any(method.is_usable for method in self.methods or ())

    @property
    def expires_soon(self) -> bool:
        """The last that can be used."""
        return self.can_pay and all(method.expires_soon for method in self.methods or () if method.is_usable)


def chart_of(spending: Spending) -> Chart:
    highest = max((month.spent for month in spending.months), key=lambda money: money.amount)
    # Whoever got more back than they paid in every month still has a chart, though a flat one.
    scale = max(highest.amount, Decimal(1))
    bars = (
        Bar(month, WIDTH * at, max(0, round(month.spent.amount / scale * HEIGHT)))
        for at, month in enumerate(spending.months)
    )
    return Chart(spending.currency, tuple(bars), highest)

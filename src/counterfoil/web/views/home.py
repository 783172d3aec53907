"""What the template of the home page gets. What it looks like: templates/home/."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar

from msgspec import Struct

from counterfoil.billing.hand_offs.payments import MOST_TOGETHER
from counterfoil.billing.invoices.shown import InvoiceItem, InvoiceList, InvoiceTotals
from counterfoil.billing.payment_attempts import Stage
from counterfoil.billing.payment_methods import SavedMethod
from counterfoil.billing.spending import Month, Spending
from counterfoil.billing.subscriptions import SubscriptionItem
from counterfoil.model import Money
from counterfoil.web.views.money.axis import Tick, axis
from counterfoil.web.views.navigation import HOME
from counterfoil.web.views.payments import EVERY_SO_OFTEN, NONE, is_under_way, stage_of
from counterfoil.web.views.shell import View

HEIGHT = 100
WIDTH = 40

SOON = timedelta(days=30)
"""What renews within it is coming up."""

ROWS = 5
"""Of what is coming up; the rest is on the page of subscriptions."""

METHODS = 2
"""Shown of those that can be used; the rest is on their page."""


class Bar(Struct, frozen=True):
    """One month, in the units of the drawing: `height` of HEIGHT, `x` the left edge."""

    month: Month
    x: int
    height: int


class Chart(Struct, frozen=True):
    currency: str
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    """Of the axis, the highest first."""
    in_all: Money


class Coming(Struct, frozen=True):
    """What renews soon. `sums`: what it comes to as priced, by currency; empty when an amount is not known."""

    items: tuple[SubscriptionItem, ...]
    count: int
    sums: tuple[Money, ...]


class Home(View, frozen=True):
    """`invoices` are the first to pay; `open_count` is all of them. `subscriptions` are those that are in use, the next
    to renew first, None for who may not see any.
    """

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
    charge_days: Mapping[int, date] = MappingProxyType({})
    """When a saved card is charged, by the ids of the invoices, where that is known."""

    @property
    def live(self) -> str:
        return "invoices invoice profile payment_methods subscriptions"

    @property
    def poll(self) -> int:
        return EVERY_SO_OFTEN if any(is_under_way(self.stage(item)) for item in self.invoices.items) else 0

    def stage(self, item: InvoiceItem) -> Stage | None:
        return stage_of(item, self.stages)

    def pays(self, totals: InvoiceTotals) -> tuple[InvoiceItem, ...]:
        """Those that one button can pay at once: only if they are all that is to pay, to the cent."""
        mine = [
            item
            for item in self.invoices.items
            if item.amount_due.currency == totals.open.to_pay.currency
            and item.is_payable
            and not is_under_way(self.stage(item))
        ]
        in_all = sum((item.amount_due.amount for item in mine), Decimal(0))
        return tuple(mine) if mine and len(mine) <= MOST_TOGETHER and in_all == totals.open.to_pay.amount else ()

    def charged(self, totals: InvoiceTotals) -> list[tuple[InvoiceItem, date]]:
        """The invoices of these totals that are charged to a saved card, and when, unless they are being paid."""
        return [
            (item, self.charge_days[item.id])
            for item in self.invoices.items
            if item.id in self.charge_days
            and item.amount_due.currency == totals.open.to_pay.currency
            and not is_under_way(self.stage(item))
        ]

    @property
    def coming(self) -> Coming:
        soon = [each for each in self.subscriptions or () if each.renews_on and each.renews_on <= self.today + SOON]
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for each in soon:
            if each.amount is not None:
                sums[each.amount.currency] += each.amount.amount
        is_known = all(each.amount is not None for each in soon)
        known = tuple(Money.of(amount, currency) for currency, amount in sums.items()) if is_known else ()
        return Coming(tuple(soon[:ROWS]), len(soon), known)

    @property
    def usable(self) -> tuple[SavedMethod, ...]:
        """The first of those that can be used."""
        return tuple(method for method in self.methods or () if method.is_usable)[:METHODS]

    @property
    def can_pay(self) -> bool:
        return bool(self.usable)

    @property
    def expires_soon(self) -> bool:
        """The last that can be used."""
        return self.can_pay and all(method.expires_soon for method in self.methods or () if method.is_usable)


def chart_of(spending: Spending) -> Chart:
    ticks = axis(max((month.spent for month in spending.months), key=lambda money: money.amount))
    # Whoever got more back than they paid in every month still has a chart, though a flat one.
    scale = ticks[0].amount.amount or Decimal(1)
    bars = (
        Bar(month, WIDTH * at, max(0, round(month.spent.amount / scale * HEIGHT)))
        for at, month in enumerate(spending.months)
    )
    in_all = Money.of(sum((month.spent.amount for month in spending.months), Decimal(0)), spending.currency)
    return Chart(spending.currency, tuple(bars), ticks, in_all)

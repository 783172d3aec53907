"""What the templates of the list of invoices and of one invoice get, and words for WHMCS's states of them."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import ClassVar

from counterfoil.billing.hand_offs.payments import MOST_TOGETHER
from counterfoil.billing.invoices.counts import Counts
from counterfoil.billing.invoices.query import OPEN
from counterfoil.billing.invoices.shown import InvoiceDetail, InvoiceItem, InvoiceList, InvoiceTotals
from counterfoil.billing.invoices.sums import Received, SumRow, received, sums_of
from counterfoil.billing.payment_attempts import Stage
from counterfoil.model import Client, InvoiceStatus, Money
from counterfoil.web.text.catalogue import translatable
from counterfoil.web.views.badges import Badge
from counterfoil.web.views.list_query import HEADINGS, SORTS, VIEWS, ListQuery
from counterfoil.web.views.money.sums import Note, received_notes, sum_label, sum_tone
from counterfoil.web.views.money.timeline import TimelineEntry, timeline
from counterfoil.web.views.navigation import INVOICES
from counterfoil.web.views.payments import BADGES as PAYMENT_BADGES
from counterfoil.web.views.payments import EVERY_SO_OFTEN, NONE, OFTEN, URGENCY, is_under_way, stage_of
from counterfoil.web.views.shell import View


class InvoicesPage(View, frozen=True):
    """The list. `figures` is None when there are too many open invoices to sum."""

    template: ClassVar[str] = "invoices/list.html"
    section: ClassVar[str] = INVOICES.section

    query: ListQuery
    invoices: InvoiceList
    figures: tuple[InvoiceTotals, ...] | None
    open_count: int
    years: tuple[int, ...]
    today: date
    counts: Counts = MappingProxyType({})
    """Of the same snapshot."""
    has_pdf: bool = False
    stages: Mapping[int, Stage] = NONE
    """Of payments that this person has gone to make."""
    plain_page: str = ""
    """WHMCS's own list, for when no link could be made."""

    @property
    def live(self) -> str:
        return "invoices invoice profile"

    @property
    def poll(self) -> int:
        return EVERY_SO_OFTEN if is_under_way(self.awaited) else 0

    @property
    def awaited(self) -> Stage | None:
        """Of all on the page the one that matters most."""
        found = {self.stage(item) for item in self.invoices.items}
        return next((stage for stage in URGENCY if stage in found), None)

    def stage(self, item: InvoiceItem) -> Stage | None:
        return stage_of(item, self.stages)

    @property
    def chooses(self) -> bool:
        """Whether there are several invoices to pay; one has its own button."""
        return sum(map(self.may_choose, self.invoices.items)) > 1

    def may_choose(self, item: InvoiceItem) -> bool:
        return item.is_payable and not is_under_way(self.stage(item))

    @property
    def currencies(self) -> set[str]:
        """Of what may be chosen."""
        return {item.amount_due.currency for item in self.invoices.items if self.may_choose(item)}

    @property
    def most_together(self) -> int:
        return MOST_TOGETHER

    @property
    def heading(self) -> str:
        """A message id."""
        return HEADINGS[self.query.view]

    @property
    def chips(self) -> list[tuple[str, str, bool, int | None]]:
        """Label, address, whether it is the current one, how many it shows, if that is known."""
        return [
            (label, self.query.with_view(view), view == self.query.view, self.counts.get(status))
            for view, (label, status) in VIEWS.items()
        ]

    @property
    def sorts(self) -> list[tuple[str, str]]:
        return [(value, label) for value, (label, _) in SORTS.items()]

    @property
    def total(self) -> int:
        return self.invoices.total

    @property
    def first(self) -> int:
        return (self.invoices.page - 1) * self.invoices.page_size + 1

    @property
    def last(self) -> int:
        return min(self.invoices.page * self.invoices.page_size, self.invoices.total)

    @property
    def last_page(self) -> int:
        return max(1, -(-self.invoices.total // self.invoices.page_size))

    @property
    def previous_href(self) -> str:
        return self.query.with_page(self.invoices.page - 1) if self.invoices.page > 1 else ""

    @property
    def next_href(self) -> str:
        return self.query.with_page(self.invoices.page + 1) if self.last < self.invoices.total else ""

    @property
    def last_href(self) -> str:
        return self.query.with_page(self.last_page)


class InvoicePage(View, frozen=True):
    """`awaited`: what was recorded of a payment. It says nothing once the invoice is not payable any more."""

    template: ClassVar[str] = "invoices/detail.html"
    section: ClassVar[str] = INVOICES.section

    invoice: InvoiceDetail
    client: Client
    today: date
    awaited: Stage | None = None
    plain_page: str = ""
    """WHMCS's own page of it, for when no link could be made."""
    has_pdf: bool = False
    address: str = ""
    """Of this page, whole, to be passed on: who opens it must sign in."""
    keeps_address: bool = False
    """WHMCS's own invoice shows the address of the day on which it was issued, which only WHMCS knows."""
    charged_on: date | None = None
    """When a saved card is charged, where that is known."""
    depends_on_methods: bool = False
    """Whether that may change with the saved payment methods."""

    @property
    def live(self) -> str:
        methods = " payment_methods" if self.depends_on_methods else ""
        return f"invoices invoice:{self.invoice.id} profile{methods}"

    @property
    def poll(self) -> int:
        return OFTEN if self.is_under_way else 0

    @property
    def stage(self) -> Stage | None:
        return self.awaited if self.invoice.is_payable else None

    @property
    def is_under_way(self) -> bool:
        return is_under_way(self.stage)

    @property
    def may_use_credit(self) -> bool:
        """WHMCS offers on its own page how much of it; of credit that cannot be read nothing is promised."""
        has_some = self.client.credit is not None and self.client.credit.amount > 0
        return has_some and self.invoice.is_payable and not self.is_under_way

    @property
    def received(self) -> Money:
        """Of an invoice that is partly paid."""
        return Money.of(self.invoice.total.amount - self.invoice.balance.amount, self.invoice.currency)

    @property
    def share_received(self) -> int:
        """In percent of the total."""
        return round(100 * self.received.amount / self.invoice.total.amount)

    @property
    def sums(self) -> tuple[SumRow, ...]:
        return sums_of(self.invoice)

    def label(self, row: SumRow) -> str:
        return sum_label(row, self.invoice.status)

    def tone(self, row: SumRow) -> str:
        return sum_tone(row)

    @property
    def timeline(self) -> tuple[TimelineEntry, ...]:
        return timeline(self.invoice, self.today)

    @property
    def came_in(self) -> Received:
        return received(self.invoice)

    @property
    def shows_received(self) -> bool:
        """What came in for a paid invoice. WHMCS's staff can mark one as paid for which nothing did."""
        return self.invoice.status is InvoiceStatus.PAID and self.came_in.in_all.amount > 0

    @property
    def notes(self) -> list[Note]:
        """Of an invoice that is not open any more."""
        return [] if self.invoice.status in OPEN else received_notes(self.came_in)


_BADGES = {
    InvoiceStatus.UNPAID: Badge(translatable("To pay"), "due", "clock"),
    InvoiceStatus.PAYMENT_PENDING: Badge(translatable("Payment processing"), "wait", "progress"),
    InvoiceStatus.PAID: Badge(translatable("Paid"), "good", "check"),
    InvoiceStatus.CANCELLED: Badge(translatable("Cancelled"), "mute", "cross"),
    InvoiceStatus.REFUNDED: Badge(translatable("Refunded"), "mute", "return"),
    InvoiceStatus.COLLECTIONS: Badge(translatable("With collections"), "late", "alert"),
}
_OVERDUE = Badge(translatable("Overdue"), "late", "alert")
_NOTHING_TO_PAY = Badge(translatable("Nothing to pay"), "mute", "check")
_UNKNOWN = Badge(translatable("Status cannot be shown"), "due", "alert")
_PART_PAID = Badge(translatable("Part paid"), "due", "half")


def badges(invoice: InvoiceItem | InvoiceDetail, awaited: Stage | None = None) -> tuple[Badge, ...]:
    """Overdue and partly paid are flags beside WHMCS's state; only an unpaid one has them. What is known of a
    payment stands instead of them.
    """
    if awaited in PAYMENT_BADGES:
        return (PAYMENT_BADGES[awaited],)
    if "status" in invoice.unreadable:
        return (_UNKNOWN,)
    if invoice.status is not InvoiceStatus.UNPAID:
        return (_BADGES[invoice.status],)
    if not invoice.is_payable:
        return (_NOTHING_TO_PAY,)
    flags = ((invoice.is_overdue, _OVERDUE), (invoice.is_partially_paid, _PART_PAID))
    return tuple(badge for holds, badge in flags if holds) or (_BADGES[invoice.status],)

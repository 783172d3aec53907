"""What the templates of the list of invoices and of one invoice get, and words for WHMCS's states of them."""

from datetime import date
from typing import ClassVar

from counterfoil.billing.hand_offs import MOST_TOGETHER
from counterfoil.billing.invoices.query import OPEN
from counterfoil.billing.invoices.shown import InvoiceDetail, InvoiceItem, InvoiceList, InvoiceTotals
from counterfoil.billing.invoices.sums import Received, SumRow, received, sums_of
from counterfoil.model import Client, InvoiceStatus, Money
from counterfoil.web.text.catalogue import translatable
from counterfoil.web.views.badges import Badge
from counterfoil.web.views.list_query import SORTS, VIEWS, ListQuery
from counterfoil.web.views.navigation import INVOICES
from counterfoil.web.views.shell import View
from counterfoil.web.views.sums import Note, received_notes, sum_label, sum_tone


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
    has_pdf: bool = False
    checking: frozenset[int] = frozenset()
    """Invoices that this browser has just gone to pay."""
    unconfirmed: frozenset[int] = frozenset()
    """Those whose payment WHMCS has not confirmed for minutes."""

    @property
    def live(self) -> str:
        return "invoices invoice profile"

    @property
    def is_checking(self) -> bool:
        return any(item.is_payable and item.id in self.checking for item in self.invoices.items)

    @property
    def is_unconfirmed(self) -> bool:
        return any(item.is_payable and item.id in self.unconfirmed for item in self.invoices.items)

    @property
    def chooses(self) -> bool:
        """Whether there are several invoices to pay; one has its own button."""
        return sum(map(self.may_choose, self.invoices.items)) > 1

    def may_choose(self, item: InvoiceItem) -> bool:
        return item.is_payable and item.id not in self.checking

    @property
    def currencies(self) -> set[str]:
        """Of what may be chosen."""
        return {item.amount_due.currency for item in self.invoices.items if self.may_choose(item)}

    @property
    def most_together(self) -> int:
        return MOST_TOGETHER

    @property
    def chips(self) -> list[tuple[str, str, bool]]:
        """Label, address, whether it is the current one."""
        return [(label, self.query.with_view(view), view == self.query.view) for view, (label, _) in VIEWS.items()]

    @property
    def sorts(self) -> list[tuple[str, str]]:
        return [(value, label) for value, (label, _) in SORTS.items()]

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
    """`is_awaiting`: the customer has just gone to pay; `is_unconfirmed`: and has come back without a result for
    minutes. Neither says anything once the invoice is not payable any more.
    """

    template: ClassVar[str] = "invoices/detail.html"
    section: ClassVar[str] = INVOICES.section

    invoice: InvoiceDetail
    client: Client
    today: date
    is_awaiting: bool = False
    is_unconfirmed: bool = False
    has_pdf: bool = False
    keeps_address: bool = False
    """WHMCS's own invoice shows the address of the day on which it was issued, which only WHMCS knows."""

    @property
    def live(self) -> str:
        return f"invoices invoice:{self.invoice.id} profile"

    @property
    def checks_payment(self) -> bool:
        return self.is_awaiting and self.invoice.is_payable

    @property
    def received(self) -> Money:
        """Of an invoice that is partly paid."""
        return Money.of(self.invoice.total.amount - self.invoice.balance.amount, self.invoice.currency)

    @property
    def sums(self) -> tuple[SumRow, ...]:
        return sums_of(self.invoice)

    def label(self, row: SumRow) -> str:
        return sum_label(row, self.invoice.status)

    def tone(self, row: SumRow) -> str:
        return sum_tone(row)

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
_PART_PAID = Badge(translatable("Part paid"), "due", "half")


def badges(invoice: InvoiceItem | InvoiceDetail) -> tuple[Badge, ...]:
    """Overdue and partly paid are flags beside WHMCS's state; only an unpaid one has them."""
    if invoice.status is not InvoiceStatus.UNPAID:
        return (_BADGES[invoice.status],)
    if not invoice.is_payable:
        return (_NOTHING_TO_PAY,)
    flags = ((invoice.is_overdue, _OVERDUE), (invoice.is_partially_paid, _PART_PAID))
    return tuple(badge for holds, badge in flags if holds) or (_BADGES[invoice.status],)

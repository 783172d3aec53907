"""What the templates get: one frozen struct a page, complete. Templates never fetch. Look and words are theirs."""

from datetime import date
from typing import ClassVar, Literal

from msgspec import Struct

from counterfoil.billing.hand_offs import MOST_TOGETHER
from counterfoil.billing.invoices.shown import InvoiceDetail, InvoiceItem, InvoiceList, InvoiceTotals
from counterfoil.errors import CounterfoilError, NotFound, NotSignedIn, RateLimited, ValidationFailed
from counterfoil.model import Client, InvoiceStatus, Money
from counterfoil.web.text.catalogue import translatable
from counterfoil.web.views.list_query import SORTS, VIEWS, ListQuery


class Brand(Struct, frozen=True):
    """The white label. `accent` is "#rrggbb" or empty, the addresses are checked by settings.py."""

    name: str
    logo_url: str = ""
    accent: str = ""
    support_url: str = ""


class NavItem(Struct, frozen=True):
    """`in_menu`: seldom needed, so that it stands with the person's own things."""

    section: str
    label: str
    href: str
    in_menu: bool = False


HOME = NavItem("home", translatable("Home"), "/")
INVOICES = NavItem("invoices", translatable("Invoices"), "/invoices")
PAYMENT_METHODS = NavItem("payment_methods", translatable("Payment methods"), "/payment-methods")
PROFILE = NavItem("profile", translatable("Profile"), "/profile")


class Shell(Struct, frozen=True):
    """What surrounds every page: the person's, not the page's. Part of the key of a kept page."""

    language: str
    is_signed_in: bool = False
    user_name: str = ""
    client_name: str = ""
    has_several_clients: bool = False
    nav: tuple[NavItem, ...] = ()


class View(Struct, frozen=True):
    """`section` marks the place in the navigation; `live` names what on the page may change (contract 3, events):
    "invoices", or "invoice:7" for one of them.
    """

    template: ClassVar[str]
    section: ClassVar[str] = ""

    @property
    def live(self) -> str:
        return ""


class SignInPage(View, frozen=True):
    template: ClassVar[str] = "sign_in.html"

    next: str = ""
    """Where to go afterwards; the handler has checked it."""
    email: str = ""
    error: CounterfoilError | None = None
    """SignInFailed, TwoFactorRequired, RateLimited or an Unavailable."""
    is_signed_out: bool = False
    has_expired: bool = False
    billing_url: str = ""
    """WHMCS, for people who have to sign in there."""


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
    """InvoicesPage that this browser has just gone to pay."""
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
    def credit_place(self) -> Literal["above", "below", ""]:
        """Of the credit used, from the total. Before version 9 WHMCS has taken it off the total, later it has not;
        then its ledger may tell it as one of the payments.
        """
        told = self.invoice
        if not told.credit.amount:
            return ""
        if told.subtotal.amount + sum(tax.amount.amount for tax in told.taxes) != told.total.amount:
            return "above"
        paid = sum(payment.amount.amount for payment in told.payments)
        return "below" if told.total.amount - paid != told.balance.amount else ""


class Problem(View, frozen=True):
    """Any error. `retry_href` is where "Try again" leads: the address that failed, or for a failed form its page."""

    template: ClassVar[str] = "problem.html"

    error: CounterfoilError
    reference: str = ""
    retry_href: str = ""

    @property
    def kind(self) -> str:
        match self.error:
            case NotSignedIn():
                return "signed_out"
            case CounterfoilError(status=status) if status >= 500:
                return "unavailable"
            case NotFound():
                return "missing"
            case _:
                return "refused"

    @property
    def retry_after(self) -> int:
        """Seconds to wait, 0 when waiting does not help."""
        return self.error.retry_after if isinstance(self.error, RateLimited) else 0

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        return self.error.errors if isinstance(self.error, ValidationFailed) else ()


class ClientChoice(Struct, frozen=True):
    client_id: int
    name: str


class SwitchClient(View, frozen=True):
    """`current` is the client id in use, `next` where to go afterwards."""

    template: ClassVar[str] = "switch_client.html"

    clients: tuple[ClientChoice, ...]
    current: int | None
    next: str = "/"


class NoClient(View, frozen=True):
    """Signed in, but no WHMCS client belongs to this person."""

    template: ClassVar[str] = "no_client.html"

    email: str


class SsoRefused(View, frozen=True):
    """WHMCS signs nobody in by link here: `billing_url` is its plain page, `back_href` ours."""

    template: ClassVar[str] = "sso_refused.html"

    billing_url: str
    back_href: str


class Badge(Struct, frozen=True):
    """`tone` is a colour name of the style sheet, `icon` a symbol of icons.html."""

    label: str
    tone: str
    icon: str


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

"""Templates of subscriptions, payments, credit, quotes and contacts: what they get, and words for WHMCS's states."""

from datetime import date
from typing import Any, ClassVar

from msgspec import Struct

from counterfoil.billing.contacts import ContactItem
from counterfoil.billing.credits import CreditItem
from counterfoil.billing.paged import Paged
from counterfoil.billing.quotes import QuoteItem
from counterfoil.billing.subscriptions import SubscriptionItem
from counterfoil.billing.transactions import TransactionItem
from counterfoil.model import BillingCycle, Money, QuoteStatus, SubscriptionStatus
from counterfoil.web.text.catalogue import in_context, translatable
from counterfoil.web.views.pages import Badge, NavItem, View

SUBSCRIPTIONS = NavItem("subscriptions", translatable("Subscriptions"), "/subscriptions")
TRANSACTIONS = NavItem("transactions", translatable("Payments"), "/transactions")
QUOTES = NavItem("quotes", translatable("Quotes"), "/quotes")
CONTACTS = NavItem("contacts", translatable("Contacts"), "/contacts", in_menu=True)


class Pager(Struct, frozen=True):
    """Where a page of a list stands among the others."""

    path: str
    page: int
    page_size: int
    count: int
    total: int

    @property
    def first(self) -> int:
        return (self.page - 1) * self.page_size + 1

    @property
    def last(self) -> int:
        return self.first + self.count - 1

    @property
    def href(self) -> str:
        return self._to(self.page)

    @property
    def previous_href(self) -> str:
        return self._to(self.page - 1) if self.page > 1 else ""

    @property
    def next_href(self) -> str:
        return self._to(self.page + 1) if self.last < self.total else ""

    @property
    def last_href(self) -> str:
        return self._to(max(1, -(-self.total // self.page_size)))

    def _to(self, page: int) -> str:
        return f"{self.path}?page={page}" if page > 1 else self.path


def _pager(path: str, shown: Paged[Any]) -> Pager:
    return Pager(path, shown.page, shown.page_size, len(shown.items), shown.total)


class SubscriptionsPage(View, frozen=True):
    template: ClassVar[str] = "subscriptions/list.html"
    section: ClassVar[str] = SUBSCRIPTIONS.section

    subscriptions: Paged[SubscriptionItem]
    current_count: int
    next_renewal: date | None
    today: date

    @property
    def live(self) -> str:
        return "subscriptions order profile"

    @property
    def pager(self) -> Pager:
        return _pager("/subscriptions", self.subscriptions)

    def badge(self, subscription: SubscriptionItem) -> Badge:
        return _SUBSCRIPTION_BADGES[subscription.status]

    def cycle(self, subscription: SubscriptionItem) -> str:
        return CYCLES[subscription.billing_cycle]


class TransactionsPage(View, frozen=True):
    template: ClassVar[str] = "transactions/list.html"
    section: ClassVar[str] = TRANSACTIONS.section

    transactions: Paged[TransactionItem]

    @property
    def live(self) -> str:
        return "invoices invoice profile"

    @property
    def pager(self) -> Pager:
        return _pager("/transactions", self.transactions)

    def is_plain(self, transaction: TransactionItem) -> bool:
        """Whether WHMCS's description says no more than "Payment" or "Refund", which the page says in its language."""
        return transaction.description.startswith(_PLAIN) or not transaction.description


class CreditPage(View, frozen=True):
    template: ClassVar[str] = "transactions/credit.html"
    section: ClassVar[str] = TRANSACTIONS.section

    entries: Paged[CreditItem]
    balance: Money

    @property
    def live(self) -> str:
        return "invoices invoice profile"

    @property
    def pager(self) -> Pager:
        return _pager("/credit", self.entries)


class QuotesPage(View, frozen=True):
    template: ClassVar[str] = "quotes/list.html"
    section: ClassVar[str] = QUOTES.section

    quotes: Paged[QuoteItem]
    today: date

    @property
    def live(self) -> str:
        return "invoices profile"

    @property
    def pager(self) -> Pager:
        return _pager("/quotes", self.quotes)

    def badge(self, quote: QuoteItem) -> Badge:
        return _EXPIRED if quote.is_expired else _QUOTE_BADGES[quote.status]


class ContactsPage(View, frozen=True):
    template: ClassVar[str] = "contacts/list.html"
    section: ClassVar[str] = CONTACTS.section

    contacts: Paged[ContactItem]

    @property
    def live(self) -> str:
        return "profile"

    @property
    def pager(self) -> Pager:
        return _pager("/contacts", self.contacts)

    def emails(self, contact: ContactItem) -> list[str]:
        return [_EMAILS[kind] for kind in contact.emails]


_PLAIN = ("Invoice Payment", "Refund of Transaction ID")
"""How WHMCS begins the descriptions that it writes itself."""

_SUBSCRIPTION_BADGES = {
    SubscriptionStatus.ACTIVE: Badge(in_context("subscription", "Active"), "good", "check"),
    SubscriptionStatus.PENDING: Badge(translatable("Being set up"), "wait", "progress"),
    SubscriptionStatus.SUSPENDED: Badge(translatable("Suspended"), "late", "alert"),
    SubscriptionStatus.COMPLETED: Badge(translatable("Completed"), "mute", "check"),
    SubscriptionStatus.CANCELLED: Badge(in_context("subscription", "Cancelled"), "mute", "cross"),
    SubscriptionStatus.TERMINATED: Badge(translatable("Ended"), "mute", "cross"),
    SubscriptionStatus.FRAUD: Badge(translatable("Stopped by fraud check"), "late", "alert"),
}

CYCLES = {
    BillingCycle.FREE: translatable("Free"),
    BillingCycle.ONE_TIME: translatable("One-time payment"),
    BillingCycle.MONTHLY: translatable("Monthly"),
    BillingCycle.QUARTERLY: translatable("Quarterly"),
    BillingCycle.SEMIANNUALLY: translatable("Every six months"),
    BillingCycle.ANNUALLY: translatable("Yearly"),
    BillingCycle.BIENNIALLY: translatable("Every two years"),
    BillingCycle.TRIENNIALLY: translatable("Every three years"),
}

_QUOTE_BADGES = {
    QuoteStatus.DELIVERED: Badge(translatable("Open"), "due", "clock"),
    QuoteStatus.ON_HOLD: Badge(translatable("On hold"), "wait", "progress"),
    QuoteStatus.ACCEPTED: Badge(translatable("Accepted"), "good", "check"),
    QuoteStatus.LOST: Badge(translatable("Declined"), "mute", "cross"),
    QuoteStatus.DEAD: Badge(translatable("Withdrawn"), "mute", "cross"),
}
_EXPIRED = Badge(translatable("Expired"), "mute", "clock")

_EMAILS = {
    "general": translatable("General"),
    "invoice": translatable("Invoices"),
    "product": translatable("Subscriptions"),
    "domain": translatable("Domains"),
    "support": translatable("Support"),
    "affiliate": translatable("Affiliate programme"),
}

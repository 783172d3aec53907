"""What the templates of ordering get, and words for how an order stands."""

from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from counterfoil.billing.products import ProductItem
from counterfoil.errors import CounterfoilError, OrderLimitReached
from counterfoil.model import Gateway, Money
from counterfoil.orders.checkout import FOR_STAFF_ONLY, MOST_OF_ONE
from counterfoil.orders.first_payment import first_payment
from counterfoil.orders.order import Item, Order, Status
from counterfoil.stop_codes import StopCode
from counterfoil.web.text.catalogue import in_context, translatable
from counterfoil.web.views.badges import Badge
from counterfoil.web.views.cycles import cycle_words, renewal_words
from counterfoil.web.views.money.order_choice import TermsNotAgreed
from counterfoil.web.views.navigation import ORDER
from counterfoil.web.views.shell import View

_BADGES = {
    Status.ACCEPTED: Badge(in_context("order", "Accepted"), "wait", "progress"),
    Status.AWAITING_APPROVAL: Badge(translatable("Awaiting approval"), "wait", "clock"),
    Status.FULFILLING: Badge(translatable("Being set up"), "wait", "progress"),
    Status.ACTIVE: Badge(in_context("order", "Active"), "good", "check"),
    Status.FAILED: Badge(translatable("Stopped"), "late", "alert"),
    Status.CANCELLED: Badge(in_context("order", "Cancelled"), "mute", "cross"),
}

_NEXT = {
    Status.ACCEPTED: translatable("We have your order. This page updates by itself."),
    Status.AWAITING_APPROVAL: translatable("Your order is waiting for approval. This page updates by itself."),
    Status.FULFILLING: translatable("We are setting up your order. This page updates by itself."),
    Status.ACTIVE: translatable("Your order is active. Thank you."),
    Status.CANCELLED: translatable("This order was cancelled."),
}


FAULTS = (
    translatable("Choose at least one product, and at most 20."),
    translatable("This product cannot be ordered."),
    translatable("This product is not offered with this billing cycle."),
    translatable("Choose a number from 1 to 50."),
    translatable("Choose how you want to pay."),
)
"""What checkout says of a field; here so that they are in the catalogues."""


class OrderRow(Struct, frozen=True):
    """An order as lists and its own page show it."""

    order: Order

    @property
    def badge(self) -> Badge:
        return _BADGES[self.order.status]

    @property
    def title(self) -> str:
        """What was ordered, in the products' own names."""
        return ", ".join(item.name for item in self.order.items if item.name) or self.order.id

    @property
    def total(self) -> Money | None:
        return self.order.total

    @property
    def words(self) -> str:
        """What happens next, or what to do."""
        code = self.order.error_code
        return code.words if code else _NEXT[self.order.status]


class Chosen(Struct, frozen=True):
    """One product, how often, in which cycle, by which gateway: an order that is not placed yet."""

    product: ProductItem
    item: Item
    gateway: Gateway

    @property
    def offer(self) -> str:
        """As the form sends it."""
        return f"{self.item.product_id}:{self.item.billing_cycle}"

    @property
    def cycle(self) -> str:
        return cycle_words(self.item.billing_cycle)

    @property
    def first_payment(self) -> Money:
        payment = first_payment([self.item])
        assert payment is not None  # noqa: S101 - what is chosen was offered
        return payment


class ChoosePage(View, frozen=True):
    """What can be ordered, and the latest orders."""

    template: ClassVar[str] = "orders/choose.html"
    section: ClassVar[str] = ORDER.section

    products: tuple[ProductItem, ...]
    gateways: tuple[Gateway, ...]
    orders: tuple[OrderRow, ...]
    as_of: datetime
    offer: str = ""
    quantity: int = 1
    gateway: str = ""
    error: str = ""
    """A text of the catalogue."""
    is_tax_exempt: bool = False
    most: int = MOST_OF_ONE

    @property
    def has_error(self) -> bool:
        return bool(self.error)

    @property
    def live(self) -> str:
        return "order" if self.orders else ""

    def cycle(self, billing_cycle: str) -> str:
        return cycle_words(billing_cycle)


class ReviewPage(View, frozen=True):
    """One step before the order. `key` makes a second press of the button the same order."""

    template: ClassVar[str] = "orders/review.html"
    section: ClassVar[str] = ORDER.section

    chosen: Chosen
    key: str
    is_ready: bool
    """There is a usable payment method, as far as is known."""
    may_add: bool
    """This person may go to WHMCS to add one."""
    error: CounterfoilError | None = None
    has_changed: bool = False
    """The price is another one than the customer has seen."""
    lately: Order | None = None
    """The same person has ordered the very same, so many `minutes` ago."""
    minutes: int = 0
    terms_url: str = ""
    button: str = ""
    """The operator's words for it."""
    is_tax_exempt: bool = False

    @property
    def has_error(self) -> bool:
        return self.lacks_terms

    @property
    def lacks_terms(self) -> bool:
        return isinstance(self.error, TermsNotAgreed)

    @property
    def renewal(self) -> str:
        """A text of the catalogue with `amount`, or without for what is paid once or never."""
        return renewal_words(self.chosen.item.billing_cycle)

    @property
    def each_time(self) -> Money:
        price = self.chosen.item.price
        assert price is not None  # noqa: S101 - what is chosen was offered
        return Money.of(price.amount * self.chosen.item.quantity, price.currency)

    @property
    def is_over_limit(self) -> bool:
        return isinstance(self.error, OrderLimitReached)


class OrderPage(View, frozen=True):
    template: ClassVar[str] = "orders/detail.html"
    section: ClassVar[str] = ORDER.section

    row: OrderRow
    may_add: bool
    may_see_invoice: bool
    error: CounterfoilError | None = None
    is_tax_exempt: bool = False

    @property
    def live(self) -> str:
        return "order payment_methods"

    @property
    def is_moving(self) -> bool:
        return self.row.order.status in {Status.ACCEPTED, Status.AWAITING_APPROVAL, Status.FULFILLING}

    @property
    def may_retry(self) -> bool:
        return self.row.order.status is Status.FAILED and self.row.order.error_code not in FOR_STAFF_ONLY

    @property
    def lacks_method(self) -> bool:
        return self.row.order.error_code is StopCode.PAYMENT_METHOD_MISSING

    def cycle(self, billing_cycle: str) -> str:
        return cycle_words(billing_cycle)

"""What must hold before an order is accepted, or tried again. What follows: fulfilment.py."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from counterfoil.billing.clients import Clients
from counterfoil.billing.gateways import Gateways
from counterfoil.billing.products import ProductItem, Products
from counterfoil.errors import (
    IdempotencyKeyReused,
    OrderNotFound,
    OrderNotRetryable,
    PaymentMethodMissing,
    ValidationFailed,
)
from counterfoil.model import Client, Gateway, Money, PaymentMethod
from counterfoil.orders.first_payment import first_payment
from counterfoil.orders.lately import ordered_lately
from counterfoil.orders.order import Item, Order, Status, Step, new_order_id
from counterfoil.orders.repository import OrderRepository
from counterfoil.settings import OrderLimit
from counterfoil.stop_codes import StopCode

MOST_ITEMS = 20
MOST_OF_ONE = 50

UNDER_WAY = (Status.ACCEPTED, Status.AWAITING_APPROVAL, Status.FULFILLING)

FOR_STAFF_ONLY = frozenset({StopCode.BILLING_OUTCOME_UNKNOWN, StopCode.ORDER_CHANGED})
"""Nothing that a customer can do mends these."""


class Wanted(Struct, frozen=True):
    """One line of what a customer asks for."""

    product_id: int
    billing_cycle: str
    quantity: int = 1


class PaymentMethodCheck(Protocol):
    """What a client could pay with, in WHMCS's word of now. Unknown is BillingUnavailable, never nothing."""

    async def usable_for_order(self, client_id: int) -> Sequence[PaymentMethod]: ...


class Offered(Struct, frozen=True):
    """What an order can be made of, for one client."""

    client: Client
    products: tuple[ProductItem, ...]
    gateways: tuple[Gateway, ...]


class PriceChanged(Exception):
    """The first payment is not what the customer agreed to, so nothing was ordered. `offered`: how it is now."""

    def __init__(self, offered: Offered) -> None:
        super().__init__()
        self.offered = offered


class OrderedLately(PriceChanged):
    """The price is right, but they have just ordered the very same. They may have forgotten."""

    def __init__(self, offered: Offered, earlier: Order) -> None:
        super().__init__(offered)
        self.earlier = earlier


class Checkout:
    """`awaits_approval`: orders go to Salesforce first. `wake` is called when there is something to work at."""

    def __init__(
        self,
        repository: OrderRepository,
        payment_methods: PaymentMethodCheck,
        *,
        clients: Clients,
        products: Products,
        gateways: Gateways,
        awaits_approval: bool,
        limit: OrderLimit,
        now: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        self._repository = repository
        self._payment_methods = payment_methods
        self._clients = clients
        self._products = products
        self._gateways = gateways
        self._first_step = Step.REGISTER if awaits_approval else Step.CHECK
        self._limit = limit
        self._now = now
        self._wake = wake

    async def offered(self, client_id: int, *, now: bool = False) -> Offered:
        """`now`: past the cache, as an order needs it. Raises BillingUnavailable, AccountClosed."""
        client = (await self._clients.read(client_id)).value
        if now:
            products = await self._products.offered_now(client.currency)
        else:
            products = (await self._products.read(client.currency)).value.items
        return Offered(client, products, (await self._gateways.read()).value)

    async def place(
        self,
        client_id: int,
        wanted: Sequence[Wanted],
        gateway: str,
        key: str,
        *,
        agreed: Money | None = None,
        account_id: int | None = None,
        known: str | None = None,
        terms: str = "",
    ) -> Order:
        """The order that is accepted now, or was when the same was asked for with the same key before.

        `agreed`: the first payment as the customer was shown it; None for a program, which orders at today's price.
        `known`: the id of the same order of a moment ago, "" if they know of none; None where nobody is asked. `terms`:
        the address of those that they agreed to. What is compared is what is stored, of one read.

        Raises ValidationFailed, PriceChanged, OrderedLately, IdempotencyKeyReused, PaymentMethodMissing,
        OrderLimitReached, BillingUnavailable, and nothing is stored.
        """
        body_hash = hashlib.sha256(msgspec.json.encode([wanted, gateway])).hexdigest()
        if earlier := await self._repository.find(client_id=client_id, idempotency_key=key):
            return _same(earlier, body_hash)
        offered = await self.offered(client_id, now=True)
        items, gateway = _checked(offered, wanted, gateway)
        if agreed is not None and agreed != first_payment(items):
            raise PriceChanged(offered)
        if known is not None:
            recent, _ = await self._repository.of_client(client_id, 1, MOST_ITEMS)
            earlier = ordered_lately(recent, items, gateway, account_id, self._now())
            if earlier is not None and earlier.id != known:
                raise OrderedLately(offered, earlier)
        await self._require_payment_method(client_id)
        order = self._order(client_id, items, gateway, idempotency_key=key, body_hash=body_hash, account_id=account_id)
        if not await self._repository.add(order, self._limit, terms):
            # The same request came twice at once, and the other one was faster.
            return _same(await self._repository.find(client_id=client_id, idempotency_key=key) or order, body_hash)
        self._wake()
        return order

    async def find(self, client_id: int, order_id: str) -> Order:
        """Raises OrderNotFound, for other clients' orders too."""
        order = await self._repository.find(id=order_id)
        if order is None or order.client_id != client_id:
            raise OrderNotFound
        return order

    async def of_client(self, client_id: int, page: int, page_size: int) -> tuple[Sequence[Order], int]:
        """Newest first, and how many there are in all."""
        return await self._repository.of_client(client_id, page, page_size)

    async def retry(self, order: Order, *, by_staff: bool = False) -> Order:
        """Goes on with the step that failed. An order that is under way already stays as it is.

        Raises OrderNotRetryable, PaymentMethodMissing, BillingUnavailable.
        """
        if order.status in UNDER_WAY:
            return order
        if order.status is not Status.FAILED or (order.error_code in FOR_STAFF_ONLY and not by_staff):
            raise OrderNotRetryable
        if order.client_id is not None and not await self._payment_methods.usable_for_order(order.client_id):
            await self._refuse_again(order)
            raise PaymentMethodMissing
        status = Status.ACCEPTED if order.step is Step.REGISTER else Status.FULFILLING
        note = "Retry by staff" if by_staff else "Retry by the customer"
        await self._repository.move(order.id, self._now(), note, [Status.FAILED], **self.begun(order, status))
        self._wake()
        return await self._repository.find(id=order.id) or order

    def begun(self, order: Order, status: Status) -> dict[str, object]:
        """The columns of an order that sets out, or sets out again."""
        fresh = {"error_code": None, "tries": 0, "struggling_since": None}
        return {**fresh, "status": status, "attempt": order.attempt + 1, "due_at": self._now()}

    async def _refuse_again(self, order: Order) -> None:
        """Salesforce learns that it was tried, and why it is not tried further."""
        changes = {"error_code": StopCode.PAYMENT_METHOD_MISSING, "attempt": order.attempt + 1, "due_at": self._now()}
        note = f"Retry refused: {StopCode.PAYMENT_METHOD_MISSING}"
        await self._repository.move(order.id, self._now(), note, [Status.FAILED], status=Status.FAILED, **changes)
        self._wake()

    async def _require_payment_method(self, client_id: int) -> None:
        if not await self._payment_methods.usable_for_order(client_id):
            raise PaymentMethodMissing

    def _order(self, client_id: int, items: tuple[Item, ...], gateway: str, **asked: Any) -> Order:
        now = self._now()
        return Order(
            id=new_order_id(),
            origin="portal",
            client_id=client_id,
            gateway=gateway,
            items=items,
            status=Status.ACCEPTED,
            step=self._first_step,
            created_at=now,
            updated_at=now,
            due_at=now,
            **asked,
        )


def _same(order: Order, body_hash: str) -> Order:
    if order.body_hash != body_hash:
        raise IdempotencyKeyReused
    return order


def _checked(offered: Offered, wanted: Sequence[Wanted], gateway: str) -> tuple[tuple[Item, ...], str]:
    """What is asked for, at today's prices. Without a gateway it is WHMCS's first. Raises ValidationFailed."""
    problems = []
    if not 0 < len(wanted) <= MOST_ITEMS:
        problems.append(("items", "Choose at least one product, and at most 20."))
    products = {product.id: product for product in offered.products}
    items = []
    for place, line in enumerate(wanted[:MOST_ITEMS]):
        item, problem = _item(products.get(line.product_id), line)
        if item is None:
            problems.append((f"items.{place}.{problem[0]}", problem[1]))
        else:
            items.append(item)
    names = [each.id for each in offered.gateways]
    if (gateway not in names) if gateway else not names:
        problems.append(("gateway", "Choose how you want to pay."))
    if problems:
        raise ValidationFailed(*problems)
    return tuple(items), gateway or names[0]


def _item(product: ProductItem | None, line: Wanted) -> tuple[Item | None, tuple[str, str]]:
    offer = product.offer(line.billing_cycle) if product else None
    if product is None:
        return None, ("product_id", "This product cannot be ordered.")
    if offer is None:
        return None, ("billing_cycle", "This product is not offered with this billing cycle.")
    if not 0 < line.quantity <= MOST_OF_ONE:
        return None, ("quantity", "Choose a number from 1 to 50.")
    item = Item(product.id, offer.billing_cycle, line.quantity, product.name, offer.amount, offer.setup_fee)
    return item, ("", "")

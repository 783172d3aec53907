"""The steps of an order: check it, place it in WHMCS exactly once, accept it. Claims and retries: worker.py."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from counterfoil.billing.clients import Clients
from counterfoil.billing.gateways import Gateways
from counterfoil.billing.orders import BillingOrders, InProgress, Line, NotPlaced, OrderedService, OrderRefused
from counterfoil.billing.products import Products
from counterfoil.errors import AccountClosed
from counterfoil.model import Client
from counterfoil.orders.checkout import PaymentMethodCheck
from counterfoil.orders.crm import Crm
from counterfoil.orders.failures import Later, Stop
from counterfoil.orders.order import Order, Status, Step
from counterfoil.orders.order_lines import lines_of
from counterfoil.orders.recovery import find_placed, find_tagged
from counterfoil.orders.repository import ClientIsBusy, OrderRepository
from counterfoil.stop_codes import StopCode
from counterfoil.tracing import NoTracing, Tracing

_log = structlog.get_logger(__name__)

SETTLE = timedelta(seconds=45)
"""How long WHMCS may still be at work on an AddOrder whose answer got lost. Only then does "not there" mean "not
placed". PHP ends a request after 30 s by default, and the portal waits at most WHMCS_TIMEOUT_SECONDS."""

BUSY = 3.0
"""Seconds until an order looks again whether another one of the same client has been placed."""


class Claim(Protocol):
    """The order that one worker holds. `save` writes what it found out, if the order is still its own."""

    order: Order

    async def save(self, note: str, **changes: Any) -> None: ...


class Fulfilment:
    """`tag_field`: the name of the products' custom field that takes the order's id. `most_of_one`: pieces of a product
    that a line of sales staff may be for; for customers checkout says it.
    """

    def __init__(
        self,
        repository: OrderRepository,
        payment_methods: PaymentMethodCheck,
        billing: BillingOrders,
        *,
        clients: Clients,
        products: Products,
        gateways: Gateways,
        crm: Crm | None,
        tag_field: str,
        most_of_one: int,
        now: Callable[[], datetime],
        tracing: Tracing | None = None,
    ) -> None:
        self._repository = repository
        self._payment_methods = payment_methods
        self._billing = billing
        self._clients = clients
        self._products = products
        self._gateways = gateways
        self._crm = crm
        self._tag_field = tag_field
        self._most_of_one = most_of_one
        self._now = now
        self._tracing = tracing or NoTracing()

    async def carry_on(self, claim: Claim) -> None:
        """As far as it goes now. Raises Stop, Later, Unavailable, CrmRefused."""
        if claim.order.step is Step.REGISTER:
            with self._span(claim):
                await self._register(claim)
        if claim.order.status is Status.AWAITING_APPROVAL:
            return
        if claim.order.step is Step.PLACE and claim.order.intent_at is not None:
            with self._span(claim):
                await self._look(claim)
        if claim.order.step in {Step.CHECK, Step.PLACE}:
            # What was checked before a pause need not hold any more.
            with self._span(claim):
                await self._place(claim, await self._check(claim))
        if claim.order.step is Step.ACCEPT:
            with self._span(claim):
                await self._accept(claim)

    @contextmanager
    def _span(self, claim: Claim) -> Iterator[None]:
        with self._tracing.span(f"order {claim.order.step}") as span:
            span.say("counterfoil.order.id", claim.order.id)
            yield

    async def _register(self, claim: Claim) -> None:
        if self._crm is None:
            # Salesforce was switched off meanwhile.
            await claim.save("not registered: no Salesforce", step=Step.CHECK)
            return
        salesforce_id, items = await self._crm.register(claim.order)
        changes = {"salesforce_id": salesforce_id, "items": items, "step": Step.CHECK}
        if claim.order.status is Status.ACCEPTED:
            changes["status"] = Status.AWAITING_APPROVAL
        await claim.save("registered in Salesforce", **changes)

    async def _check(self, claim: Claim) -> list[Line]:
        """What AddOrder is to be sent. Money follows from prices and payment methods, so they are WHMCS's of now."""
        order = claim.order
        if order.client_id is None:
            raise Stop(StopCode.CLIENT_NOT_MAPPED)
        if not order.items or not all(item.product_id and item.billing_cycle for item in order.items):
            raise Stop(StopCode.PRODUCT_NOT_MAPPED)
        self._require_whole_lines(order)
        currency = await self._approved_currency(order)
        client = await self._client(order.client_id)
        if currency and currency != client.currency:
            raise Stop(StopCode.CURRENCY_NOT_MAPPED)
        products = await self._products.read_now()
        lines = [line for item in order.items for line in lines_of(item, products, client.currency, self._tag_field)]
        gateway = await self._gateway(order)
        await self._require_payment_method(order.client_id)
        await claim.save("checked", step=Step.PLACE, status=Status.FULFILLING, gateway=gateway)
        return lines

    async def _approved_currency(self, order: Order) -> str:
        """In which it was approved; empty where the org has only one, or where there is no Salesforce."""
        if self._crm is None or order.salesforce_id is None:
            return ""
        if (known := await self._crm.still_approved(order)) is None:
            raise Stop(StopCode.ORDER_CHANGED)
        return known.currency

    def _require_whole_lines(self, order: Order) -> None:
        """An order without one of its lines would be another order, so none of it is placed."""
        most = self._most_of_one if order.origin == "salesforce" else max(item.quantity for item in order.items)
        if not all(1 <= item.quantity <= most for item in order.items):
            raise Stop(StopCode.QUANTITY_NOT_ALLOWED)

    async def _client(self, client_id: int) -> Client:
        try:
            return (await self._clients.read(client_id)).value
        except AccountClosed:
            raise Stop(StopCode.CLIENT_NOT_MAPPED) from None

    async def _gateway(self, order: Order) -> str:
        names = [gateway.id for gateway in (await self._gateways.read()).value]
        if not names or (order.gateway and order.gateway not in names):
            raise Stop(StopCode.BILLING_REJECTED)
        return order.gateway or names[0]

    async def _require_payment_method(self, client_id: int) -> None:
        if not await self._payment_methods.usable_for_order(client_id):
            raise Stop(StopCode.PAYMENT_METHOD_MISSING)

    async def _place(self, claim: Claim, lines: list[Line]) -> None:
        client_id = claim.order.client_id or 0
        services = await self._billing.services(client_id)
        if found := find_tagged(claim.order, services):
            # Our database is older than WHMCS: a backup was restored, or a failover has lost the last commits.
            await self._adopt(claim, found)
            return
        newest = max((service.order_id for service in services), default=0)
        await self._intend(claim, client_id, newest)
        try:
            placed = await self._billing.place(client_id, claim.order.gateway, lines, claim.order.id)
        except NotPlaced:
            await claim.save("AddOrder was not sent", **_NO_INTENT)
            raise
        except InProgress:
            raise Later(BUSY, "an earlier try is still placing it") from None
        except OrderRefused as refusal:
            await claim.save("AddOrder was refused", **_NO_INTENT)
            rejected = StopCode.CLIENT_NOT_MAPPED if refusal.args[0] == "client" else StopCode.BILLING_REJECTED
            raise Stop(rejected) from None
        await claim.save(
            f"placed as WHMCS order {placed.order_id}",
            step=Step.ACCEPT,
            whmcs_order_id=placed.order_id,
            whmcs_invoice_id=placed.invoice_id,
            whmcs_service_ids=placed.service_ids,
            **_NO_INTENT,
        )

    async def _intend(self, claim: Claim, client_id: int, newest: int) -> None:
        """On record before anything is sent: whoever finds it knows that it has to look."""
        intent = {"intent_at": self._now(), "newest_before": newest, "placing_client_id": client_id}
        try:
            await claim.save("AddOrder is about to be sent", **intent)
        except ClientIsBusy:
            raise Later(BUSY, "another order of the same client is being placed") from None

    async def _look(self, claim: Claim) -> None:
        """Was it placed, although no answer came? WHMCS is never asked to place it again before this is known."""
        order = claim.order
        services = await self._billing.services(order.client_id or 0)
        taken = await self._repository.claimed_elsewhere(order.id, list({service.order_id for service in services}))
        found = find_placed(order, services, taken)
        if found:
            await self._adopt(claim, found)
        elif order.intent_at is not None and self._now() - order.intent_at < SETTLE:
            raise Later(SETTLE.total_seconds() / 3, "WHMCS may still be placing it")
        else:
            await claim.save("it was not placed", step=Step.CHECK, **_NO_INTENT)

    async def _adopt(self, claim: Claim, services: list[OrderedService]) -> None:
        row = await self._billing.order(services[0].order_id)
        if row is None or row.client_id != claim.order.client_id:
            raise Later(BUSY, "WHMCS shows the services and not yet the order")
        await claim.save(
            f"found as WHMCS order {row.id}",
            step=Step.ACCEPT,
            whmcs_order_id=row.id,
            whmcs_invoice_id=row.invoice_id,
            whmcs_service_ids=tuple(service.id for service in services),
            **_NO_INTENT,
        )

    async def _accept(self, claim: Claim) -> None:
        """Looks first: AcceptOrder says the same of an order that was accepted already and of one that never was."""
        order = claim.order
        row = await self._billing.order(order.whmcs_order_id or 0)
        status = row.status.lower() if row and row.client_id == order.client_id else ""
        if status == "pending":
            # A method may have gone since the order was placed, hours ago if WHMCS was down.
            await self._require_payment_method(order.client_id or 0)
            try:
                await self._billing.accept(order.client_id or 0, order.whmcs_order_id or 0)
            except OrderRefused as refusal:
                if refusal.args[0] == "not_pending":
                    raise Later(BUSY, "WHMCS says that it is not pending; looking again") from None
                raise Stop(StopCode.BILLING_REJECTED) from None
        elif status != "active":
            _log.warning("a WHMCS order cannot be accepted", order_id=order.id, found=bool(row), status=status)
            raise Stop(StopCode.BILLING_REJECTED)
        await claim.save("accepted by WHMCS", step=Step.DONE, status=Status.ACTIVE)


_NO_INTENT: dict[str, None] = {"intent_at": None, "newest_before": None, "placing_client_id": None}

"""Choosing, reviewing and placing an order, and the page that follows it. Rules live in orders/checkout.py."""

import secrets
from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect

from counterfoil.audit.entries import Action
from counterfoil.errors import (
    CounterfoilError,
    OrderLimitReached,
    OrderNotFound,
    OrderNotRetryable,
    PaymentMethodMissing,
    ValidationFailed,
)
from counterfoil.orders.checkout import Offered, OrderedLately, PriceChanged
from counterfoil.orders.lately import PAGE_KEY
from counterfoil.orders.order import Item, Order
from counterfoil.settings.features import Feature
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import order_id_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.elsewhere import order_elsewhere
from counterfoil.web.pages.page_responses import respond_unstored
from counterfoil.web.recording import record
from counterfoil.web.services import GivenServices, Services
from counterfoil.web.text.catalogue import translatable
from counterfoil.web.views.money.order_choice import Choice, TermsNotAgreed
from counterfoil.web.views.orders import ChoosePage, Chosen, OrderPage, OrderRow, ReviewPage

NOTHING_CHOSEN = translatable("Please choose what you want to order.")

LATEST = 5
"""Orders shown below what can be ordered."""


@get("/order", permission="orders", feature=Feature.ORDERS, include_in_schema=False)
async def order_page(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    """With a choice in the address its review, so that the customer can come back to it; otherwise the choice."""
    query = request.query_params
    choice = Choice(query.get("offer", ""), query.get("quantity", "1"), query.get("gateway", ""))
    offered = await services.orders.checkout.offered(viewer_of(request).client)
    if "change" in query or not choice.offer:
        return await _choose(request, services, offered, choice)
    chosen = _chosen(offered, choice)
    if chosen is None:
        return await _choose(request, services, offered, choice, NOTHING_CHOSEN)
    return await _review(request, services, offered, chosen, secrets.token_hex(16))


@post("/order", permission="orders", feature=Feature.ORDERS, same_account=True, include_in_schema=False)
async def place(request: AnyRequest, services: GivenServices, data: URLEncodedBody[Choice]) -> Response[Any]:
    viewer, checkout = viewer_of(request), services.orders.checkout
    await services.limits.hit("order", viewer.counted_as)
    wanted = data.wanted
    if wanted is None or not 0 < len(data.key) <= 64 or not data.key.isalnum():
        offered = await checkout.offered(viewer.client, now=True)
        return await _choose(request, services, offered, data, NOTHING_CHOSEN)
    try:
        data.require_terms(services.settings.terms_url)
        order = await checkout.place(
            viewer.client,
            [wanted],
            data.gateway,
            PAGE_KEY + data.key,
            agreed=data.agreed,
            account_id=viewer.account_id,
            known=data.again,
            terms=services.settings.terms_url,
        )
    except OrderedLately as again:
        return await _review_again(request, services, again.offered, data, lately=again.earlier)
    except PriceChanged as changed:
        return await _review_again(request, services, changed.offered, data)
    except (PaymentMethodMissing, OrderLimitReached, TermsNotAgreed) as error:
        offered = await checkout.offered(viewer.client, now=True)
        return await _review_again(request, services, offered, data, error)
    except ValidationFailed:
        # On offer when the page was made, and not any more.
        offered = await checkout.offered(viewer.client, now=True)
        return await _choose(request, services, offered, data, NOTHING_CHOSEN)
    return Redirect(f"/orders/{order.id}", status_code=303, headers=NO_STORE)


@get("/orders/{order_id:str}", permission="orders", feature=Feature.ORDERS, include_in_schema=False)
async def detail_page(request: AnyRequest, services: GivenServices, order_id: FromPath[str]) -> Response[Any]:
    wanted = order_id_of(order_id)
    try:
        order = await services.orders.checkout.find(viewer_of(request).client, wanted)
    except OrderNotFound:
        if elsewhere := await order_elsewhere(request, services, wanted):
            return elsewhere
        raise
    return await _detail(request, services, order)


@post(
    "/orders/{order_id:str}/retry",
    permission="orders",
    feature=Feature.ORDERS,
    same_account=True,
    include_in_schema=False,
)
async def retry(request: AnyRequest, services: GivenServices, order_id: FromPath[str]) -> Response[Any]:
    viewer = viewer_of(request)
    await services.limits.hit("order", viewer.counted_as)
    order = await services.orders.checkout.find(viewer.client, order_id_of(order_id))
    try:
        await services.orders.checkout.retry(order)
        await record(request, services, Action.ORDER_RETRIED, {"order": order.id})
    except (PaymentMethodMissing, OrderNotRetryable) as error:
        return await _detail(request, services, order, error)
    return Redirect(f"/orders/{order.id}", status_code=303, headers=NO_STORE)


def _chosen(offered: Offered, choice: Choice) -> Chosen | None:
    """None when it is not, or not any more, on offer."""
    wanted = choice.wanted
    product = next((each for each in offered.products if wanted and each.id == wanted.product_id), None)
    offer = product.offer(wanted.billing_cycle) if product and wanted else None
    gateway = next((each for each in offered.gateways if each.id == choice.gateway), None)
    if gateway is None and not choice.gateway:
        gateway = next(iter(offered.gateways), None)
    if wanted is None or product is None or offer is None or gateway is None:
        return None
    item = Item(product.id, offer.billing_cycle, wanted.quantity, product.name, offer.amount, offer.setup_fee)
    return Chosen(product, item, gateway)


async def _choose(
    request: AnyRequest, services: Services, offered: Offered, choice: Choice, error: str = ""
) -> Response[bytes]:
    viewer = viewer_of(request)
    products = await services.orders.products.read(offered.client.currency)
    orders, _ = await services.orders.checkout.of_client(viewer.client, 1, LATEST)
    page = ChoosePage(
        products=offered.products,
        gateways=offered.gateways,
        orders=tuple(OrderRow(order) for order in orders),
        as_of=products.value.as_of,
        offer=choice.offer,
        quantity=choice.number,
        gateway=choice.gateway,
        error=error,
        is_tax_exempt=offered.client.is_tax_exempt is True,
    )
    return await respond_unstored(request, services, page, status=422 if error else 200)


async def _review(
    request: AnyRequest,
    services: Services,
    offered: Offered,
    chosen: Chosen,
    key: str,
    *,
    error: CounterfoilError | None = None,
    has_changed: bool = False,
    lately: Order | None = None,
) -> Response[bytes]:
    viewer = viewer_of(request)
    methods = await services.payment_methods.overview(viewer.client, viewer.account_id)
    page = ReviewPage(
        chosen=chosen,
        key=key,
        is_ready=methods.value.is_ready_for_orders and not isinstance(error, PaymentMethodMissing),
        may_add=viewer.allows("invoices"),
        error=error,
        has_changed=has_changed,
        lately=lately,
        minutes=max(1, int((datetime.now(UTC) - lately.created_at).total_seconds() / 60)) if lately else 0,
        terms_url=services.settings.terms_url,
        button=services.settings.order_button,
        is_tax_exempt=offered.client.is_tax_exempt is True,
    )
    status = error.status if error else 409 if has_changed or lately else 200
    return await respond_unstored(request, services, page, status=status)


async def _review_again(
    request: AnyRequest,
    services: Services,
    offered: Offered,
    choice: Choice,
    error: CounterfoilError | None = None,
    *,
    lately: Order | None = None,
) -> Response[bytes]:
    """With what stands against it: an error, the same order of a moment ago, or else the new price."""
    chosen = _chosen(offered, choice)
    if chosen is None:
        return await _choose(request, services, offered, choice, NOTHING_CHOSEN)
    has_changed = error is None and lately is None
    return await _review(
        request, services, offered, chosen, choice.key, error=error, has_changed=has_changed, lately=lately
    )


async def _detail(
    request: AnyRequest, services: Services, order: Order, error: CounterfoilError | None = None
) -> Response[bytes]:
    viewer = viewer_of(request)
    may_see, client = viewer.allows("invoices"), await services.clients.cached(viewer.client)
    is_exempt = client is not None and client.is_tax_exempt is True
    page = OrderPage(OrderRow(order), may_see, may_see_invoice=may_see, error=error, is_tax_exempt=is_exempt)
    return await respond_unstored(request, services, page, status=error.status if error else 200)

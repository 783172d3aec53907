"""The JSON API for what can be ordered, and for orders. Rules live in orders/checkout.py."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from counterfoil.audit.entries import Action
from counterfoil.billing.products import ProductList
from counterfoil.errors import (
    IdempotencyKeyReused,
    OrderLimitReached,
    OrderNotFound,
    OrderNotRetryable,
    PaymentMethodMissing,
)
from counterfoil.model import Money
from counterfoil.orders.checkout import MOST_ITEMS, MOST_OF_ONE, Wanted
from counterfoil.orders.order import Order, Status
from counterfoil.settings.features import Feature
from counterfoil.web.api.description.answers import answers, request_header
from counterfoil.web.api.json_responses import JSON
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import ROWS, PageSize, not_valid, order_id_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.http.responses import respond_uncached
from counterfoil.web.recording import record
from counterfoil.web.services import GivenServices
from counterfoil.web.text.catalogue import negotiate_language, translator

LONGEST_KEY = 255

_KEY = request_header(
    "Idempotency-Key",
    required=True,
    pattern="^[!-~]([ -~]*[!-~])?$",
    minLength=1,
    maxLength=LONGEST_KEY,
    description="Any printable text, another one for each order: the same key and body give the same order.",
)
_LOCATION = {"Location": {"description": "Where the order is read.", "schema": {"type": "string"}}}


class ItemBody(Struct):
    product_id: Annotated[int, Meta(ge=1, lt=2**31)]
    billing_cycle: Annotated[str, Meta(min_length=1, max_length=20)]
    quantity: Annotated[int, Meta(ge=1, le=MOST_OF_ONE)] = 1


class OrderBody(Struct):
    items: Annotated[list[ItemBody], Meta(min_length=1, max_length=MOST_ITEMS)]
    gateway: Annotated[str, Meta(max_length=100)] = ""
    """Empty: WHMCS's first."""


class OrderLine(Struct, frozen=True):
    product_id: int | None
    name: str
    billing_cycle: str
    quantity: int
    price: Money | None
    setup_fee: Money | None


class OrderError(Struct, frozen=True):
    """`code` is one of the codes of docs/orders.md; `message` is in the reader's language."""

    code: str
    message: str


class OrderDetail(Struct, frozen=True):
    """`invoice_id` is the invoice that WHMCS made of it, once there is one."""

    id: str
    status: Status
    items: list[OrderLine]
    gateway: str
    total: Money | None
    created_at: datetime
    updated_at: datetime
    invoice_id: int | None
    error: OrderError | None
    as_of: datetime


class OrderList(Struct, frozen=True):
    items: list[OrderDetail]
    page: int
    page_size: int
    total: int
    as_of: datetime


@get("/api/v1/products", responses=answers(ProductList), permission="orders", feature=Feature.ORDERS, programs="read")
async def list_products(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    """What the client can order, in the client's currency."""
    client = await services.clients.read(viewer_of(request).client)
    products = await services.orders.products.read(client.value.currency)
    return respond_uncached(request, msgspec.json.encode(products.value), media_type=JSON)


@post(
    "/api/v1/orders",
    permission="orders",
    feature=Feature.ORDERS,
    status_code=202,
    errors=(PaymentMethodMissing, OrderLimitReached, IdempotencyKeyReused),
    request_headers=(_KEY,),
    sends_headers=_LOCATION,
)
async def place_order(request: AnyRequest, services: GivenServices, data: JSONBody[OrderBody]) -> Response[OrderDetail]:
    """Needs the header Idempotency-Key: the same key and body give the same order, however often they are sent. 409
    `payment_method_missing`: nothing was created, and the same key can be used again.
    """
    viewer = viewer_of(request)
    key = key_of(request)
    await services.limits.hit("order", viewer.counted_as)
    wanted = [Wanted(item.product_id, item.billing_cycle, item.quantity) for item in data.items]
    order = await services.orders.checkout.place(viewer.client, wanted, data.gateway, key, account_id=viewer.account_id)
    return _accepted(request, order)


@get("/api/v1/orders", responses=answers(OrderList), permission="orders", feature=Feature.ORDERS, programs="read")
async def list_orders(
    request: AnyRequest,
    services: GivenServices,
    page: Annotated[int, QueryParameter(ge=1, le=10_000)] = 1,
    page_size: PageSize = ROWS,
) -> Response[bytes]:
    """Newest first."""
    as_of = datetime.now(UTC)
    orders, total = await services.orders.checkout.of_client(viewer_of(request).client, page, page_size)
    shown = [shown_order(order, language_of(request), as_of) for order in orders]
    body = msgspec.json.encode(OrderList(shown, page, page_size, total, as_of))
    return respond_uncached(request, body, media_type=JSON, seen=_version(request, orders, page, page_size, total))


@get(
    "/api/v1/orders/{order_id:str}",
    responses=answers(OrderDetail),
    errors=(OrderNotFound,),
    permission="orders",
    feature=Feature.ORDERS,
    programs="read",
)
async def get_order(request: AnyRequest, services: GivenServices, order_id: FromPath[str]) -> Response[bytes]:
    as_of = datetime.now(UTC)
    order = await services.orders.checkout.find(viewer_of(request).client, order_id_of(order_id))
    body = msgspec.json.encode(shown_order(order, language_of(request), as_of))
    return respond_uncached(request, body, media_type=JSON, seen=_version(request, [order]))


@post(
    "/api/v1/orders/{order_id:str}/retry",
    permission="orders",
    feature=Feature.ORDERS,
    status_code=202,
    errors=(OrderNotFound, OrderNotRetryable, PaymentMethodMissing),
    sends_headers=_LOCATION,
)
async def retry_order(request: AnyRequest, services: GivenServices, order_id: FromPath[str]) -> Response[OrderDetail]:
    """Goes on where a failed order stopped, once the cause is mended."""
    viewer = viewer_of(request)
    await services.limits.hit("order", viewer.counted_as)
    order = await services.orders.checkout.find(viewer.client, order_id_of(order_id))
    order = await services.orders.checkout.retry(order)
    await record(request, services, Action.ORDER_RETRIED, {"order": order.id})
    return _accepted(request, order)


def _accepted(request: AnyRequest, order: Order) -> Response[OrderDetail]:
    shown = shown_order(order, language_of(request), datetime.now(UTC))
    headers = {**NO_STORE, "location": f"/api/v1/orders/{order.id}"}
    return Response(shown, status_code=202, headers=headers, media_type=JSON)


def key_of(request: AnyRequest) -> str:
    """Any printable text. Raises ValidationFailed."""
    key = request.headers.get("idempotency-key", "").strip()
    if not 0 < len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise not_valid("Idempotency-Key")
    return key


def language_of(request: AnyRequest) -> str:
    return negotiate_language(request.headers.get("accept-language", ""))


def shown_order(order: Order, language: str, as_of: datetime) -> OrderDetail:
    words = translator(language)
    return OrderDetail(
        id=order.id,
        status=order.status,
        items=[
            OrderLine(item.product_id, item.name, item.billing_cycle, item.quantity, item.price, item.setup_fee)
            for item in order.items
        ],
        gateway=order.gateway,
        total=order.total,
        created_at=order.created_at,
        updated_at=order.updated_at,
        invoice_id=order.whmcs_invoice_id,
        error=OrderError(order.error_code, words(order.error_code.words)) if order.error_code else None,
        as_of=as_of,
    )


def _version(request: AnyRequest, orders: Sequence[Order], *more: int) -> str:
    """Changes whenever the answer does, `as_of` aside."""
    moved = [f"{order.id}@{order.updated_at.timestamp()}" for order in orders]
    return " ".join([language_of(request), *moved, *map(str, more)])

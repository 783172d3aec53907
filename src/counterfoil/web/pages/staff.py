"""The staff console: orders that stopped or wait, and Retry. For granted people only (`counterfoil staff grant`)."""

from typing import Any

import structlog
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from counterfoil.audit.entries import Action, Detail, Entry, staff
from counterfoil.errors import (
    AccountClosed,
    CounterfoilError,
    OrderNotFound,
    OrderNotRetryable,
    PaymentMethodMissing,
    PermissionDenied,
)
from counterfoil.orders.order import Order, Status
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import order_id_of
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.pages.page_responses import respond_unstored
from counterfoil.web.services import GivenServices, Services
from counterfoil.web.views.orders import OrderRow
from counterfoil.web.views.staff import StaffOrder, StaffPage

_log = structlog.get_logger(__name__)

MOST = 50
"""Orders of each kind on the page; the rest are rows of the table portal_order."""


@get("/staff", signed_in=True, include_in_schema=False)
async def staff_page(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    _require_staff(request)
    return await _page(request, services)


@post("/staff/orders/{order_id:str}/retry", signed_in=True, same_account=True, include_in_schema=False)
async def retry(request: AnyRequest, services: GivenServices, order_id: FromPath[str]) -> Response[Any]:
    _require_staff(request)
    order = await services.orders.repository.find(id=order_id_of(order_id))
    if order is None:
        raise OrderNotFound
    _log.info("retry by staff", order_id=order.id, account=viewer_of(request).account_id)
    try:
        await services.orders.checkout.retry(order, by_staff=True)
        await services.audit.record(_retried(request, order))
    except (AccountClosed, PaymentMethodMissing, OrderNotRetryable) as error:
        return await _page(request, services, error)
    return Redirect("/staff", status_code=303, headers=NO_STORE)


def _retried(request: AnyRequest, order: Order) -> Entry:
    by, where = staff(viewer_of(request).account_id), context_of(request.scope).address
    details: dict[str, Detail] = {"order": order.id}
    return Entry(Action.ORDER_RETRIED, by, order.account_id, order.client_id, details=details, address=where)


def _require_staff(request: AnyRequest) -> None:
    if not viewer_of(request).is_staff:
        raise PermissionDenied("staff")


async def _page(request: AnyRequest, services: Services, error: CounterfoilError | None = None) -> Response[bytes]:
    orders = services.orders.repository
    stopped = await orders.with_status(Status.FAILED, limit=MOST)
    waiting = await orders.with_status(Status.ACCEPTED, Status.AWAITING_APPROVAL, Status.FULFILLING, limit=MOST)
    # Over here, but Salesforce refuses to be told. Those that stopped are among the stopped ones already.
    unheard = [order for order in await orders.unheard(MOST) if order.status is Status.ACTIVE]

    async def shown(order: Order) -> StaffOrder:
        return StaffOrder(OrderRow(order), tuple((await orders.events(order.id))[-20:]))

    page = StaffPage(
        stopped=tuple([await shown(order) for order in stopped]),
        waiting=tuple([await shown(order) for order in [*unheard, *waiting]]),
        error=error,
    )
    return await respond_unstored(request, services, page, status=error.status if error else 200)

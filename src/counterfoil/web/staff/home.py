"""The console's first page, orders in every state, and Retry."""

from typing import Any

import structlog
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from counterfoil.audit.entries import Action, Detail, Entry, staff
from counterfoil.errors import (
    AccountClosed,
    CounterfoilError,
    OrderNotFound,
    OrderNotRetryable,
    PaymentMethodMissing,
)
from counterfoil.orders.order import Order, Status
from counterfoil.settings.features import Feature
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import order_id_of
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.pages.page_responses import respond_unstored
from counterfoil.web.services import GivenServices, Services
from counterfoil.web.staff.finding import find, find_failures
from counterfoil.web.views.staff.customers import SearchPage
from counterfoil.web.views.staff.orders import StaffOrder, StaffOrdersPage, StaffPage, shown_order

_log = structlog.get_logger(__name__)

MOST = 50
"""Orders of each kind on the page; the rest are found by the search."""


@get("/staff", staff=True, include_in_schema=False)
async def staff_page(request: AnyRequest, services: GivenServices, q: FromQuery[str] = "") -> Response[bytes]:
    if not q.strip():
        return await _page(request, services)
    query = q.strip()[:254]
    failures = await find_failures(services, query)
    hits, unsaid = ([], False) if failures else await find(services, query)
    return await respond_unstored(request, services, SearchPage(query, tuple(hits), failures, unsaid=unsaid))


@get("/staff/orders", staff=True, feature=Feature.ORDERS, include_in_schema=False)
async def orders_page(
    request: AnyRequest, services: GivenServices, status: FromQuery[str] = "", q: FromQuery[str] = ""
) -> Response[bytes]:
    wanted = status if status in set(Status) else ""
    query = q.strip()[:64]
    found = await services.orders.repository.search(query, Status(wanted) if wanted else None, limit=MOST + 1)
    shown = tuple([await _with_events(services, order) for order in found[:MOST]])
    page = StaffOrdersPage(shown, wanted, query, has_more=len(found) > MOST)
    return await respond_unstored(request, services, page)


@post(
    "/staff/orders/{order_id:str}/retry",
    staff=True,
    feature=Feature.ORDERS,
    same_account=True,
    include_in_schema=False,
)
async def retry(request: AnyRequest, services: GivenServices, order_id: FromPath[str]) -> Response[Any]:
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


async def _page(request: AnyRequest, services: Services, error: CounterfoilError | None = None) -> Response[bytes]:
    orders = services.orders.repository
    stopped = await orders.with_status(Status.FAILED, limit=MOST)
    waiting = await orders.with_status(Status.ACCEPTED, Status.AWAITING_APPROVAL, Status.FULFILLING, limit=MOST)
    # Over here, but Salesforce refuses to be told. Those that stopped are among the stopped ones already.
    unheard = [order for order in await orders.unheard(MOST) if order.status is Status.ACTIVE]
    page = StaffPage(
        stopped=tuple([await _with_events(services, order) for order in stopped]),
        waiting=tuple([await _with_events(services, order) for order in [*unheard, *waiting]]),
        health=services.whmcs_health(),
        error=error,
    )
    return await respond_unstored(request, services, page, status=error.status if error else 200)


async def _with_events(services: Services, order: Order) -> StaffOrder:
    who = await services.people.by_id(order.account_id) if order.account_id else None
    events = tuple((await services.orders.repository.events(order.id))[-20:])
    return shown_order(order, events, who.name if who else "")

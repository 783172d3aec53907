"""Saved payment methods as a page, and the way to WHMCS, where they are changed, and back."""

from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from counterfoil.cache.scopes import SHARED_SCOPE
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.hand_offs import hand_over
from counterfoil.web.pages.page_responses import respond_page
from counterfoil.web.services import GivenServices
from counterfoil.web.views.navigation import PAYMENT_METHODS
from counterfoil.web.views.payment_methods import PaymentMethodsPage


@get("/payment-methods", permission="invoices", also_shows=SHARED_SCOPE, include_in_schema=False)
async def list_page(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    viewer = viewer_of(request)
    reading = await services.payment_methods.overview(viewer.client, viewer.account_id)
    return await respond_page(request, services, reading, PaymentMethodsPage(shown=reading.value), reading.value.client)


@post("/payment-methods/manage", permission="invoices", same_account=True, include_in_schema=False)
async def manage(request: AnyRequest, services: GivenServices) -> Response[Any]:
    viewer = viewer_of(request)
    ask = partial(services.hand_offs.manage_payment_methods, viewer.client, viewer.user_id)
    return await hand_over(request, services, ask, back_href=PAYMENT_METHODS.href)


@get("/return/payment-methods", permission="invoices", has_effect=True, include_in_schema=False)
async def come_back(request: AnyRequest, services: GivenServices) -> Redirect:
    """Where WHMCS's templates may link to. As for invoices: it only makes us read again."""
    viewer = viewer_of(request)
    await services.limits.hit("return", viewer.counted_as)
    await services.hand_offs.returned(viewer.client)
    return Redirect(PAYMENT_METHODS.href, status_code=303, headers=NO_STORE)

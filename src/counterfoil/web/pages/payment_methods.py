"""Saved payment methods as a page, and the way to WHMCS, where they are changed, and back."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from counterfoil.billing.lifetimes import GATEWAY_SCOPE
from counterfoil.web.api.session import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.paying import away
from counterfoil.web.pages.shells import HTML, shell_for
from counterfoil.web.services import GivenParts
from counterfoil.web.views.pages import PAYMENT_METHODS
from counterfoil.web.views.payment_methods import PaymentMethodsPage


@get("/payment-methods", permission="invoices", also_shows=GATEWAY_SCOPE, include_in_schema=False)
async def list_page(request: AnyRequest, parts: GivenParts) -> Response[bytes]:
    viewer = viewer_of(request)
    reading = await parts.payment_methods.overview(viewer.client, viewer.account_id)
    page = PaymentMethodsPage(shown=reading.value)
    body = parts.renderer.page(page, shell_for(request, viewer, reading.value.client))
    return await parts.answers.give(request, reading, body, permission="invoices", media_type=HTML)


@post("/payment-methods/manage", permission="invoices", include_in_schema=False)
async def manage(request: AnyRequest, parts: GivenParts) -> Response[Any]:
    viewer = viewer_of(request)
    await parts.limits.hit("sso_link", str(viewer.account_id))
    hand_off = await parts.hand_offs.manage_payment_methods(viewer.client, viewer.user_id)
    return await away(request, parts, hand_off, PAYMENT_METHODS.href)


@get("/return/payment-methods", permission="invoices", include_in_schema=False)
async def come_back(request: AnyRequest, parts: GivenParts) -> Redirect:
    """Where WHMCS's templates may link to. As for invoices: it only makes us read again."""
    viewer = viewer_of(request)
    await parts.limits.hit("return", str(viewer.account_id))
    await parts.hand_offs.returned(viewer.client)
    return Redirect(PAYMENT_METHODS.href, status_code=303, headers=NO_STORE)

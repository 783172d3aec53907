"""Paying several invoices at once, with a plain form. What is checked before: billing/hand_offs.py."""

from typing import Any

from litestar import Response, post

from counterfoil.errors import NoInvoiceChosen
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import invoice_id_of, invoices_together
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.hand_offs import redirect_to_whmcs
from counterfoil.web.pages.payments_awaited import paying_cookie
from counterfoil.web.services import GivenServices
from counterfoil.web.views.navigation import INVOICES


@post("/invoices/pay", permission="invoices", same_account=True, include_in_schema=False)
async def pay(request: AnyRequest, services: GivenServices) -> Response[Any]:
    viewer, form = viewer_of(request), await request.form()
    ids = [invoice_id_of(str(text)) for text in form.getall("invoice_ids", [])]
    if not ids:
        raise NoInvoiceChosen
    chosen = invoices_together(ids)
    await services.limits.hit("sso_link", viewer.counted_as)
    hand_off = await services.hand_offs.pay_together(viewer.client, viewer.user_id, chosen)
    response = await redirect_to_whmcs(request, services, hand_off, INVOICES.href)
    response.cookies.append(paying_cookie(request, services, *chosen))
    return response

"""Paying several invoices at once, with a plain form. What is checked before: billing/hand_offs/payments.py."""

from functools import partial
from typing import Any

from litestar import Response, post

from counterfoil.errors import NoInvoiceChosen
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import invoice_id_of, invoices_together
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.payments_awaited import go_to_pay
from counterfoil.web.services import GivenServices
from counterfoil.web.views.navigation import INVOICES


@post("/invoices/pay", permission="invoices", same_account=True, include_in_schema=False)
async def pay(request: AnyRequest, services: GivenServices) -> Response[Any]:
    viewer, form = viewer_of(request), await request.form()
    ids = [invoice_id_of(str(text)) for text in form.getall("invoice_ids", [])]
    if not ids:
        raise NoInvoiceChosen
    chosen = invoices_together(ids)
    ask = partial(services.hand_offs.pay_together, viewer.client, viewer.user_id, chosen)
    return await go_to_pay(request, services, chosen, ask, back_href=INVOICES.href)

"""Paying several invoices at once, for programs and for people. What is checked before: billing/hand_offs.py."""

from typing import Annotated, Any

from litestar import Response, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from counterfoil.billing.hand_offs import MOST_TOGETHER, HandOff
from counterfoil.errors import InvoiceNotFound, NoInvoiceChosen, ValidationFailed
from counterfoil.web.api.invoices import MAX_ID, PaymentLink, id_of, link_answer
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.paying import paying_cookie, redirect_to_whmcs
from counterfoil.web.services import GivenServices, Services
from counterfoil.web.text.catalogue import translatable


class ChosenInvoices(Struct):
    invoice_ids: Annotated[list[int], Meta(min_length=1, max_length=MOST_TOGETHER)]


@post("/api/v1/invoices/payment-link", permission="invoices", status_code=200)
async def payment_link(
    request: AnyRequest, services: GivenServices, data: JSONBody[ChosenInvoices]
) -> Response[PaymentLink]:
    if not all(0 < invoice_id <= MAX_ID for invoice_id in data.invoice_ids):
        raise InvoiceNotFound
    return link_answer(await _hand_off(request, services, data.invoice_ids))


@post("/invoices/pay", permission="invoices", include_in_schema=False)
async def pay(request: AnyRequest, services: GivenServices) -> Response[Any]:
    form = await request.form()
    chosen = [id_of(str(text)) for text in form.getall("invoice_ids", [])]
    if not chosen:
        raise NoInvoiceChosen
    response = await redirect_to_whmcs(request, services, await _hand_off(request, services, chosen), "/invoices")
    response.cookies.append(paying_cookie(request, services, *chosen))
    return response


async def _hand_off(request: AnyRequest, services: Services, invoice_ids: list[int]) -> HandOff:
    if len(invoice_ids) > MOST_TOGETHER or len(set(invoice_ids)) < len(invoice_ids):
        # Of one that stands there twice nobody knows what is meant: to pay it twice would be wrong.
        raise ValidationFailed(("invoice_ids", translatable("This value is not valid.")))
    viewer = viewer_of(request)
    await services.limits.hit("sso_link", str(viewer.account_id))
    return await services.hand_offs.pay_together(viewer.client, viewer.user_id, invoice_ids)

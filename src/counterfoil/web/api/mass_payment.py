"""The JSON API for paying several invoices at once. What is checked before: billing/hand_offs/payments.py."""

from typing import Annotated

from litestar import Response, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from counterfoil.billing.hand_offs.payments import MOST_TOGETHER
from counterfoil.errors import InvoiceNotFound, InvoiceNotPayable, SeveralCurrencies
from counterfoil.web.api.hand_offs import PaymentLink, link_to
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import invoices_together
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices

_ERRORS = (InvoiceNotFound, InvoiceNotPayable, SeveralCurrencies)


class ChosenInvoices(Struct):
    invoice_ids: Annotated[list[int], Meta(min_length=1, max_length=MOST_TOGETHER)]


@post("/api/v1/invoices/payment-link", permission="invoices", programs="pay", status_code=200, errors=_ERRORS)
async def payment_link(
    request: AnyRequest, services: GivenServices, data: JSONBody[ChosenInvoices]
) -> Response[PaymentLink]:
    viewer, chosen = viewer_of(request), invoices_together(data.invoice_ids)
    await services.limits.hit("sso_link", viewer.counted_as)
    return await link_to(
        request, services, await services.hand_offs.pay_together(viewer.client, viewer.user_id, chosen)
    )

"""The JSON API for invoices: parameters in, billing's answer out. Rules live in billing/invoices/."""

from typing import Annotated

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter
from msgspec.structs import replace

from counterfoil.billing.invoices.shown import InvoiceDetail, InvoiceList
from counterfoil.billing.reading import Reading
from counterfoil.errors import InvoiceNotFound, InvoiceNotPayable
from counterfoil.web.api.description.answers import answers
from counterfoil.web.api.hand_offs import PaymentLink, link_to
from counterfoil.web.api.invoice_filters import FILTERED, GivenFilters
from counterfoil.web.api.json_responses import respond_json
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import ROWS, PageSize, invoice_id_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices


@get("/api/v1/invoices", responses=answers(InvoiceList), permission="invoices", programs="read", dependencies=FILTERED)
async def list_invoices(
    request: AnyRequest,
    services: GivenServices,
    filters: GivenFilters,
    page: Annotated[int, QueryParameter(ge=1)] = 1,
    page_size: PageSize = ROWS,
) -> Response[bytes]:
    query = replace(filters, page=page, page_size=page_size)
    reading: Reading[InvoiceList] = await services.invoices.page(viewer_of(request).client, query)
    return await respond_json(request, services, reading, reading.value)


@get(
    "/api/v1/invoices/{invoice_id:str}",
    responses=answers(InvoiceDetail),
    errors=(InvoiceNotFound,),
    permission="invoices",
    programs="read",
)
async def get_invoice(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Response[bytes]:
    viewer = viewer_of(request)
    reading: Reading[InvoiceDetail] = await services.invoices.detail(viewer.client, invoice_id_of(invoice_id))
    return await respond_json(request, services, reading, reading.value)


@post(
    "/api/v1/invoices/{invoice_id:str}/payment-link",
    permission="invoices",
    programs="pay",
    status_code=200,
    errors=(InvoiceNotFound, InvoiceNotPayable),
)
async def payment_link(
    request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]
) -> Response[PaymentLink]:
    viewer = viewer_of(request)
    await services.limits.hit("sso_link", viewer.counted_as)
    return await link_to(
        request, services, await services.hand_offs.pay(viewer.client, viewer.user_id, invoice_id_of(invoice_id))
    )


@post(
    "/api/v1/invoices/{invoice_id:str}/pdf-link",
    permission="invoices",
    programs="pay",
    status_code=200,
    errors=(InvoiceNotFound,),
)
async def pdf_link(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Response[PaymentLink]:
    viewer = viewer_of(request)
    await services.limits.hit("sso_link", viewer.counted_as)
    return await link_to(
        request, services, await services.hand_offs.pdf(viewer.client, viewer.user_id, invoice_id_of(invoice_id))
    )

"""The list and one invoice as pages, and the way to WHMCS and back. Rules live in billing/invoices/."""

import time
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from counterfoil.billing.invoices.reads import Overview
from counterfoil.billing.invoices.shown import InvoiceDetail
from counterfoil.billing.reading import Reading
from counterfoil.errors import InvoiceNotFound
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import invoice_id_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.elsewhere import invoice_elsewhere
from counterfoil.web.pages.gateway_names import NameOf, with_gateways
from counterfoil.web.pages.hand_offs import redirect_to_whmcs
from counterfoil.web.pages.page_responses import respond_page
from counterfoil.web.pages.payments_awaited import (
    CHECKING,
    UNCONFIRMED,
    paying_cookie,
    payments_awaited,
    payments_started,
    words_change_at,
)
from counterfoil.web.services import GivenServices
from counterfoil.web.views.invoices import InvoicePage, InvoicesPage
from counterfoil.web.views.list_query import read_list_query


@get("/invoices", permission="invoices", include_in_schema=False)
async def list_page(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    query = read_list_query(request.query_params)
    reading: Reading[Overview] = await services.invoices.overview(viewer_of(request).client, query.as_invoice_query())
    shown, awaited = reading.value, payments_awaited(request)
    page = InvoicesPage(
        query=query,
        invoices=shown.invoices,
        figures=shown.totals,
        open_count=shown.open_count,
        years=shown.years,
        today=services.calendar.today(),
        has_pdf=True,
        checking=awaited.checking,
        unconfirmed=awaited.unconfirmed,
    )
    reading = reading._replace(expires_at=min(reading.expires_at, awaited.until))
    return await respond_page(request, services, reading, page, shown.client)


@get("/invoices/{invoice_id:str}", permission="invoices", include_in_schema=False)
async def detail_page(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Response[Any]:
    viewer, number = viewer_of(request), invoice_id_of(invoice_id)
    try:
        reading, client = await services.invoices.detail_with_client(viewer.client, number)
    except InvoiceNotFound:
        if elsewhere := await invoice_elsewhere(request, services, number):
            return elsewhere
        raise
    reading, name_of = await with_gateways(services, reading)
    away_for = time.time() - payments_started(request).get(number, 0)
    page = InvoicePage(
        invoice=_with_names(reading.value, name_of),
        client=client,
        today=services.calendar.today(),
        # The address says so in the first moments, before the answer to Pay has set the cookie.
        is_awaiting="awaiting" in request.query_params or away_for < CHECKING,
        is_unconfirmed=CHECKING <= away_for < UNCONFIRMED,
        has_pdf=True,
        keeps_address=services.settings.invoice_address == "snapshot",
    )
    reading = reading._replace(expires_at=min([reading.expires_at, *words_change_at(away_for)]))
    return await respond_page(request, services, reading, page, client)


@post("/invoices/{invoice_id:str}/pay", permission="invoices", same_account=True, include_in_schema=False)
async def pay(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Response[Any]:
    viewer, number = viewer_of(request), invoice_id_of(invoice_id)
    await services.limits.hit("sso_link", viewer.counted_as)
    hand_off = await services.hand_offs.pay(viewer.client, viewer.user_id, number)
    response = await redirect_to_whmcs(request, services, hand_off, f"/invoices/{number}")
    response.cookies.append(paying_cookie(request, services, number))
    return response


@post("/invoices/{invoice_id:str}/pdf", permission="invoices", same_account=True, include_in_schema=False)
async def pdf(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Response[Any]:
    viewer, number = viewer_of(request), invoice_id_of(invoice_id)
    await services.limits.hit("sso_link", viewer.counted_as)
    hand_off = await services.hand_offs.pdf(viewer.client, viewer.user_id, number)
    return await redirect_to_whmcs(request, services, hand_off, f"/invoices/{number}")


@get("/return/invoices/{invoice_id:str}", permission="invoices", has_effect=True, include_in_schema=False)
async def come_back(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Redirect:
    """Where WHMCS's templates may link to. It only makes us read again, so that it may be a GET from elsewhere."""
    viewer, number = viewer_of(request), invoice_id_of(invoice_id)
    await services.limits.hit("return", viewer.counted_as)
    await services.hand_offs.returned(viewer.client)
    return Redirect(f"/invoices/{number}", status_code=303, headers=NO_STORE)


def _with_names(invoice: InvoiceDetail, name_of: NameOf) -> InvoiceDetail:
    payments = tuple(replace(payment, gateway=name_of(payment.gateway)) for payment in invoice.payments)
    return replace(invoice, gateway=name_of(invoice.gateway), payments=payments)

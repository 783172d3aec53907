"""The list and one invoice as pages, and the way to WHMCS and back. Rules live in billing/invoices/."""

from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from counterfoil.billing.invoices.reads import Overview
from counterfoil.billing.invoices.shown import InvoiceDetail
from counterfoil.billing.reading import Reading
from counterfoil.errors import InvoiceNotFound
from counterfoil.settings.features import Feature
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import invoice_id_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.elsewhere import invoice_elsewhere
from counterfoil.web.pages.gateway_names import with_gateways
from counterfoil.web.pages.hand_offs import hand_over
from counterfoil.web.pages.page_responses import respond_page
from counterfoil.web.pages.payments_awaited import go_to_pay, payer_of, payments_awaited
from counterfoil.web.services import GivenServices
from counterfoil.web.views.invoices import InvoicePage, InvoicesPage
from counterfoil.web.views.list_query import read_list_query
from counterfoil.web.views.money.gateways import NameOf
from counterfoil.web.views.navigation import INVOICES

INVOICE_PAGE = "/invoices/{invoice_id}"
"""Where a form of it leads when the session has ended (pages/errors.py)."""


@get("/invoices", permission="invoices", include_in_schema=False)
async def list_page(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    query = read_list_query(request.query_params)
    reading: Reading[Overview] = await services.invoices.overview(viewer_of(request).client, query.as_invoice_query())
    shown, awaited = reading.value, await payments_awaited(request, services)
    page = InvoicesPage(
        query=query,
        invoices=shown.invoices,
        figures=shown.totals,
        open_count=shown.open_count,
        years=shown.years,
        today=services.calendar.today(),
        counts=shown.counts,
        has_pdf=True,
        stages=awaited.by_invoice,
        plain_page=services.hand_offs.plain_page(()),
    )
    reading = reading._replace(expires_at=min(reading.expires_at, awaited.until))
    return await respond_page(request, services, reading, page, shown.client)


@get("/invoices/{invoice_id:str}", permission="invoices", include_in_schema=False)
async def detail_page(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Response[Any]:
    viewer, number = viewer_of(request), invoice_id_of(invoice_id)
    try:
        reading, client, charged_on = await services.autopay.invoice(viewer.client, viewer.account_id, number)
    except InvoiceNotFound:
        if elsewhere := await invoice_elsewhere(request, services, number):
            return elsewhere
        raise
    reading, name_of = await with_gateways(services, reading)
    awaited = await payments_awaited(request, services)
    page = InvoicePage(
        invoice=_with_names(reading.value, name_of),
        client=client,
        today=services.calendar.today(),
        awaited=awaited.by_invoice.get(number),
        plain_page=services.hand_offs.plain_page([number]),
        has_pdf=True,
        address=f"{services.settings.base_url}/invoices/{number}",
        keeps_address=services.settings.invoice_address == "snapshot",
        charged_on=charged_on,
        depends_on_methods=services.autopay.is_known,
    )
    reading = reading._replace(expires_at=min(reading.expires_at, awaited.until))
    return await respond_page(request, services, reading, page, client)


@post(
    "/invoices/{invoice_id:str}/pay",
    permission="invoices",
    same_account=True,
    after_sign_in=INVOICE_PAGE,
    include_in_schema=False,
)
async def pay(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Response[Any]:
    viewer, number = viewer_of(request), invoice_id_of(invoice_id)
    ask = partial(services.hand_offs.pay, viewer.client, viewer.user_id, number)
    return await go_to_pay(request, services, [number], ask, back_href=f"/invoices/{number}")


@post(
    "/invoices/{invoice_id:str}/pdf",
    permission="invoices",
    same_account=True,
    after_sign_in=INVOICE_PAGE,
    include_in_schema=False,
)
async def pdf(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Response[Any]:
    viewer, number = viewer_of(request), invoice_id_of(invoice_id)
    ask = partial(services.hand_offs.pdf, viewer.client, viewer.user_id, number)
    return await hand_over(request, services, ask, back_href=f"/invoices/{number}")


@post(
    "/invoices/{invoice_id:str}/apply-credit",
    permission="invoices",
    feature=Feature.CREDIT,
    same_account=True,
    after_sign_in=INVOICE_PAGE,
    include_in_schema=False,
)
async def apply_credit(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Response[Any]:
    """No payment is waited for: how much credit is used, if any, is chosen over there."""
    viewer, number = viewer_of(request), invoice_id_of(invoice_id)
    ask = partial(services.hand_offs.apply_credit, viewer.client, viewer.user_id, number)
    return await hand_over(request, services, ask, back_href=f"/invoices/{number}")


@get("/return/invoices/{invoice_id:str}", permission="invoices", has_effect=True, include_in_schema=False)
async def come_back(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Redirect:
    """Where WHMCS's templates may link to. It only makes us read again, so that it may be a GET from elsewhere."""
    viewer, number = viewer_of(request), invoice_id_of(invoice_id)
    await services.limits.hit("return", viewer.counted_as)
    await services.payment_attempts.returned(payer_of(request), number)
    await services.hand_offs.returned(viewer.client)
    return Redirect(f"/invoices/{number}", status_code=303, headers=NO_STORE)


@get("/return/invoices", permission="invoices", by_itself=True, has_effect=True, include_in_schema=False)
async def come_back_to_the_list(request: AnyRequest, services: GivenServices) -> Redirect:
    """As for one, for whichever invoices they had gone to pay. An open page asks for it
    when its tab is looked at again.
    """
    viewer = viewer_of(request)
    await services.limits.hit("return", viewer.counted_as)
    await services.payment_attempts.returned(payer_of(request))
    await services.hand_offs.returned(viewer.client)
    return Redirect(INVOICES.href, status_code=303, headers=NO_STORE)


def _with_names(invoice: InvoiceDetail, name_of: NameOf) -> InvoiceDetail:
    payments = tuple(replace(payment, gateway=name_of(payment.gateway)) for payment in invoice.payments)
    return replace(invoice, gateway=name_of(invoice.gateway), payments=payments)

"""The list and one invoice as pages, and the way to WHMCS and back. Rules live in billing/."""

import time
from contextlib import suppress
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from msgspec import Struct

from counterfoil.billing.invoices.reads import Overview
from counterfoil.billing.invoices.shown import InvoiceDetail
from counterfoil.billing.lifetimes import SHARED_SCOPE
from counterfoil.billing.reading import Reading
from counterfoil.cache import CacheUnavailable
from counterfoil.errors import RateLimited
from counterfoil.model import Client
from counterfoil.web.api.invoices import id_of
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.next_address import safe_next
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.paying import (
    CHECKING,
    UNCONFIRMED,
    paying_cookie,
    payments_awaited,
    payments_started,
    redirect_to_whmcs,
    words_change_at,
)
from counterfoil.web.pages.shells import HTML, shell_with
from counterfoil.web.services import GivenServices, Services
from counterfoil.web.views.list_query import read_list_query
from counterfoil.web.views.pages import HOME, PAYMENT_METHODS, InvoicePage, InvoicesPage, View


@get("/invoices", permission="invoices", include_in_schema=False)
async def list_page(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    query = read_list_query(request.query_params)
    reading: Reading[Overview] = await services.invoices.overview(viewer_of(request).client, query.as_invoice_query())
    shown, gone = reading.value, payments_awaited(request)
    page = InvoicesPage(
        query=query,
        invoices=shown.invoices,
        figures=shown.totals,
        open_count=shown.open_count,
        years=shown.years,
        today=services.calendar.today(),
        has_pdf=True,
        checking=gone.checking,
        unconfirmed=gone.unconfirmed,
    )
    reading = reading._replace(expires_at=min(reading.expires_at, gone.until))
    return await _give(request, services, reading, page, shown.client)


@get("/invoices/{invoice_id:str}", permission="invoices", include_in_schema=False)
async def detail_page(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Response[bytes]:
    viewer, number = viewer_of(request), id_of(invoice_id)
    reading, client = await services.invoices.detail_with_client(viewer.client, number)
    gateways = await services.gateways.read()
    names = {gateway.id: gateway.name for gateway in gateways.value}
    away_for = time.time() - payments_started(request).get(number, 0)
    page = InvoicePage(
        invoice=_with_names(reading.value, names),
        client=client,
        today=services.calendar.today(),
        # The address says so in the first moments, before the answer to Pay has set the cookie.
        is_awaiting="awaiting" in request.query_params or away_for < CHECKING,
        is_unconfirmed=CHECKING <= away_for < UNCONFIRMED,
        has_pdf=True,
        keeps_address=services.settings.invoice_address == "snapshot",
    )
    oldest = reading._replace(
        as_of=min(reading.as_of, gateways.as_of),
        expires_at=min(reading.expires_at, gateways.expires_at, *words_change_at(away_for)),
    )
    return await _give(request, services, oldest, page, client)


@post("/invoices/{invoice_id:str}/pay", permission="invoices", include_in_schema=False)
async def pay(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Response[Any]:
    viewer, number = viewer_of(request), id_of(invoice_id)
    await services.limits.hit("sso_link", str(viewer.account_id))
    hand_off = await services.hand_offs.pay(viewer.client, viewer.user_id, number)
    response = await redirect_to_whmcs(request, services, hand_off, f"/invoices/{number}")
    response.cookies.append(paying_cookie(request, services, number))
    return response


@post("/invoices/{invoice_id:str}/pdf", permission="invoices", include_in_schema=False)
async def pdf(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Response[Any]:
    viewer, number = viewer_of(request), id_of(invoice_id)
    await services.limits.hit("sso_link", str(viewer.account_id))
    hand_off = await services.hand_offs.pdf(viewer.client, viewer.user_id, number)
    return await redirect_to_whmcs(request, services, hand_off, f"/invoices/{number}")


@get("/return/invoices/{invoice_id:str}", permission="invoices", include_in_schema=False)
async def come_back(request: AnyRequest, services: GivenServices, invoice_id: FromPath[str]) -> Redirect:
    """Where WHMCS's templates may link to. It only makes us read again, so that it may be a GET from elsewhere."""
    viewer, number = viewer_of(request), id_of(invoice_id)
    await services.limits.hit("return", str(viewer.account_id))
    await services.hand_offs.returned(viewer.client)
    return Redirect(f"/invoices/{number}", status_code=303, headers={"cache-control": "no-store"})


class RefreshForm(Struct):
    next: str = ""


@post("/refresh", signed_in=True, include_in_schema=False)
async def refresh(
    request: AnyRequest,
    services: GivenServices,
    data: Annotated[RefreshForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Redirect:
    viewer = viewer_of(request)
    # Over the limit, or with the cache away, people get the page as it is: it says its age.
    with suppress(RateLimited, CacheUnavailable):
        await services.limits.hit("refresh", str(viewer.account_id))
        others = [SHARED_SCOPE] if data.next in {HOME.href, PAYMENT_METHODS.href} else []
        await services.cache.clear(*others, viewer.scope)
    return Redirect(safe_next(data.next), status_code=303, headers={"cache-control": "no-store"})


async def _give(
    request: AnyRequest, services: Services, reading: Reading[Any], page: View, client: Client
) -> Response[bytes]:
    body = services.renderer.page(page, shell_with(request, viewer_of(request), client))
    return await services.responses.respond(request, reading, body, permission="invoices", media_type=HTML)


def _with_names(invoice: InvoiceDetail, names: dict[str, str]) -> InvoiceDetail:
    """Gateways as customers know them; one that was switched off meanwhile keeps WHMCS's short name."""
    payments = tuple(
        msgspec.structs.replace(payment, gateway=names.get(payment.gateway, payment.gateway))
        for payment in invoice.payments
    )
    gateway = names.get(invoice.gateway, invoice.gateway)
    return msgspec.structs.replace(invoice, gateway=gateway, payments=payments)

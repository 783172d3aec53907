"""Payments and refunds as a page. Rules live in billing/transactions.py."""

from litestar import Response, get
from msgspec.structs import replace

from counterfoil.settings.features import Feature
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import Page, paged
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.gateway_names import with_gateways
from counterfoil.web.pages.page_responses import respond_page
from counterfoil.web.services import GivenServices
from counterfoil.web.views.transactions import TransactionsPage


@get("/transactions", permission="invoices", feature=Feature.TRANSACTIONS, include_in_schema=False)
async def transactions_page(request: AnyRequest, services: GivenServices, page: Page = 1) -> Response[bytes]:
    reading, client = await services.transactions.read(viewer_of(request).client)
    reading, name_of = await with_gateways(services, reading)
    shown = paged(reading, page)
    items = tuple(replace(item, gateway=name_of(item.gateway)) for item in shown.items)
    return await respond_page(request, services, reading, TransactionsPage(replace(shown, items=items)), client)

"""Payments, refunds and credit, as JSON and as pages. Rules live in billing/transactions.py and billing/credits.py."""

from litestar import Response, get
from msgspec.structs import asdict, replace

from counterfoil.billing.credits import CreditList
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.listing import ROWS, Page, PageSize, give_json, give_page, paged, with_gateways
from counterfoil.web.services import GivenServices
from counterfoil.web.views.records import CreditPage, TransactionsPage


@get("/api/v1/transactions", permission="invoices")
async def list_transactions(
    request: AnyRequest, services: GivenServices, page: Page = 1, page_size: PageSize = ROWS
) -> Response[bytes]:
    """Payments and refunds, newest first; the amount of a refund is below 0."""
    reading, _ = await services.transactions.read(viewer_of(request).client)
    return await give_json(request, services, reading, paged(reading, page, page_size), "invoices")


@get("/api/v1/credits", permission="invoices")
async def list_credits(
    request: AnyRequest, services: GivenServices, page: Page = 1, page_size: PageSize = ROWS
) -> Response[bytes]:
    """Every change of the credit, newest first, and the balance as WHMCS has it."""
    reading, client = await services.credits.read(viewer_of(request).client)
    shown = CreditList(client.credit, **asdict(paged(reading, page, page_size)))
    return await give_json(request, services, reading, shown, "invoices")


@get("/transactions", permission="invoices", include_in_schema=False)
async def transactions_page(request: AnyRequest, services: GivenServices, page: Page = 1) -> Response[bytes]:
    reading, client = await services.transactions.read(viewer_of(request).client)
    reading, name_of = await with_gateways(services, reading)
    shown = paged(reading, page)
    items = tuple(replace(item, gateway=name_of(item.gateway)) for item in shown.items)
    return await give_page(
        request, services, (reading, client), TransactionsPage(replace(shown, items=items)), "invoices"
    )


@get("/credit", permission="invoices", include_in_schema=False)
async def credit_page(request: AnyRequest, services: GivenServices, page: Page = 1) -> Response[bytes]:
    reading, client = await services.credits.read(viewer_of(request).client)
    return await give_page(
        request, services, (reading, client), CreditPage(paged(reading, page), client.credit), "invoices"
    )

"""QuotesPage, as JSON and as a page. Rules live in billing/quotes.py."""

from litestar import Response, get

from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.listing import ROWS, Page, PageSize, give_json, give_page, paged
from counterfoil.web.services import GivenServices
from counterfoil.web.views.records import QuotesPage


@get("/api/v1/quotes", permission="quotes")
async def list_quotes(
    request: AnyRequest, services: GivenServices, page: Page = 1, page_size: PageSize = ROWS
) -> Response[bytes]:
    """Offers, newest first, without drafts. `discount` of a line is in per cent."""
    reading, _ = await services.quotes.read(viewer_of(request).client)
    return await give_json(request, services, reading, paged(reading, page, page_size), "quotes")


@get("/quotes", permission="quotes", include_in_schema=False)
async def quotes_page(request: AnyRequest, services: GivenServices, page: Page = 1) -> Response[bytes]:
    reading, client = await services.quotes.read(viewer_of(request).client)
    view = QuotesPage(paged(reading, page), services.calendar.today())
    return await give_page(request, services, (reading, client), view, "quotes")

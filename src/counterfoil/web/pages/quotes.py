"""Quotes as a page. Rules live in billing/quotes.py."""

from litestar import Response, get

from counterfoil.settings.features import Feature
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import Page, paged
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.page_responses import respond_page
from counterfoil.web.services import GivenServices
from counterfoil.web.views.quotes import QuotesPage


@get("/quotes", permission="quotes", feature=Feature.QUOTES, include_in_schema=False)
async def quotes_page(request: AnyRequest, services: GivenServices, page: Page = 1) -> Response[bytes]:
    reading, client = await services.quotes.read(viewer_of(request).client)
    view = QuotesPage(paged(reading, page), services.calendar.today())
    return await respond_page(request, services, reading, view, client)

"""The credit and its changes as a page, the second tab of payments. Rules live in billing/credits.py."""

from litestar import Response, get

from counterfoil.settings.features import Feature
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import Page, paged
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.page_responses import respond_page
from counterfoil.web.services import GivenServices
from counterfoil.web.views.credits import CreditPage


@get("/credit", permission="invoices", feature=Feature.CREDIT, include_in_schema=False)
async def credit_page(request: AnyRequest, services: GivenServices, page: Page = 1) -> Response[bytes]:
    reading, client = await services.credits.read(viewer_of(request).client)
    return await respond_page(request, services, reading, CreditPage(paged(reading, page), client.credit), client)

"""The JSON API for quotes. Rules live in billing/quotes.py."""

from litestar import Response, get

from counterfoil.billing.paged import Paged
from counterfoil.billing.quotes import QuoteItem
from counterfoil.settings.features import Feature
from counterfoil.web.api.description.answers import answers
from counterfoil.web.api.json_responses import respond_json
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import ROWS, Page, PageSize, paged
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices


@get(
    "/api/v1/quotes", responses=answers(Paged[QuoteItem]), permission="quotes", feature=Feature.QUOTES, programs="read"
)
async def list_quotes(
    request: AnyRequest, services: GivenServices, page: Page = 1, page_size: PageSize = ROWS
) -> Response[bytes]:
    """Offers, newest first, without drafts. `discount` of a line is in per cent."""
    reading, _ = await services.quotes.read(viewer_of(request).client)
    return await respond_json(request, services, reading, paged(reading, page, page_size))

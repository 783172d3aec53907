"""The JSON API for payments and refunds. Rules live in billing/transactions.py."""

from litestar import Response, get

from counterfoil.billing.paged import Paged
from counterfoil.billing.transactions import TransactionItem
from counterfoil.settings.features import Feature
from counterfoil.web.api.description.answers import answers
from counterfoil.web.api.json_responses import respond_json
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import ROWS, Page, PageSize, paged
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices


@get(
    "/api/v1/transactions",
    responses=answers(Paged[TransactionItem]),
    permission="invoices",
    feature=Feature.TRANSACTIONS,
    programs="read",
)
async def list_transactions(
    request: AnyRequest, services: GivenServices, page: Page = 1, page_size: PageSize = ROWS
) -> Response[bytes]:
    """Payments and refunds, newest first; the amount of a refund is below 0."""
    reading, _ = await services.transactions.read(viewer_of(request).client)
    return await respond_json(request, services, reading, paged(reading, page, page_size))

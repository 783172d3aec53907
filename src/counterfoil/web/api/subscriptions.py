"""The JSON API for subscriptions. Rules live in billing/subscriptions.py."""

from litestar import Response, get

from counterfoil.billing.paged import Paged
from counterfoil.billing.subscriptions import SubscriptionItem
from counterfoil.settings.features import Feature
from counterfoil.web.api.description.answers import answers
from counterfoil.web.api.json_responses import respond_json
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import ROWS, Page, PageSize, paged
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices


@get(
    "/api/v1/subscriptions",
    responses=answers(Paged[SubscriptionItem]),
    permission="products",
    feature=Feature.SUBSCRIPTIONS,
    programs="read",
)
async def list_subscriptions(
    request: AnyRequest, services: GivenServices, page: Page = 1, page_size: PageSize = ROWS
) -> Response[bytes]:
    """What WHMCS calls services. `next_due_on` is WHMCS's date also where nothing renews any more."""
    reading, _ = await services.subscriptions.read(viewer_of(request).client)
    return await respond_json(request, services, reading, paged(reading, page, page_size))

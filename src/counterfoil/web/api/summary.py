"""The JSON API's summary of an account. What is in it: billing/summary.py."""

from litestar import Response, get

from counterfoil.billing.summary import Summary
from counterfoil.cache.scopes import SHARED_SCOPE
from counterfoil.web.api.description.answers import answers
from counterfoil.web.api.json_responses import respond_json
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices


@get("/api/v1/summary", responses=answers(Summary), permission="invoices", programs="read", also_shows=SHARED_SCOPE)
async def summary(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    """Amounts once for each currency, the client's own first. `next_due_on` is of what is not overdue yet."""
    viewer = viewer_of(request)
    reading = await services.summaries.summary(viewer.client, viewer.account_id)
    return await respond_json(request, services, reading, reading.value)

"""The JSON API for the credit and its changes. Rules live in billing/credits.py."""

from litestar import Response, get
from msgspec.structs import asdict

from counterfoil.billing.credits import CreditList
from counterfoil.settings.features import Feature
from counterfoil.web.api.description.answers import answers
from counterfoil.web.api.json_responses import respond_json
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import ROWS, Page, PageSize, paged
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices


@get("/api/v1/credits", responses=answers(CreditList), permission="invoices", feature=Feature.CREDIT, programs="read")
async def list_credits(
    request: AnyRequest, services: GivenServices, page: Page = 1, page_size: PageSize = ROWS
) -> Response[bytes]:
    """Every change of the credit, newest first, and the balance as WHMCS has it."""
    reading, client = await services.credits.read(viewer_of(request).client)
    return await respond_json(
        request, services, reading, CreditList(client.credit, **asdict(paged(reading, page, page_size)))
    )

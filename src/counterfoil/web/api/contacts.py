"""The JSON API for contacts. Rules live in billing/contacts.py."""

from litestar import Response, get

from counterfoil.billing.contacts import ContactItem
from counterfoil.billing.paged import Paged
from counterfoil.settings.features import Feature
from counterfoil.web.api.description.answers import answers
from counterfoil.web.api.json_responses import respond_json
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import ROWS, Page, PageSize, paged
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices


@get(
    "/api/v1/contacts",
    responses=answers(Paged[ContactItem]),
    permission="contacts",
    feature=Feature.CONTACTS,
    programs="read",
)
async def list_contacts(
    request: AnyRequest, services: GivenServices, page: Page = 1, page_size: PageSize = ROWS
) -> Response[bytes]:
    """People beside the owner whom WHMCS writes to. `emails` names the kinds that each gets."""
    reading, _ = await services.contacts.read(viewer_of(request).client)
    return await respond_json(request, services, reading, paged(reading, page, page_size))

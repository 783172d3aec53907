"""ContactsPage, as JSON and as a page. Rules live in billing/contacts.py."""

from litestar import Response, get

from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.listing import ROWS, Page, PageSize, give_json, give_page, paged
from counterfoil.web.services import GivenServices
from counterfoil.web.views.records import ContactsPage


@get("/api/v1/contacts", permission="contacts")
async def list_contacts(
    request: AnyRequest, services: GivenServices, page: Page = 1, page_size: PageSize = ROWS
) -> Response[bytes]:
    """People beside the owner whom WHMCS writes to. `emails` names the kinds that each gets."""
    reading, _ = await services.contacts.read(viewer_of(request).client)
    return await give_json(request, services, reading, paged(reading, page, page_size), "contacts")


@get("/contacts", permission="contacts", include_in_schema=False)
async def contacts_page(request: AnyRequest, services: GivenServices, page: Page = 1) -> Response[bytes]:
    reading, client = await services.contacts.read(viewer_of(request).client)
    return await give_page(request, services, (reading, client), ContactsPage(paged(reading, page)), "contacts")

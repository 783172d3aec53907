"""Contacts as a page. Rules live in billing/contacts.py."""

from litestar import Response, get

from counterfoil.settings.features import Feature
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import Page, paged
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.page_responses import respond_page
from counterfoil.web.services import GivenServices
from counterfoil.web.views.contacts import ContactsPage


@get("/contacts", permission="contacts", feature=Feature.CONTACTS, include_in_schema=False)
async def contacts_page(request: AnyRequest, services: GivenServices, page: Page = 1) -> Response[bytes]:
    reading, client = await services.contacts.read(viewer_of(request).client)
    return await respond_page(request, services, reading, ContactsPage(paged(reading, page)), client)

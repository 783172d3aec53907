"""Contacts as a page, and the way to WHMCS, where they are changed. Rules live in billing/contacts.py."""

from functools import partial
from typing import Any

from litestar import Response, get, post

from counterfoil.settings.features import Feature
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import Page, paged
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.hand_offs import hand_over
from counterfoil.web.pages.page_responses import respond_page
from counterfoil.web.services import GivenServices
from counterfoil.web.views.contacts import ContactsPage
from counterfoil.web.views.navigation import CONTACTS


@get("/contacts", permission="contacts", feature=Feature.CONTACTS, include_in_schema=False)
async def contacts_page(request: AnyRequest, services: GivenServices, page: Page = 1) -> Response[bytes]:
    reading, client = await services.contacts.read(viewer_of(request).client)
    return await respond_page(request, services, reading, ContactsPage(paged(reading, page)), client)


@post("/contacts/manage", permission="contacts", feature=Feature.CONTACTS, same_account=True, include_in_schema=False)
async def manage(request: AnyRequest, services: GivenServices) -> Response[Any]:
    viewer = viewer_of(request)
    ask = partial(services.self_service.manage_contacts, viewer.client, viewer.user_id)
    return await hand_over(request, services, ask, back_href=CONTACTS.href)

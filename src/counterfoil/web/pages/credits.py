"""The credit and its changes as a page, and the way to add some in WHMCS. Rules live in billing/credits.py."""

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
from counterfoil.web.views.credits import CreditPage
from counterfoil.web.views.navigation import CREDIT


@get("/credit", permission="invoices", feature=Feature.CREDIT, include_in_schema=False)
async def credit_page(request: AnyRequest, services: GivenServices, page: Page = 1) -> Response[bytes]:
    reading, client = await services.credits.read(viewer_of(request).client)
    return await respond_page(request, services, reading, CreditPage(paged(reading, page), client.credit), client)


@post("/credit/add", permission="invoices", feature=Feature.CREDIT, same_account=True, include_in_schema=False)
async def add(request: AnyRequest, services: GivenServices) -> Response[Any]:
    viewer = viewer_of(request)
    ask = partial(services.self_service.add_credit, viewer.client, viewer.user_id)
    return await hand_over(request, services, ask, back_href=CREDIT.href)

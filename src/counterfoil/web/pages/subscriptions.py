"""Subscriptions as a page. Rules live in billing/subscriptions.py."""

from litestar import Response, get
from msgspec.structs import replace

from counterfoil.settings.features import Feature
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import Page, paged
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.gateway_names import with_gateways
from counterfoil.web.pages.page_responses import respond_page
from counterfoil.web.services import GivenServices
from counterfoil.web.views.subscriptions import SubscriptionsPage


@get("/subscriptions", permission="products", feature=Feature.SUBSCRIPTIONS, include_in_schema=False)
async def subscriptions_page(request: AnyRequest, services: GivenServices, page: Page = 1) -> Response[bytes]:
    reading, client = await services.subscriptions.read(viewer_of(request).client)
    reading, name_of = await with_gateways(services, reading)
    shown = paged(reading, page)
    today = services.calendar.today()
    coming = (item.renews_on for item in reading.value if item.renews_on and item.renews_on >= today)
    view = SubscriptionsPage(
        subscriptions=replace(shown, items=tuple(replace(item, gateway=name_of(item.gateway)) for item in shown.items)),
        current_count=sum(item.is_current for item in reading.value),
        next_renewal=min(coming, default=None),
        today=today,
    )
    return await respond_page(request, services, reading, view, client)

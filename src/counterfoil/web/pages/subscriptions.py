"""SubscriptionsPage, as JSON and as a page. Rules live in billing/subscriptions.py."""

from litestar import Response, get
from msgspec.structs import replace

from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.listing import ROWS, Page, PageSize, give_json, give_page, paged, with_gateways
from counterfoil.web.services import GivenServices
from counterfoil.web.views.records import SubscriptionsPage


@get("/api/v1/subscriptions", permission="products")
async def list_subscriptions(
    request: AnyRequest, services: GivenServices, page: Page = 1, page_size: PageSize = ROWS
) -> Response[bytes]:
    """What WHMCS calls services. `next_due_on` is WHMCS's date also where nothing renews any more."""
    reading, _ = await services.subscriptions.read(viewer_of(request).client)
    return await give_json(request, services, reading, paged(reading, page, page_size), "products")


@get("/subscriptions", permission="products", include_in_schema=False)
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
    return await give_page(request, services, (reading, client), view, "products")

"""The home page. What is on it: billing/summary.py; as JSON: api/summary.py."""

from litestar import Response, get

from counterfoil.cache.scopes import SHARED_SCOPE
from counterfoil.errors import PermissionDenied
from counterfoil.settings.features import Feature
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.page_responses import respond_page
from counterfoil.web.pages.payments_awaited import payments_awaited
from counterfoil.web.services import GivenServices
from counterfoil.web.views.home import Home, chart_of
from counterfoil.web.views.navigation import SESSIONS, NavItem, offered, ways_for

_SUBSCRIPTIONS = "products"
"""The permission that the part with subscriptions takes."""


@get("/", permission="invoices", leads_elsewhere=True, include_in_schema=False, also_shows=SHARED_SCOPE)
async def home(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    viewer = viewer_of(request)
    if not viewer.allows("invoices"):
        return _elsewhere(offered(ways_for(viewer), services.settings.features))
    sees_subscriptions = Feature.SUBSCRIPTIONS in services.settings.features and viewer.allows(_SUBSCRIPTIONS)
    reading = await services.summaries.home(viewer.client, viewer.account_id, with_subscriptions=sees_subscriptions)
    shown, awaited = reading.value, await payments_awaited(request, services)
    page = Home(
        invoices=shown.overview.invoices,
        figures=shown.overview.totals,
        open_count=shown.overview.open_count,
        methods=shown.methods,
        subscriptions=shown.subscriptions,
        lacks_subscriptions=shown.lacks_subscriptions,
        charts=tuple(chart_of(each) for each in shown.spending),
        today=services.calendar.today(),
        charge_days=services.autopay.days_of(shown.overview.invoices.items, shown.overview.client, shown.methods),
        stages=awaited.by_invoice,
    )
    reading = reading._replace(expires_at=min(reading.expires_at, awaited.until))
    also_takes = _SUBSCRIPTIONS if sees_subscriptions else ""
    return await respond_page(request, services, reading, page, shown.overview.client, also_takes=also_takes)


def _elsewhere(ways: tuple[NavItem, ...]) -> Response[bytes]:
    """For somebody whom WHMCS lets see no invoices: home is what they may see first of the client."""
    first = ways[0]
    if first is SESSIONS:  # and what else is everybody's own, after whatever is of the client
        raise PermissionDenied("invoices")
    return Response(b"", status_code=303, headers={**NO_STORE, "location": first.href})

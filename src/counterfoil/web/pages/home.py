"""The summary: JSON for programs, the home page for people. What is in it: billing/summary.py."""

import msgspec
from litestar import Response, get

from counterfoil.billing.lifetimes import SHARED_SCOPE
from counterfoil.errors import PermissionDenied
from counterfoil.web.api.invoices import JSON
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.paying import payments_awaited
from counterfoil.web.pages.shells import HTML, shell_with
from counterfoil.web.services import GivenServices
from counterfoil.web.views.home import Home, chart_of
from counterfoil.web.views.pages import Shell


@get("/api/v1/summary", permission="invoices", also_shows=SHARED_SCOPE)
async def summary(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    """Amounts once for each currency, the client's own first. `next_due_on` is of what is not overdue yet."""
    viewer = viewer_of(request)
    reading = await services.summaries.summary(viewer.client, viewer.account_id)
    body = msgspec.json.encode(reading.value)
    return await services.responses.respond(request, reading, body, permission="invoices", media_type=JSON)


@get("/", permission="invoices", leads_elsewhere=True, include_in_schema=False, also_shows=SHARED_SCOPE)
async def home(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    viewer, gone = viewer_of(request), payments_awaited(request)
    if not viewer.allows("invoices"):
        return _elsewhere(shell_with(request, viewer))
    sees_subscriptions = viewer.allows("products")
    reading = await services.summaries.home(viewer.client, viewer.account_id, with_subscriptions=sees_subscriptions)
    shown = reading.value
    page = Home(
        invoices=shown.overview.invoices,
        figures=shown.overview.totals,
        open_count=shown.overview.open_count,
        methods=shown.methods,
        subscriptions=shown.subscriptions,
        charts=tuple(chart_of(each) for each in shown.spending),
        today=services.calendar.today(),
        checking=gone.checking,
    )
    body = services.renderer.page(page, shell_with(request, viewer, shown.overview.client))
    reading = reading._replace(expires_at=min(reading.expires_at, gone.until))
    permission = "invoices products" if sees_subscriptions else "invoices"
    return await services.responses.respond(request, reading, body, permission=permission, media_type=HTML)


def _elsewhere(shell: Shell) -> Response[bytes]:
    """For somebody whom WHMCS lets see no invoices: home is what they may see first."""
    if not shell.nav:
        raise PermissionDenied("invoices")
    return Response(b"", status_code=303, headers={"location": shell.nav[0].href, "cache-control": "no-store"})

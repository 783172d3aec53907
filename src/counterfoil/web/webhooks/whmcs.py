"""Where WHMCS reports changes. 204 only when the change shows in every process and the event is on record."""

from litestar import Response, post
from litestar.background_tasks import BackgroundTask

from counterfoil import __version__
from counterfoil.web.http.request_context import AnyRequest, untrusted_proxy
from counterfoil.web.services import GivenServices
from counterfoil.web.webhooks.verification import verified
from counterfoil.whmcs.webhooks import DOCTORS, read_event


@post("/webhooks/whmcs", public=True, status_code=204, include_in_schema=False)
async def from_whmcs(request: AnyRequest, services: GivenServices) -> Response[None]:
    event = await verified(request, services.limits, services.settings.webhook_secret, read_event)
    await services.changes.addon_seen(event.id)
    receipt = await services.changes.apply(event)
    if not event.id.startswith(DOCTORS):
        services.tally.webhook_applied("whmcs", event.timestamp if event.type != "ping" else "")
    # So that the addon's test message can say whether both belong together.
    headers = {"Counterfoil-Version": __version__} if event.type == "ping" else None
    if headers and (proxy := untrusted_proxy(request.scope)):
        headers["Counterfoil-Untrusted-Proxy"] = proxy
    background = BackgroundTask(services.changes.mark_applied, receipt) if receipt else None
    return Response(None, headers=headers, background=background)

"""Where WHMCS reports changes. 204 only when the change shows in every process and the event is on record."""

import time

import structlog
from litestar import Response, post
from litestar.background_tasks import BackgroundTask

from counterfoil import __version__, signing
from counterfoil.errors import NotFound
from counterfoil.web.http.http_errors import BadRequest, BadSignature
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.services import GivenServices, Services
from counterfoil.whmcs import webhooks
from counterfoil.whmcs.webhooks import Event

_log = structlog.get_logger(__name__)


@post("/webhooks/whmcs", public=True, status_code=204, include_in_schema=False)
async def from_whmcs(request: AnyRequest, services: GivenServices) -> Response[None]:
    if not services.settings.webhook_secret:
        # An empty secret would verify what anyone can forge.
        raise NotFound
    event = await _verified(request, services)
    await services.changes.addon_seen(event.id)
    receipt = await services.changes.apply(event)
    # So that the addon's test message can say whether both belong together.
    headers = {"Counterfoil-Version": __version__} if event.type == "ping" else None
    background = BackgroundTask(services.changes.mark_applied, receipt) if receipt else None
    return Response(None, headers=headers, background=background)


async def _verified(request: AnyRequest, services: Services) -> Event:
    body = await request.body()
    try:
        return webhooks.verify(services.settings.webhook_secret, request.headers, body, time.time())
    except signing.BadSignature as error:
        await services.limits.hit("bad_webhook", context_of(request.scope).address)
        _log.warning("webhook refused", reason=str(error))
        raise BadSignature from None
    except signing.BadBody as error:
        _log.warning("webhook not understood", reason=str(error))
        raise BadRequest from None

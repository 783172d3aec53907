"""Where WHMCS reports changes. 204 only when the change shows in every process and the event is on record."""

import time

import structlog
from litestar import Response, post
from litestar.background_tasks import BackgroundTask

from counterfoil import __version__, signing
from counterfoil.changes.apply import note, take_effect
from counterfoil.errors import NotFound
from counterfoil.web.http.http_errors import BadRequest, BadSignature
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.services import GivenParts, Parts
from counterfoil.whmcs import webhooks
from counterfoil.whmcs.webhooks import Event

_log = structlog.get_logger(__name__)


@post("/webhooks/whmcs", public=True, status_code=204, include_in_schema=False)
async def from_whmcs(request: AnyRequest, parts: GivenParts) -> Response[None]:
    if not parts.settings.webhook_secret:
        # An empty secret would verify what anyone can forge.
        raise NotFound
    event = await _verified(request, parts)
    await parts.missed.heard(event.id)
    held = await take_effect(parts, event)
    # So that the addon's test message can say whether both belong together.
    headers = {"Counterfoil-Version": __version__} if event.type == "ping" else None
    return Response(None, headers=headers, background=BackgroundTask(note, parts, held) if held else None)


async def _verified(request: AnyRequest, parts: Parts) -> Event:
    body = await request.body()
    try:
        return webhooks.verify(parts.settings.webhook_secret, request.headers, body, time.time())
    except signing.BadSignature as error:
        await parts.limits.hit("bad_webhook", context_of(request.scope).address)
        _log.warning("webhook refused", reason=str(error))
        raise BadSignature from None
    except signing.BadBody as error:
        _log.warning("webhook not understood", reason=str(error))
        raise BadRequest from None

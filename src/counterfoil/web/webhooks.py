"""Where WHMCS reports changes. 204 only when the change shows in every process and the event is on record."""

import time

import structlog
from litestar import post

from counterfoil.billing.freshness import Touches, effect_of
from counterfoil.db import events
from counterfoil.errors import NotFound
from counterfoil.web.request_context import AnyRequest, context_of
from counterfoil.web.statuses import BadRequest, BadSignature
from counterfoil.web.wiring import GivenParts, Parts
from counterfoil.whmcs import webhooks
from counterfoil.whmcs.webhooks import Event

_log = structlog.get_logger(__name__)


@post("/webhooks/whmcs", public=True, status_code=204, include_in_schema=False)
async def from_whmcs(request: AnyRequest, parts: GivenParts) -> None:
    if not parts.settings.webhook_secret:
        # An empty secret would verify what anyone can forge.
        raise NotFound
    event = await _verified(request, parts)
    clients = await parts.changes.touched(event.type, event.data)
    await _record(parts, event, clients)
    # The clear comes last: what WHMCS makes visible before it is shown by every read after the 204. A repeated id
    # clears again, for the change may have become visible only after the first delivery.
    if effect_of(event.type).touches is Touches.USER and "user_id" in event.data:
        await parts.sessions.forget_user(event.data["user_id"])
    await parts.changes.apply(event.type, event.data, clients)


async def _verified(request: AnyRequest, parts: Parts) -> Event:
    body = await request.body()
    try:
        return webhooks.verify(parts.settings.webhook_secret, request.headers, body, time.time())
    except webhooks.BadSignature as error:
        await parts.limits.hit("bad_webhook", context_of(request.scope).address)
        _log.warning("webhook refused", reason=str(error))
        raise BadSignature from None
    except webhooks.BadBody as error:
        _log.warning("webhook not understood", reason=str(error))
        raise BadRequest from None


async def _record(parts: Parts, event: Event, clients: list[int] | None) -> None:
    cleared = "everything" if clients is None else " ".join(f"c{client}" for client in clients)
    client_id = event.data.get("client_id")
    first = await events.record(parts.engine, event.id, type=event.type, client_id=client_id, effect=cleared)
    _log.info("webhook", type=event.type, webhook_id=event.id, cleared=cleared, first=first)

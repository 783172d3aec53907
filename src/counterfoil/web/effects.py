"""What an event from WHMCS does here, whichever way the portal learnt of it: by its webhook, or by asking."""

import structlog

from counterfoil.billing.freshness import Touches, effect_of
from counterfoil.db import events
from counterfoil.db.events import Received
from counterfoil.web.wiring import Parts
from counterfoil.whmcs.webhooks import Event

_log = structlog.get_logger(__name__)


async def take_effect(parts: Parts, event: Event) -> None:
    """Returns when it is on record and shows in every process. Raises Unavailable: then it must come again."""
    clients = await parts.changes.touched(event.type, event.data)
    await _record(parts, event, clients)
    # The clear comes last: what WHMCS makes visible before it is shown by every read after this returns. A repeated
    # id clears again, for the change may have become visible only after the first time.
    if effect_of(event.type).touches is Touches.USER and "user_id" in event.data:
        await parts.sessions.forget_user(event.data["user_id"])
    await parts.changes.apply(event.type, event.data, clients)


async def _record(parts: Parts, event: Event, clients: list[int] | None) -> None:
    cleared = "everything" if clients is None else " ".join(f"c{client}" for client in clients)
    client_id = event.data.get("client_id")
    first = await events.record(parts.engine, Received(event.id, event.type, client_id, cleared))
    _log.info("webhook", type=event.type, webhook_id=event.id, cleared=cleared, first=first)

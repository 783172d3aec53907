"""What an event from WHMCS does here, whichever way the portal learnt of it: by its webhook, or by asking."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog

from counterfoil.billing.lifetimes import Touches, effect_of
from counterfoil.cache.scopes import client_scope
from counterfoil.changes import receipts
from counterfoil.changes.receipts import Receipt
from counterfoil.errors import TemporarilyUnavailable
from counterfoil.web.services import Services
from counterfoil.whmcs.webhooks import Event

_log = structlog.get_logger(__name__)

REPEATED = timedelta(seconds=8)
"""After an event has held for so long, the same id does nothing more. Until then it clears again, without telling open
pages twice: WHMCS's hooks run before it commits, so the change may have become visible after the first delivery.
"""


async def apply(services: Services, event: Event) -> Receipt | None:
    """Returns when it is on record and shows in every process; what is then to be noted, if anything.

    Raises Unavailable: then it must come again.
    """
    received = Receipt(event.id, event.type, event.data.get("client_id"), "")
    before = await receipts.record(services.engine, received)
    if before.applied_at is not None and datetime.now(UTC) - before.applied_at > REPEATED:
        return None
    clients = await services.changes.touched(event.type, event.data)
    cleared = "everything" if clients is None else " ".join(client_scope(client) for client in clients)
    _log.info("webhook", type=event.type, webhook_id=event.id, cleared=cleared, first=before.is_first)
    # The clear comes last: what WHMCS makes visible before it is shown by every read after this returns.
    if effect_of(event.type).touches is Touches.USER and "user_id" in event.data:
        await services.sessions.forget_user(event.data["user_id"])
    await services.changes.apply(event.type, event.data, clients, tell=before.applied_at is None)
    return received._replace(effect=cleared)


async def note(services: Services, held: Receipt) -> None:
    """That an event's effect holds. Not noted, a further delivery clears once more, which costs reads only."""
    with suppress(TemporarilyUnavailable):
        await receipts.mark_applied(services.engine, held)


async def apply_and_mark(services: Services, event: Event) -> None:
    """For whom nobody waits."""
    if held := await apply(services, event):
        await note(services, held)

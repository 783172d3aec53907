"""What an event from WHMCS does here, whichever way the portal learnt of it: by its webhook, or by asking."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from counterfoil.cache.scopes import client_scope
from counterfoil.changes import receipts
from counterfoil.changes.clearing import Clearing
from counterfoil.changes.effects import Touches, effect_of
from counterfoil.changes.receipts import Receipt
from counterfoil.db.engine import Engine
from counterfoil.errors import TemporarilyUnavailable
from counterfoil.whmcs.webhooks import Event

_log = structlog.get_logger(__name__)

REPEATED = timedelta(seconds=8)
"""After an event has held for so long, the same id does nothing more. Until then it clears again, without telling open
pages twice: WHMCS's hooks run before it commits, so the change may have become visible after the first delivery.
"""


class Forgetting(Protocol):
    """Ends what is remembered of people's rights; accounts.forgetting.Forgetting is one."""

    async def user(self, user_id: int, *, is_first: bool) -> None: ...

    async def sign_out(self, user_id: int) -> None: ...

    async def clients(self, client_ids: Iterable[int]) -> None: ...


class EventApplier:
    def __init__(self, engine: Engine, clearing: Clearing, forgetting: Forgetting) -> None:
        self._engine = engine
        self._clearing = clearing
        self._forgetting = forgetting

    async def apply(self, event: Event) -> Receipt | None:
        """Returns when it is on record and shows in every process; what is then to be marked as applied, if anything.

        Raises Unavailable: then it must come again.
        """
        received = Receipt(event.id, event.type, event.data.get("client_id"), "", event.data.get("invoice_id"))
        before = await receipts.record(self._engine, received, event.happened_at)
        if before.applied_at is not None and datetime.now(UTC) - before.applied_at > REPEATED:
            return None
        clients = await self._clearing.clients_of(event)
        cleared = "everything" if clients is None else " ".join(client_scope(client) for client in clients)
        _log.info("webhook", type=event.type, webhook_id=event.id, cleared=cleared, first=before.is_first)
        # The clear comes last: what WHMCS makes visible before it is shown by every read after this returns.
        effect = effect_of(event.type)
        if effect.touches is Touches.USER and "user_id" in event.data:
            if effect.signs_out:
                await self._forgetting.sign_out(event.data["user_id"])
            else:
                await self._forgetting.user(event.data["user_id"], is_first=before.applied_at is None)
        await self._clearing.clear(event, clients, announces=before.applied_at is None)
        if effect.ends_rights and clients:
            # After the clear, or they would be told by what was known of the client before.
            await self._forgetting.clients(clients)
        return received._replace(effect=cleared)

    async def mark_applied(self, receipt: Receipt) -> None:
        """Its effect holds. Not marked, a further delivery clears once more, which costs reads only."""
        with suppress(TemporarilyUnavailable):
            await receipts.mark_applied(self._engine, receipt)

    async def apply_and_mark(self, event: Event) -> None:
        """For whom nobody waits."""
        if receipt := await self.apply(event):
            await self.mark_applied(receipt)

"""Everything that "WHMCS changed" means to the rest of the portal: applying it, and catching up on what got lost."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NoReturn

from counterfoil.cache import Cache
from counterfoil.changes import receipts
from counterfoil.changes.apply import EventApplier, Forgetting
from counterfoil.changes.catch_up import CatchUp
from counterfoil.changes.clearing import Clearing
from counterfoil.changes.receipts import PastReceipt, Receipt
from counterfoil.db.clock import SharedClock
from counterfoil.db.engine import Engine
from counterfoil.whmcs.face import Whmcs
from counterfoil.whmcs.webhooks import Event


class Changes:
    def __init__(self, engine: Engine, cache: Cache, whmcs: Whmcs, forgetting: Forgetting, *, now: SharedClock) -> None:
        self._engine = engine
        self._applier = EventApplier(engine, Clearing(cache, whmcs.api), forgetting)
        self._catch_up = CatchUp(engine, whmcs.addon, cache, now=now)

    async def apply(self, event: Event) -> Receipt | None:
        """See EventApplier."""
        return await self._applier.apply(event)

    async def mark_applied(self, receipt: Receipt) -> None:
        """See EventApplier."""
        await self._applier.mark_applied(receipt)

    async def addon_seen(self, webhook_id: str) -> None:
        """The addon's first message says that there is one. Raises TemporarilyUnavailable."""
        await self._catch_up.addon_seen(webhook_id)

    async def catch_up(self) -> NoReturn:
        """Asks for what got lost, until it is cancelled."""
        await self._catch_up.watch(self._applier.apply_and_mark)

    @property
    def counters(self) -> Counter[str]:
        """How often lost changes were asked for, and what came of it."""
        return self._catch_up.counters

    @property
    def messages(self) -> Mapping[str, int]:
        """See CatchUp."""
        return self._catch_up.messages

    async def recent(self, client_id: int, invoice_id: int | None = None) -> Sequence[PastReceipt]:
        """What came about this client, or about this invoice. Raises TemporarilyUnavailable."""
        return await receipts.recent(self._engine, client_id, invoice_id)

    async def forget_old(self, now: datetime) -> int:
        """Deletes receipts that are older than anybody repeats itself; how many."""
        return await receipts.forget_old(self._engine, now)

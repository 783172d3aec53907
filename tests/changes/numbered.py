"""A WHMCS whose addon numbers its changes, and a portal that catches up on them."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from counterfoil.cache import Cache
from counterfoil.changes import receipts
from counterfoil.changes.catch_up import CatchUp
from counterfoil.changes.receipts import Receipt
from counterfoil.db.clock import DatabaseClock, utc_now
from counterfoil.errors import BillingUnavailable
from counterfoil.whmcs.addon_api import NotOffered
from counterfoil.whmcs.results import ChangeReport, NumberedChange
from counterfoil.whmcs.webhooks import Event

SERIES = "0123456789ab"
NOW = datetime.now(UTC)


class Addon:
    """WHMCS's side: a record that can be written by hand. `asked` is what it was asked with."""

    def __init__(self) -> None:
        self.series = SERIES
        self.changes_: dict[int, NumberedChange] = {}
        self.asked: list[int | None] = []
        self.newest = 0
        self.oldest = 1
        self.is_introduced = False
        self.is_offered = True
        self.is_down = False

    def record(self, *numbers: int, age: int = 10) -> None:
        for number in numbers:
            event = Event(f"cf_{self.series}_{number}", "invoice.paid", "", {"invoice_id": number, "client_id": 1})
            self.changes_[number] = NumberedChange(number, event, age)
            self.newest = max(self.newest, number)

    def offers(self, action: str) -> bool:
        return self.is_offered

    async def changes(self, series: str = "", after: int | None = None) -> ChangeReport:
        self.asked.append(after)
        if self.is_down:
            raise BillingUnavailable("down")
        if not self.is_offered:
            raise NotOffered
        found = [self.changes_[number] for number in sorted(self.changes_) if after is not None and number > after]
        shown = tuple(found[:1000]) if series == self.series else ()
        return ChangeReport("0.2.0", 1, self.series, self.oldest, self.newest, 0, 0, shown)


class Portal:
    """One process. `done` are the numbers that took effect here."""

    def __init__(
        self,
        engine: AsyncEngine,
        cache: Cache,
        addon: Addon,
        *,
        every: float = 0.0,
        turn: float = 0.0,
        machine: Callable[[], datetime] = utc_now,
    ) -> None:
        """`machine`: the clock of the machine that it runs on."""
        self.engine, self.addon, self.done = engine, addon, list[int]()
        self.catch_up = CatchUp(engine, addon, cache, now=DatabaseClock(engine, machine), every=every, turn=turn)

    async def effect(self, event: Event) -> None:
        self.done.append(event.data["invoice_id"])
        await self.receive(event.data["invoice_id"])

    async def receive(self, number: int, *, held: bool = True) -> None:
        """As when its webhook comes. `held`: whether its effect could be made to hold."""
        event = Receipt(f"cf_{self.addon.series}_{number}", "invoice.paid", 1, "c1")
        await receipts.record(self.engine, event)
        if held:
            await receipts.mark_applied(self.engine, event)

    async def look(self) -> list[int]:
        self.done = []
        await self.catch_up.look(self.effect)
        return self.done

"""Lost webhooks are made good: WHMCS's addon numbers what it records, and the portal asks for what it has not seen.

One process of the fleet asks at a time. What a change does is the same as when its webhook comes (apply.py).
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import NoReturn, Protocol

import structlog
from msgspec import structs

from counterfoil.cache import Cache
from counterfoil.changes import feed, receipts
from counterfoil.changes.feed import Feed
from counterfoil.changes.receipts import Receipt
from counterfoil.db import leases
from counterfoil.db.clock import SharedClock
from counterfoil.db.engine import Engine
from counterfoil.errors import Unavailable
from counterfoil.whmcs.addon_api import CHANGES, NotOffered
from counterfoil.whmcs.results import ChangeReport, NumberedChange
from counterfoil.whmcs.webhooks import Event, series_of

_log = structlog.get_logger(__name__)

ASK_EVERY = 15.0
"""Seconds. With LOOK_EVERY, YOUNG, and once more TURN and LOOK_EVERY for a process that dies over it, below the 30 s
that a lost webhook may go unnoticed."""

TURN = 5.0
"""Seconds after which another process asks, when the one that asked has not said what came of it. A living one that
takes longer costs a call; what is applied twice does no harm."""

LEASE_NAME = "whmcs changes"

LOOK_EVERY = 2.0
"""Seconds between two looks, by each process, at whether it is time."""

YOUNG = 2
"""Seconds for which a change is left to its webhook, which is sent when WHMCS's own request ends."""

GAP_TIMEOUT = 30
"""Seconds after which a number that never came is given up: WHMCS has rolled it back, or is slow to commit."""

PAGE = 1000
"""Changes in a whole answer."""

A_YEAR = 366 * 86400
"""Seconds. Older is not told apart."""

MANY = 200
"""Missed changes from which on everything is cleared at once: it costs less than each of them."""

Apply = Callable[[Event], Awaitable[None]]


class ChangeSource(Protocol):
    is_introduced: bool

    def offers(self, action: str) -> bool: ...
    async def changes(self, series: str = "", after: int | None = None) -> ChangeReport: ...


class CatchUp:
    """`counters`: asked; missed (made good); gaps (numbers that never came); restarts; failed. `messages` of the addon
    that wait to be sent, or were given up, when this process asked last; empty before.
    """

    def __init__(
        self,
        engine: Engine,
        addon: ChangeSource,
        cache: Cache,
        *,
        now: SharedClock,
        every: float = ASK_EVERY,
        turn: float = TURN,
    ) -> None:
        self.counters: Counter[str] = Counter()
        self.messages: Mapping[str, int] = {}
        self._engine, self._addon, self._cache = engine, addon, cache
        self._now = now
        self._every, self._turn = timedelta(seconds=every), timedelta(seconds=turn)

    async def addon_seen(self, webhook_id: str) -> None:
        """The addon's first message says that there is one. Raises TemporarilyUnavailable."""
        series = series_of(webhook_id)
        if series and not self._addon.is_introduced:
            await feed.introduce(self._engine, series)
            self._addon.is_introduced = True

    async def watch(self, apply: Apply, *, every: float = LOOK_EVERY) -> NoReturn:
        while True:
            try:
                await self.look(apply)
            except NotOffered:
                _log.info("changes cannot be asked for", reason="WHMCS has no such action, or does not allow it us")
            except Unavailable as error:
                self.counters["failed"] += 1
                _log.info("changes could not be asked for", reason=error.code)
            await asyncio.sleep(every)

    async def look(self, apply: Apply) -> None:
        """Asks, if it is time and this process' turn. Raises NotOffered, Unavailable."""
        found = await feed.find(self._engine)
        if found is None:
            return
        self._addon.is_introduced = True
        await self._now.follow()
        now = self._now()
        is_time = found.asked_at <= now - self._every
        if is_time and self._addon.offers(CHANGES) and await self._take_turn(now):
            self.counters["asked"] += 1
            await self._catch_up(found, apply, now)

    async def _take_turn(self, now: datetime) -> bool:
        # A name of its own for each turn: who failed waits like all the others, and does not ask a WHMCS that is down
        # at every look.
        return await leases.take(self._engine, LEASE_NAME, secrets.token_hex(8), now, now + self._turn)

    async def _catch_up(self, found: Feed, apply: Apply, asked_at: datetime) -> None:
        seen = after = found.seen
        while True:
            report = await self._addon.changes(found.series, after)
            self.messages = {"waiting": report.waiting, "given_up": report.dead}
            if seen is None or after is None or _is_another(report, found.series, seen):
                await self._begin_again(report, asked_at)
                return
            ripe = tuple(takewhile(lambda change: change.age >= YOUNG, report.changes))
            await self._make_good(ripe, apply)
            seen = self._advanced(seen, ripe)
            await feed.move(self._engine, found.series, seen, asked_at)
            if len(ripe) < PAGE:
                return
            after = ripe[-1].number

    async def _begin_again(self, report: ChangeReport, asked_at: datetime) -> None:
        """Nothing is known about what came before: whatever is cached is as old as the last word of the addon."""
        self.counters["restarts"] += 1
        _log.info("changes are counted anew", series=report.series, newest=report.newest)
        await self._cache.clear_everything()
        await feed.move(self._engine, report.series, report.newest, asked_at)

    async def _make_good(self, changes: Sequence[NumberedChange], apply: Apply) -> None:
        applied = await receipts.applied(self._engine, [change.event.id for change in changes])
        events = [_dated(change) for change in changes]
        missed = [
            event
            for event in events
            if event.id not in applied or receipts.is_another(event.happened_at, applied[event.id])
        ]
        if len(missed) > MANY:
            await self._cache.clear_everything()
            received = [Receipt(event.id, event.type, None, "everything") for event in missed]
            await receipts.record_applied(self._engine, received)
        else:
            for event in missed:
                await apply(event)
        self.counters["missed"] += len(missed)
        if missed:
            _log.warning("lost webhooks made good", number=len(missed))

    def _advanced(self, seen: int, changes: Sequence[NumberedChange]) -> int:
        """Over numbers without a gap, and over a gap that has been there for long."""
        for change in changes:
            gap = change.number - seen - 1
            if gap and change.age < GAP_TIMEOUT:
                break
            if gap:
                self.counters["gaps"] += gap
                _log.warning("changes that never came", numbers=f"{seen + 1} to {change.number - 1}")
            seen = change.number
        return seen


def _dated(change: NumberedChange) -> Event:
    """The addon tells how old a change is, not when it was: so clocks need not agree."""
    happened_at = datetime.now(UTC) - timedelta(seconds=min(change.age, A_YEAR))
    return structs.replace(change.event, timestamp=happened_at.isoformat())


def _is_another(report: ChangeReport, series: str, seen: int) -> bool:
    """The numbers mean something else now, or have gone back, or those that we want are forgotten."""
    return report.series != series or report.newest < seen or report.oldest > seen + 1

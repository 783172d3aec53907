"""One hit in many is compared with what WHMCS says now: how an operator sees that nothing stale is shown."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

import structlog

from counterfoil import errors
from counterfoil.cache import rules
from counterfoil.cache.fetching import Fetching
from counterfoil.cache.packing import mark_of, nonce_of, token_of
from counterfoil.cache.store import Store, StoreAway
from counterfoil.cache.store_trust import StoreTrust
from counterfoil.cache.values import CacheCounters, CacheUnavailable, Entry, Part

_log = structlog.get_logger(__name__)

PAUSE = 10.0
"""Seconds between two of them in one process, however many hits there are."""

GRACE = rules.SETTLE
"""Seconds in which a clear may still come for a difference: what tells of the change is on its way."""


class SpotChecks:
    """At most one at a time in this process, one of each object in the fleet, and only while `is_idle`: nobody shall
    wait for a call that nobody asked for. So only what will not expire within `longest` seconds is looked at.
    """

    def __init__(
        self,
        store: Store,
        trust: StoreTrust,
        fetching: Fetching,
        counters: CacheCounters,
        clear: Callable[[str], Awaitable[None]],
    ) -> None:
        self._store, self._trust, self._fetching = store, trust, fetching
        self._counters, self._clear = counters, clear
        self._one_in, self._longest = 0, 0.0
        self._is_idle: Callable[[], bool] = bool
        self._due_at, self._not_before = 0, 0.0
        self._task: asyncio.Task[None] | None = None

    def begin(self, one_in: int, longest: float, is_idle: Callable[[], bool]) -> None:
        """`one_in` 0: never. `longest`: seconds that one fetch may take. `is_idle`: whether WHMCS has nothing to do."""
        self._one_in, self._longest, self._is_idle = one_in, longest, is_idle
        self._due_at = self._counters.hits + one_in

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def consider(self, scope: str, nonce: str, parts: Sequence[Part], entries: Sequence[Entry | None]) -> None:
        """What one look found, all of it of generation `nonce`. Never waits."""
        if not self._one_in or self._counters.hits < self._due_at or self._is_under_way:
            return
        now, until = asyncio.get_running_loop().time(), self._trust.clock.now() + self._longest
        lasting = [(part, e) for part, e in zip(parts, entries, strict=True) if e is not None and e.expires_at > until]
        if not lasting or now < self._not_before or not self._is_idle():
            return
        self._due_at, self._not_before = self._counters.hits + self._one_in, now + PAUSE
        part, entry = random.choice(lasting)  # noqa: S311 -- no secret
        self._task = asyncio.create_task(self._check(scope, nonce, part, entry), name="spot check")

    @property
    def _is_under_way(self) -> bool:
        return self._task is not None and not self._task.done()

    async def _check(self, scope: str, nonce: str, part: Part, entry: Entry) -> None:
        try:
            async with asyncio.timeout(self._longest), self._fetching.only_one(scope, part, nonce_of(nonce)) as is_only:
                if not is_only:
                    return
                now = (await part.fetch()).value
        except StoreAway:
            return
        except (errors.CounterfoilError, TimeoutError):
            self._counters.checks_failed += 1
            return
        if now == entry.value:
            self._counters.checks_same += 1
            return
        age = self._trust.clock.now() - entry.as_of
        await asyncio.sleep(GRACE)
        if await self._is_still(scope, nonce):
            await self._report(scope, part, age)
        else:
            self._counters.checks_cleared += 1

    async def _is_still(self, scope: str, nonce: str) -> bool:
        """Whether nothing has cleared it meanwhile. While the store is away, nobody is shown anything of it."""
        try:
            mark = mark_of((await self._store.look(scope, [], None)).record)
        except StoreAway:
            return False
        return mark is not None and nonce_of(token_of(mark)) == nonce_of(nonce)

    async def _report(self, scope: str, part: Part, age: float) -> None:
        """`age`: for so long at most, the older value may have been shown in place of the newer one."""
        self._counters.checks_stale += 1
        self._counters.stale_seconds += age
        _log.warning("cache_mismatch", scope=scope, part=part.name.partition(":")[0], seconds=round(age, 1))
        try:
            await self._clear(scope)
        except CacheUnavailable:
            return  # It is owed, and paid before the store is asked again.

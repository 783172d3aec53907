"""Reading past the store while it is away or distrusted: right data, more calls, nothing stored."""

import asyncio
from collections.abc import Sequence

from counterfoil import errors
from counterfoil.cache import rules
from counterfoil.cache.single_flight import Flight, Flights, arrivals
from counterfoil.cache.store import Moved
from counterfoil.cache.store_trust import StoreTrust
from counterfoil.cache.values import CacheCounters, Entry, Part, Snapshot


class Bypass:
    """One call per object at a time. Who comes while it is under way shares the next one, not this one: a clear may
    have been acknowledged in between by a process that still reaches the store.
    """

    def __init__(self, trust: StoreTrust, counters: CacheCounters) -> None:
        self._trust = trust
        self._counters = counters
        self._flights = Flights[Entry]()
        self._failed: dict[tuple[str, str], errors.Unavailable] = {}

    async def read(self, scope: str, parts: Sequence[Part]) -> Snapshot:
        self._counters.bypasses += 1
        entries = await arrivals([self._flight(scope, part) for part in parts])
        if not await self._trust.is_withheld():
            raise Moved
        self._trust.owe(scope)
        return Snapshot("", tuple(entries))

    async def close(self) -> None:
        await self._flights.close()

    def _flight(self, scope: str, part: Part) -> Flight[Entry]:
        key = (scope, part.name)
        latest = self._flights.latest(key)
        if latest is not None and not latest.is_airborne:
            return latest
        before = latest.task if latest is not None else None
        return self._flights.start(key, lambda flight: self._fly(key, part, before, flight))

    async def _fly(
        self, key: tuple[str, str], part: Part, before: asyncio.Task[Entry] | None, flight: Flight[Entry]
    ) -> Entry:
        if before is not None:
            await asyncio.wait([before])
        flight.is_airborne = True
        if self._trust.is_given:
            raise Moved
        if key in self._failed:
            self._counters.failures_shared += 1
            raise self._failed[key]
        began = self._trust.clock.now()
        self._counters.fetches += 1
        try:
            async with asyncio.timeout(rules.FETCH_LIMIT):
                return Entry((await part.fetch()).value, began, began)
        except errors.Unavailable as error:
            self._counters.failures += 1
            self._failed[key] = error
            asyncio.get_running_loop().call_later(rules.SHARED_FAILURE, self._failed.pop, key, None)
            raise

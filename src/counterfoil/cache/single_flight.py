"""Tasks that several readers share and none of them owns. Knows nothing of caching."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Sequence
from typing import Any, Generic, TypeVar

from counterfoil.cache.store import Moved

T = TypeVar("T")


class Flight(Generic[T]):
    """One shared task. It sets `is_airborne` when who comes later must not share it any more, `began` to the event
    loop's time when it begins to fetch, if it does, `was_missed` when the store does not know what it brings, and
    `was_late` when the store did not take it, but knows that it is shown. `is_wanted`: by who has waited
    before. `outwaits`: when that fetch began at whose end it will look again.
    """

    def __init__(self) -> None:
        self.task: asyncio.Task[T]
        self.readers = 0
        self.is_airborne = False
        self.was_missed = False
        self.was_late = False
        self.is_wanted = False
        self.outwaits = float("inf")
        self.began = float("inf")

    def begins_after(self, moment: float) -> bool:
        """Whether what it brings is known to be fetched after that."""
        return moment < self.began < float("inf") or self.outwaits <= moment


class Flights(Generic[T]):
    """At most one flight per key in this process."""

    def __init__(self) -> None:
        self._latest: dict[Hashable, Flight[T]] = {}
        self._all: set[asyncio.Task[T]] = set()

    def latest(self, key: Hashable) -> Flight[T] | None:
        return self._latest.get(key)

    def start(self, key: Hashable, fly: Callable[[Flight[T]], Coroutine[Any, Any, T]]) -> Flight[T]:
        """A new flight, which from now on is the latest."""
        flight = Flight[T]()
        self._latest[key] = flight
        flight.task = asyncio.create_task(fly(flight))
        self._all.add(flight.task)
        flight.task.add_done_callback(lambda _: self._land(key, flight))
        return flight

    def join(self, key: Hashable, fly: Callable[[Flight[T]], Coroutine[Any, Any, T]]) -> Flight[T]:
        return self._latest.get(key) or self.start(key, fly)

    def _land(self, key: Hashable, flight: Flight[T]) -> None:
        self._all.discard(flight.task)
        if self._latest.get(key) is flight:
            del self._latest[key]
        if not flight.task.cancelled():
            flight.task.exception()  # All readers may have left: nobody else would look at it.

    async def close(self) -> None:
        for task in self._all:
            task.cancel()
        if self._all:
            await asyncio.wait(self._all)


async def arrivals(flights: Sequence[Flight[T]]) -> list[T]:
    """What all of them bring, or the first failure. Giving up the wait leaves the flights alone."""
    for flight in flights:
        flight.readers += 1
    try:
        done, _ = await asyncio.wait([flight.task for flight in flights], return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for flight in flights:
            flight.readers -= 1
    if any(task.cancelled() for task in done):
        raise Moved
    for task in done:
        task.result()
    return [flight.task.result() for flight in flights]

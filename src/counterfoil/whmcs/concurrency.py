"""How many calls may be with WHMCS at a time, and the queue before them, which refuses whom it cannot serve in time."""

from asyncio import Future, get_running_loop
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

from counterfoil.whmcs.failures import Failure

_WEIGHT = 0.2
"""Of the newest call in the running mean: after five calls the mean has mostly followed a change."""

STRANGERS = 4
"""Strangers have one place in so many, but one at least: whoever guesses passwords does not take WHMCS's from those
who are signed in."""


class _Line:
    """Those who have a place or are promised one, and those who wait, with the numbers in which they came."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.taken = 0
        self.waiting: deque[tuple[int, Future[None]]] = deque()

    @property
    def has_room(self) -> bool:
        return self.taken < self.places


class ConcurrencyLimit:
    """First come, first served; `places` at a time. A stranger only claims to be somebody: see STRANGERS."""

    def __init__(self, places: int, clock: Callable[[], float]) -> None:
        self._places, self._clock = places, clock
        self._typical = 0.0
        self._since: dict[object, float] = {}
        self._customers, self._strangers = _Line(places), _Line(max(1, places // STRANGERS))
        self._number = count()

    @property
    def in_flight(self) -> int:
        return len(self._since)

    @property
    def queued(self) -> int:
        return len(self._customers.waiting) + len(self._strangers.waiting)

    def expected_wait(self, *, from_stranger: bool = False) -> float:
        """Seconds that a call which comes now would wait, as far as can be told."""
        line = self._line(from_stranger=from_stranger)
        if self._is_free_for(line):
            return 0.0
        now = self._clock()
        ages = [now - since for since in self._since.values()]
        # Calls that hang have not ended, so their age must count, or the queue would seem fast just then.
        typical = max(self._typical, sum(ages) / max(1, len(ages)))
        return typical * (len(line.waiting) + 1) / line.places

    def _line(self, *, from_stranger: bool) -> _Line:
        return self._strangers if from_stranger else self._customers

    @property
    def _taken(self) -> int:
        return self._customers.taken + self._strangers.taken

    def _is_free_for(self, line: _Line) -> bool:
        return not line.waiting and line.has_room and self._taken < self._places

    @asynccontextmanager
    async def place(self, limit: float, *, from_stranger: bool = False) -> AsyncIterator[None]:
        """One place. Raises Failure at once when the wait is likely to take longer than `limit` seconds."""
        line = self._line(from_stranger=from_stranger)
        if self._is_free_for(line):
            line.taken += 1
        else:
            if self.expected_wait(from_stranger=from_stranger) > limit:
                raise Failure("queue_full")
            await self._wait(line)
        me = object()
        self._since[me] = self._clock()
        try:
            yield
        except BaseException:
            self._leave(line, me, is_measure=False)
            raise
        self._leave(line, me, is_measure=True)

    async def _wait(self, line: _Line) -> None:
        turn: Future[None] = get_running_loop().create_future()
        me = next(self._number), turn
        line.waiting.append(me)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                # The place was given to us in the moment in which we went away.
                line.taken -= 1
                self._next()
            elif me in line.waiting:
                line.waiting.remove(me)
            raise

    def _leave(self, line: _Line, me: object, *, is_measure: bool) -> None:
        line.taken -= 1
        took = self._clock() - self._since.pop(me)
        # An abandoned call only tells that an answer takes longer than that.
        if is_measure or took > self._typical:
            self._typical += (took - self._typical) * (_WEIGHT if self._typical else 1.0)
        self._next()

    def _next(self) -> None:
        while self._taken < self._places:
            lines = [line for line in (self._customers, self._strangers) if line.waiting and line.has_room]
            if not lines:
                return
            line = min(lines, key=lambda each: each.waiting[0][0])
            _, turn = line.waiting.popleft()
            if not turn.done():
                line.taken += 1
                turn.set_result(None)

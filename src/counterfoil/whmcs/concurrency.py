"""How many calls may be with WHMCS at a time, and the queue before them, which refuses whom it cannot serve in time."""

from asyncio import Future, get_running_loop
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from counterfoil.whmcs.failures import Failure

_WEIGHT = 0.2
"""Of the newest call in the running mean: after five calls the mean has mostly followed a change."""


class ConcurrencyLimit:
    """First come, first served; `places` at a time."""

    def __init__(self, places: int, clock: Callable[[], float]) -> None:
        self._places, self._clock = places, clock
        self._typical = 0.0
        self._since: dict[object, float] = {}
        self._waiting: deque[Future[None]] = deque()
        self._promised = 0

    @property
    def in_flight(self) -> int:
        return len(self._since)

    @property
    def queued(self) -> int:
        return len(self._waiting)

    @property
    def expected_wait(self) -> float:
        """Seconds that a call which comes now would wait, as far as can be told."""
        if self._has_room:
            return 0.0
        now = self._clock()
        ages = [now - since for since in self._since.values()]
        # Calls that hang have not ended, so their age must count, or the queue would seem fast just then.
        typical = max(self._typical, sum(ages) / max(1, len(ages)))
        return typical * (len(self._waiting) + 1) / self._places

    @property
    def _has_room(self) -> bool:
        return not self._waiting and len(self._since) + self._promised < self._places

    @asynccontextmanager
    async def place(self, limit: float) -> AsyncIterator[None]:
        """One place. Raises Failure at once when the wait is likely to take longer than `limit` seconds."""
        if not self._has_room:
            if self.expected_wait > limit:
                raise Failure("queue_full")
            await self._wait()
        me = object()
        self._since[me] = self._clock()
        try:
            yield
        except BaseException:
            self._leave(me, is_measure=False)
            raise
        self._leave(me, is_measure=True)

    async def _wait(self) -> None:
        turn: Future[None] = get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                # The place was given to us in the moment in which we went away.
                self._promised -= 1
                self._next()
            elif turn in self._waiting:
                self._waiting.remove(turn)
            raise
        self._promised -= 1

    def _leave(self, me: object, *, is_measure: bool) -> None:
        took = self._clock() - self._since.pop(me)
        # An abandoned call only tells that an answer takes longer than that.
        if is_measure or took > self._typical:
            self._typical += (took - self._typical) * (_WEIGHT if self._typical else 1.0)
        self._next()

    def _next(self) -> None:
        while self._waiting and len(self._since) + self._promised < self._places:
            turn = self._waiting.popleft()
            if not turn.done():
                self._promised += 1
                turn.set_result(None)

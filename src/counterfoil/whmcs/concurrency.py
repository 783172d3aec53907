"""How many calls may be with WHMCS at a time, and the queue before them.

Whom it cannot serve in time is refused. Those who wait take turns, one call each, however many somebody has waiting:
who asks for much waits for it himself.
"""

from asyncio import Future, get_running_loop
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from counterfoil.whmcs.failures import Failure

_WEIGHT = 0.2
"""Of the newest call in the running mean: after five calls the mean has mostly followed a change."""

STRANGERS = 4
"""Strangers have one place in so many, but one at least: whoever guesses passwords does not take WHMCS's from those
who are signed in."""


class _Flow:
    """The calls of one client that wait, oldest first. `turn`: a number by which flows follow each other."""

    def __init__(self, turn: int) -> None:
        self.turn = turn
        self.calls: deque[Future[None]] = deque()


class _Line:
    """Those who have a place or are promised one, and the flows that wait: a ring, next turn first."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.taken = 0
        self.ring: OrderedDict[Hashable, _Flow] = OrderedDict()

    @property
    def has_room(self) -> bool:
        return self.taken < self.places

    @property
    def waiting(self) -> int:
        return sum(len(flow.calls) for flow in self.ring.values())

    @property
    def next_turn(self) -> int:
        return next(iter(self.ring.values())).turn

    def before(self, whose: Hashable) -> int:
        """How many calls would be served before one that comes now, if nobody else came."""
        mine = len(self.ring[whose].calls) if whose in self.ring else 0
        return mine + sum(min(len(flow.calls), mine + 1) for key, flow in self.ring.items() if key != whose)

    def join(self, whose: Hashable, call: Future[None], turn: int) -> None:
        self.ring.setdefault(whose, _Flow(turn)).calls.append(call)

    def leave(self, whose: Hashable, call: Future[None]) -> None:
        """Nothing, if it is not there any more."""
        flow = self.ring.get(whose)
        if flow is not None and call in flow.calls:
            flow.calls.remove(call)
            if not flow.calls:
                del self.ring[whose]

    def call_up(self, turn: int) -> Future[None]:
        """The next call; what its flow has besides waits until all others had a turn: `turn` is its next one."""
        whose, flow = self.ring.popitem(last=False)
        call = flow.calls.popleft()
        if flow.calls:
            flow.turn = turn
            self.ring[whose] = flow
        return call


class Place:
    """Whoever has it gives it back when they leave, but not before their `work` has ended: what was sent to WHMCS is
    with WHMCS until it answers, whether or not somebody waits for the answer.
    """

    def __init__(self) -> None:
        self.work: Future[Any] | None = None


class ConcurrencyLimit:
    """`places` at a time. A stranger only claims to be somebody: see STRANGERS."""

    def __init__(self, places: int, clock: Callable[[], float]) -> None:
        self._places, self._clock = places, clock
        self._typical = 0.0
        self._since: dict[Place, float] = {}
        self._customers, self._strangers = _Line(places), _Line(max(1, places // STRANGERS))
        self._turns = count()

    @property
    def in_flight(self) -> int:
        return len(self._since)

    @property
    def queued(self) -> int:
        return self._customers.waiting + self._strangers.waiting

    def expected_wait(self, whose: Hashable = None, *, from_stranger: bool = False) -> float:
        """Seconds that a call of this client which comes now would wait, as far as can be told."""
        line = self._line(from_stranger=from_stranger)
        if self._is_free_for(line):
            return 0.0
        now = self._clock()
        ages = [now - since for since in self._since.values()]
        # Calls that hang have not ended, so their age must count, or the queue would seem fast just then.
        typical = max(self._typical, sum(ages) / max(1, len(ages)))
        return typical * (line.before(whose) + 1) / line.places

    def _line(self, *, from_stranger: bool) -> _Line:
        return self._strangers if from_stranger else self._customers

    @property
    def _taken(self) -> int:
        return self._customers.taken + self._strangers.taken

    def _is_free_for(self, line: _Line) -> bool:
        return not line.ring and line.has_room and self._taken < self._places

    @asynccontextmanager
    async def place(self, limit: float, whose: Hashable = None, *, from_stranger: bool = False) -> AsyncIterator[Place]:
        """One place. Raises Failure at once when the wait is likely to take longer than `limit` seconds.

        `whose`: those who share it share their turns; without it the call is somebody of its own.
        """
        line = self._line(from_stranger=from_stranger)
        if self._is_free_for(line):
            line.taken += 1
        else:
            if self.expected_wait(whose, from_stranger=from_stranger) > limit:
                raise Failure("queue_full")
            came = self._clock()
            await self._wait(line, object() if whose is None else whose)
            # Others may have had their turns meanwhile. What would be given up under way, WHMCS would do for nobody.
            if limit - (self._clock() - came) < self._typical:
                line.taken -= 1
                self._next()
                raise Failure("queue_full")
        place, is_measure = Place(), False
        self._since[place] = self._clock()
        try:
            yield place
            is_measure = True
        finally:
            if place.work is None or place.work.done():
                self._leave(line, place, is_measure=is_measure)
            else:
                place.work.add_done_callback(lambda work: self._leave(line, place, is_measure=_has_come_of(work)))

    async def _wait(self, line: _Line, whose: Hashable) -> None:
        call: Future[None] = get_running_loop().create_future()
        line.join(whose, call, next(self._turns))
        try:
            await call
        except BaseException:
            if call.done() and not call.cancelled():
                # The place was given to us in the moment in which we went away.
                line.taken -= 1
                self._next()
            else:
                line.leave(whose, call)
            raise

    def _leave(self, line: _Line, place: Place, *, is_measure: bool) -> None:
        line.taken -= 1
        took = self._clock() - self._since.pop(place)
        # A call that brought nothing only tells that an answer takes longer than that.
        if is_measure or took > self._typical:
            self._typical += (took - self._typical) * (_WEIGHT if self._typical else 1.0)
        self._next()

    def _next(self) -> None:
        while self._taken < self._places:
            lines = [line for line in (self._customers, self._strangers) if line.ring and line.has_room]
            if not lines:
                return
            line = min(lines, key=lambda each: each.next_turn)
            call = line.call_up(next(self._turns))
            if not call.done():
                line.taken += 1
                call.set_result(None)


def _has_come_of(work: Future[Any]) -> bool:
    return not work.cancelled() and work.exception() is None

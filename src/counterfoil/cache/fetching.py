"""A miss, through the store: lease, wait or share; fetch; fill. One flight per object, generation and process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from counterfoil import errors, log
from counterfoil.cache import rules
from counterfoil.cache.failures import code_of, failure_of
from counterfoil.cache.packing import mark_of, unpack_entry
from counterfoil.cache.single_flight import Flight, Flights, arrivals
from counterfoil.cache.store import Answer, Lease, Moved, Store, StoreAway
from counterfoil.cache.store_trust import StoreTrust
from counterfoil.cache.values import CacheCounters, Entry, Fetched, Part
from counterfoil.tracing import NoTracing, Tracing


class Reader(NamedTuple):
    """Who wants an object. `arrived`: on the event loop's clock. `has_waited`: in vain, and takes what
    is not stored as well. `takes_nothing_older` than their arrival, not even what is stored: all parts must be so.
    """

    arrived: float
    has_waited: bool
    takes_nothing_older: bool


class Fetching:
    """Flights are keyed by the nonce that their readers saw: who saw a newer one never joins an older fetch."""

    def __init__(self, store: Store, trust: StoreTrust, new_token: Callable[[], str], counters: CacheCounters) -> None:
        self._store = store
        self._trust = trust
        self._new_token = new_token
        self._counters = counters
        self.tracing: Tracing = NoTracing()
        self._flights = Flights[Entry]()

    def flight(self, scope: str, part: Part, nonce: str, reader: Reader) -> Flight[Entry]:
        key = (scope, part.name, nonce, reader.takes_nothing_older)
        flight = self._flights.latest(key)
        if flight is None or (reader.takes_nothing_older and not flight.begins_after(reader.arrived)):
            flight = self._flights.start(key, lambda flight: self._fly(scope, part, nonce, reader, flight))
        flight.is_wanted |= reader.has_waited
        return flight

    def refresh(self, scope: str, part: Part, nonce: str) -> None:
        """Begins to fetch what is stored once more, unless this process does so already. Others get what is stored
        until something newer is; what goes wrong is nobody's.
        """
        key = (scope, part.name, nonce, True)
        if self._flights.latest(key) is None:
            reader = Reader(asyncio.get_running_loop().time(), has_waited=False, takes_nothing_older=True)
            self._flights.start(key, lambda flight: self._fly(scope, part, nonce, reader, flight))

    async def close(self) -> None:
        await self._flights.close()

    async def _fly(self, scope: str, part: Part, nonce: str, reader: Reader, flight: Flight[Entry]) -> Entry:
        lease, waited_for = Lease(scope, part.name, nonce, self._new_token()), b""
        for pause in _pauses():
            asked = asyncio.get_running_loop().time()
            answer = await self._trust.ask(self._store.acquire, lease, reader.takes_nothing_older)
            if answer.kind == "lease":
                if waited_for and not flight.is_wanted:
                    await self._give_back(lease, "")
                    break  # In vain: what they take from now on, they take all at once.
                flight.began = asked
                return await self._fetch(lease._replace(start=answer.now), part, flight)
            if not self._trust.is_given:  # The answer has shown a clock step: what it calls a hit may have run out.
                break
            if answer.kind == "hit":
                return _entry(answer.data, b"")
            if answer.kind == "failed":
                self._counters.failures_shared += 1
                raise failure_of(answer.data.decode())
            if answer.kind != "wait" or not flight.readers:
                break
            owner, start = answer.data.decode().split()
            began = asked - (answer.now - int(start) / 1000)
            if flight.is_wanted and (began > reader.arrived or not reader.takes_nothing_older):
                flight.began = began
                return await self._follow(lease._replace(owner=owner), flight)
            if not flight.is_wanted and waited_for not in {b"", answer.data}:
                break
            waited_for, flight.outwaits = answer.data, began
            self._counters.waits += 1
            await asyncio.sleep(pause)
        raise Moved

    async def _follow(self, lease: Lease, flight: Flight[Entry]) -> Entry:
        """What another process is fetching, whether or not the store takes it."""
        is_first = True
        for pause in _pauses():
            answer = await self._trust.ask(self._store.follow, lease, is_first)
            if not self._trust.is_given or not flight.readers:
                break
            if answer.kind == "late":
                flight.was_late = True
                return _entry(answer.data, b"")
            if answer.kind == "failed":
                self._counters.failures_shared += 1
                raise failure_of(answer.data.decode())
            if answer.kind != "wait":
                break
            is_first = False
            self._counters.waits += 1
            await asyncio.sleep(pause)
        raise Moved

    async def _fetch(self, lease: Lease, part: Part, flight: Flight[Entry]) -> Entry:
        if not self._trust.is_given:  # The answer that brought the lease has shown a clock step.
            await self._give_back(lease, "")
            raise Moved
        began = self._trust.clock.now()
        try:
            async with self._renewed(lease):
                fetched = await self._fetched(part)
        except BaseException as error:
            # A bug or a refusal is for those who wait here; others shall not wait for the lease to run out.
            await self._give_back(lease, code_of(error))
            raise
        lifetime = part.lifetime if fetched.lifetime is None else min(part.lifetime, fetched.lifetime)
        try:
            answer = await self._trust.ask(self._store.fill, lease, fetched.value, lifetime, flight.is_wanted)
        except StoreAway:
            flight.was_missed = True
            entry = Entry(fetched.value, began, began + min(lifetime, rules.PROBATION))
            return await self._past_the_store(lease, entry)
        flight.was_late = answer.kind == "late"
        return self._accepted(answer, fetched.value)

    async def _fetched(self, part: Part) -> Fetched:
        self._counters.fetches += 1
        if not log.request_id.get():  # begun by no request; a failure must have a name all the same
            log.request_id.set(log.new_request_id())
        try:
            async with asyncio.timeout(rules.FETCH_LIMIT) as limit:
                with self.tracing.span(f"fetch {part.name.partition(':')[0]}"):
                    return await part.fetch()
        except TimeoutError:
            if limit.expired():
                raise errors.BillingUnavailable(f"{part.name} took longer than any fetch may") from None
            raise

    def _accepted(self, answer: Answer, value: bytes) -> Entry:
        """Only what the store took, or knows to be shown, is handed out: after it nobody is shown anything older."""
        self._counters.fills_stored += answer.kind == "ok"
        self._counters.fills_moved += answer.kind == "moved"
        self._counters.fills_lost += answer.kind == "lost"
        self._counters.fills_late += answer.kind == "late"
        if answer.kind not in {"ok", "late"} or not self._trust.is_given:
            raise Moved
        return _entry(answer.data, value)

    async def _past_the_store(self, lease: Lease, entry: Entry) -> Entry:
        """The store went away during the fetch. The fetch began after every clear that its readers may count on."""
        self._counters.fills_unknown += 1
        if not await self._trust.is_withheld():  # Back already: nothing stands against doing it properly.
            raise Moved
        self._trust.owe(lease.scope)
        return entry

    async def _give_back(self, lease: Lease, code: str) -> None:
        self._counters.failures += bool(code)
        with contextlib.suppress(StoreAway):
            await self._trust.ask(self._store.fail, lease, code)

    @asynccontextmanager
    async def only_one(self, scope: str, part: Part, nonce: str) -> AsyncIterator[bool]:
        """Whether this is the only fetch of it in the fleet, for as long as the body lasts. What the body fetches is
        not stored, and what is stored goes on being shown.
        """
        lease = Lease(scope, part.name, nonce, self._new_token())
        answer = await self._trust.ask(self._store.acquire, lease, True)
        if answer.kind != "lease":
            yield False
            return
        try:
            async with self._renewed(lease):
                yield True
        finally:
            await self._give_back(lease, "")

    @asynccontextmanager
    async def _renewed(self, lease: Lease) -> AsyncIterator[None]:
        task = asyncio.create_task(self._renew(lease))
        try:
            yield
        finally:
            task.cancel()

    async def _renew(self, lease: Lease) -> None:
        with contextlib.suppress(StoreAway):
            while True:
                await asyncio.sleep(rules.LEASE / 4)
                await self._trust.ask(self._store.renew, lease)


def _entry(raw: bytes, value: bytes) -> Entry:
    """Of a header or an entry that the store has just judged by its own clock."""
    entry = unpack_entry(raw + value, mark_of(raw) or b"", 0.0)
    if entry is None:
        raise Moved
    return entry


def _pauses() -> Iterator[float]:
    pause = rules.POLL_FIRST
    while True:
        yield pause
        pause = min(pause * 2, rules.POLL_LAST)


def are_for(flights: Sequence[Flight[Entry]], parts: Sequence[Part], arrived: float) -> bool:
    """Whether every part was fetched for who arrived then. Clears that the store has missed are unknown here."""
    began_after = [arrived < flight.began < float("inf") and not flight.was_missed for flight in flights]
    return len(flights) == len(parts) and all(began_after)


async def landed(flights: Sequence[Flight[Entry]], arrived: float) -> list[Entry]:
    """What all of them bring, for who arrived then."""
    if not flights:
        return []
    entries = await arrivals(flights)
    if any(flight.began + (e.expires_at - e.as_of) <= arrived for flight, e in zip(flights, entries, strict=True)):
        raise Moved  # A slow fetch on probation, begun long before this reader came: it proves nothing to them.
    return entries

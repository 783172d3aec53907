"""A miss, through the store: lease, wait or share; fetch; fill. One flight per object, generation and process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

from counterfoil import errors
from counterfoil.cache import rules
from counterfoil.cache.failures import failure_of
from counterfoil.cache.packing import mark_of, unpack_entry
from counterfoil.cache.single_flight import Flight, Flights
from counterfoil.cache.store import Answer, Lease, Moved, Store, StoreAway
from counterfoil.cache.store_trust import StoreTrust
from counterfoil.cache.values import CacheCounters, Entry, Fetched, Part


class Fetching:
    """Flights are keyed by the nonce that their readers saw: who saw a newer one never joins an older fetch."""

    def __init__(self, store: Store, trust: StoreTrust, new_token: Callable[[], str], counters: CacheCounters) -> None:
        self._store = store
        self._trust = trust
        self._new_token = new_token
        self._counters = counters
        self._flights = Flights[Entry]()

    def flight(self, scope: str, part: Part, nonce: str) -> Flight[Entry]:
        return self._flights.join((scope, part.name, nonce), lambda flight: self._fly(scope, part, nonce, flight))

    async def close(self) -> None:
        await self._flights.close()

    async def _fly(self, scope: str, part: Part, nonce: str, flight: Flight[Entry]) -> Entry:
        lease = Lease(scope, part.name, nonce, self._new_token())
        for pause in _pauses():
            asked = asyncio.get_running_loop().time()
            answer = await self._trust.ask(self._store.acquire, lease)
            if answer.kind == "lease":
                flight.began = asked
                return await self._fetch(lease, part, flight)
            if not self._trust.is_given:  # The answer has shown a clock step: what it calls a hit may have run out.
                break
            if answer.kind == "hit":
                return _entry(answer.data, b"")
            if answer.kind == "failed":
                self._counters.failures_shared += 1
                raise failure_of(answer.data.decode())
            if answer.kind != "wait" or not flight.readers:
                break
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
            await self._give_back(lease, error.code if isinstance(error, errors.Unavailable) else "")
            raise
        lifetime = part.lifetime if fetched.lifetime is None else min(part.lifetime, fetched.lifetime)
        try:
            answer = await self._trust.ask(self._store.fill, lease, fetched.value, lifetime)
        except StoreAway:
            flight.was_missed = True
            return self._past_the_store(lease, Entry(fetched.value, began, began + min(lifetime, rules.PROBATION)))
        return self._accepted(answer, fetched.value)

    async def _fetched(self, part: Part) -> Fetched:
        self._counters.fetches += 1
        try:
            async with asyncio.timeout(rules.FETCH_LIMIT) as limit:
                return await part.fetch()
        except TimeoutError:
            if limit.expired():
                raise errors.BillingUnavailable(f"{part.name} took longer than any fetch may") from None
            raise

    def _accepted(self, answer: Answer, value: bytes) -> Entry:
        """Only what the store took is handed out; otherwise a reader might next be shown something older."""
        self._counters.fills_stored += answer.kind == "ok"
        self._counters.fills_moved += answer.kind == "moved"
        self._counters.fills_lost += answer.kind == "lost"
        if answer.kind != "ok" or not self._trust.is_given:
            raise Moved
        return _entry(answer.data, value)

    def _past_the_store(self, lease: Lease, entry: Entry) -> Entry:
        """The store went away during the fetch. The fetch began after every clear that its readers may count on."""
        self._counters.fills_unknown += 1
        if self._trust.is_given:  # Back already: nothing stands against doing it properly.
            raise Moved
        self._trust.owe(lease.scope)
        return entry

    async def _give_back(self, lease: Lease, code: str) -> None:
        self._counters.failures += bool(code)
        with contextlib.suppress(StoreAway):
            await self._trust.ask(self._store.fail, lease, code)

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

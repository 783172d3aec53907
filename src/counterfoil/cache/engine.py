"""The cache as the rest of the house sees it. Why the rules are what they are: docs/cache.md."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from counterfoil import errors
from counterfoil.cache import rules
from counterfoil.cache.ages import Ages
from counterfoil.cache.bypass import Bypass
from counterfoil.cache.clock import StoreClock
from counterfoil.cache.fetching import Fetching, Reader, are_for, landed
from counterfoil.cache.packing import fetched_mark, mark_of, nonce_of, pack_header, random_nonce, token_of, unpack_entry
from counterfoil.cache.repeats import Repeats
from counterfoil.cache.spot_checks import SpotChecks
from counterfoil.cache.store import Bump, Found, Moved, Store, StoreAway
from counterfoil.cache.store_trust import StoreTrust
from counterfoil.cache.values import CacheCounters, CacheUnavailable, Entry, Part, Peek, Snapshot, Write


class Cache:
    """Coherent over all processes that share the store. Scopes are clients ("c42") and whatever else is cleared as one.

    A read that begins after a `clear` returned never gets what was fetched before it, in any process.
    """

    def __init__(
        self, store: Store, *, new_nonce: Callable[[], str] = random_nonce, clock: StoreClock | None = None
    ) -> None:
        self.counters = CacheCounters()
        self.ages = Ages(self.counters)
        self._store = store
        self._new_nonce = new_nonce
        self._clock = clock or StoreClock()
        self._trust = StoreTrust(store, self._clock, new_nonce, self.counters)
        self.repeats = Repeats(self._trust, self._clock, self.counters, self.ages)
        self.fetching = Fetching(store, self._trust, new_nonce, self.counters)
        self._bypass = Bypass(self._trust, self.counters)
        self.spot_checks = SpotChecks(store, self._trust, self.fetching, self.counters, self.clear)
        self._ending: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Connects. A store that is away delays this by 0.5 s and is awaited in the background."""
        await self._trust.start()

    async def close(self) -> None:
        if self._ending:
            await asyncio.wait(self._ending)
        await self.spot_checks.close()
        await self.fetching.close()
        await self._bypass.close()
        await self._trust.close()

    async def peek(self, scope: str, names: Sequence[str], session: str | None = None) -> Peek:
        """What is there, in one round trip and without a write. Everything is None while the store is away."""
        return self.told(names, await self.look(scope, names, session))

    async def look(self, scope: str, names: Sequence[str], session: str | None = None) -> Found | None:
        """The same as the store said it, for `told` and `repeats` to judge at once; None while it is away."""
        if not self._trust.is_given:
            return None
        try:
            return await self._store.look(scope, names, session)
        except StoreAway:
            return None

    def told(self, names: Sequence[str], found: Found | None) -> Peek:
        """What of it counts."""
        nothing = Peek(None, None, (None,) * len(names))
        try:
            return self._found(names, found) if found is not None else nothing
        except Moved:
            return nothing

    def _found(self, names: Sequence[str], found: Found) -> Peek:
        if not self._trust.is_given:
            raise Moved  # Closed meanwhile, perhaps because the clock that entries expire by was set.
        mark = mark_of(found.record)
        if mark is None:
            return Peek(found.session, None, (None,) * len(found.entries))
        now = self._clock.now()
        marks = (mark, fetched_mark(mark))
        entries = tuple([unpack_entry(raw, marks, now) for raw in found.entries])
        misses = entries.count(None)
        self.counters.misses += misses
        self.counters.hits += len(entries) - misses
        if self.counters.hits >= self.ages.due_at:
            self.ages.take(names, entries, now)
        return Peek(found.session, token_of(mark), entries)

    async def read(self, scope: str, parts: Sequence[Part], *, within: float) -> Snapshot:
        """All parts, of one generation. Raises what a fetch raised, and BillingUnavailable after `within` seconds."""
        arrived, again = asyncio.get_running_loop().time(), False
        try:
            async with asyncio.timeout(within) as limit:
                while True:
                    try:
                        return await self._round(scope, parts, arrived, again=again)
                    except Moved:
                        await asyncio.sleep(0)
                    except StoreAway:
                        await asyncio.sleep(rules.POLL_FIRST)
                    again = True
        except TimeoutError:
            if limit.expired():
                names = ", ".join(part.name for part in parts)
                raise errors.BillingUnavailable(f"{names} of {scope} not read within {within:.1f} s") from None
            raise

    async def _round(self, scope: str, parts: Sequence[Part], arrived: float, *, again: bool) -> Snapshot:
        if not self._trust.is_given:
            return await self._bypass.read(scope, parts)
        names = [part.name for part in parts]
        peek = self._found(names, await self._store.look(scope, names, None))
        # The nonce is settled before anything is shared: two readers who both saw no record saw different things.
        token = peek.nonce or (await self._trust.ask(self._store.born, scope, self._new_nonce())).data.decode()
        self.spot_checks.consider(scope, token, parts, peek.entries)
        # What is not stored stands beside nothing that is older than the request: then all parts are fetched for it.
        fresh = again and len(parts) > 1 and None in peek.entries
        known = (None,) * len(parts) if fresh else peek.entries
        missing = [part for part, entry in zip(parts, known, strict=True) if entry is None]
        reader = Reader(arrived, has_waited=again, takes_nothing_older=fresh)
        flights = [self.fetching.flight(scope, part, nonce_of(token), reader) for part in missing]
        fetched = iter(await landed(flights, arrived))
        entries = tuple([entry or next(fetched) for entry in known])
        if any(flight.was_missed or flight.was_late for flight in flights):
            if len(parts) > 1 and not are_for(flights, parts, arrived):
                raise Moved
            token = ""
        return Snapshot(token, entries)

    def refresh(self, scope: str, nonce: str, parts: Sequence[Part]) -> None:
        """Fetches what a Snapshot has anew before it expires, so that nobody has to wait for it then. Never waits."""
        for part in parts if nonce and self._trust.is_given else ():
            self.fetching.refresh(scope, part, nonce_of(nonce))

    async def keep(self, scope: str, nonce: str, name: str, entry: Entry) -> None:
        """Stores what was derived from a Snapshot, e.g. a rendered page, while its nonce holds. Never raises."""
        if not nonce or not self._trust.is_given:
            return
        header = pack_header(nonce, round(entry.as_of * 1000), int(entry.expires_at * 1000))
        try:
            await self._trust.ask(self._store.keep, scope, name, header, entry.value)
        except StoreAway:
            return

    async def clear(self, *scopes: str, hot_for: float = 0.0) -> None:
        """From now on nothing fetched before this counts. What is fetched in the next 6 s, or `hot_for`, counts 2 s.

        Raises CacheUnavailable when that could not be made to hold for every scope.
        """
        bumps = (self._bump(scope, Bump(self._new_nonce(), hot_for=hot_for)) for scope in scopes)
        failed = [result for result in await asyncio.gather(*bumps, return_exceptions=True) if result is not None]
        if failed:
            raise failed[0]

    async def clear_everything(self) -> None:
        """Every scope: for a change whose owner cannot be known. Walks through all keys."""
        try:
            await self._trust.bump_all()
        except StoreAway as error:
            raise CacheUnavailable("everything was to be cleared") from error

    async def _bump(self, scope: str, bump: Bump) -> None:
        try:
            await self._trust.ask(self._store.bump, scope, bump)
        except StoreAway as error:
            self.counters.clears_failed += 1
            self._trust.owe(scope)  # It may have been done all the same; doing it again costs little.
            raise CacheUnavailable(f"{scope} was to be cleared") from error
        self.counters.clears += 1
        self._trust.windows.opened(scope, bump)

    @asynccontextmanager
    async def writing(self, scope: str) -> AsyncIterator[Write]:
        """Around a write to WHMCS. After it every read shows what was written; while it lasts, and for 60 s when its
        outcome is unknown or this process dies, values count 2 s.

        Raises CacheUnavailable before the body runs, so that nothing is written that could not be shown. A body that
        raises anything but Refused has an unknown outcome.
        """
        write, intent = Write(), self._new_nonce()
        await self._bump(scope, Bump(self._new_nonce(), opens=intent, open_for=rules.INTENT))
        try:
            yield write
        except errors.Refused:
            raise
        except BaseException:
            write.unknown()
            raise
        finally:
            ending = asyncio.create_task(self._end(scope, intent, write))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
            await asyncio.shield(ending)

    async def _end(self, scope: str, intent: str, write: Write) -> None:
        self.counters.writes_unknown += write.is_unknown
        opens = Bump(self._new_nonce(), opens=intent, open_for=rules.INTENT)
        try:
            await self._bump(scope, opens if write.is_unknown else Bump(self._new_nonce(), closes=intent))
        except CacheUnavailable:
            # As good as the bump: all that was fetched since the intent was opened is on probation.
            await asyncio.sleep(rules.PROBATION)

    async def put_session(self, scope: str, key: str, value: bytes, ttl: float) -> None:
        """Best effort. Does nothing for a session that was dropped within the last 2 minutes."""
        if not self._trust.is_given:
            return
        try:
            await self._trust.ask(self._store.put_session, scope, key, value, ttl)
        except StoreAway:
            return

    async def drop_session(self, scope: str, key: str) -> None:
        """Gone for every process, and not put back by a request under way. Raises CacheUnavailable."""
        try:
            await self._trust.ask(self._store.drop_session, scope, key)
        except StoreAway as error:
            self._trust.owe_drop(scope, key)
            raise CacheUnavailable("a session was to be dropped") from error

    async def publish(self, topic: str, message: bytes) -> None:
        """To all processes, this one included. Best effort: while the store is away only this one hears it."""
        await self._store.publish(topic, message)

    def listen(self, callback: Callable[[str, bytes], None]) -> None:
        """`callback(topic, message)` runs in the event loop and must be quick."""
        self._store.listen(callback)

    def now(self) -> float:
        """Unix seconds on the store's clock, by which entries expire."""
        return self._clock.now()

    @property
    def clock_ahead(self) -> float:
        """Seconds by which the store's clock is ahead of this machine's."""
        return self._clock.ahead

    async def ping(self) -> None:
        """For readyz and doctor. Raises CacheUnavailable."""
        try:
            await self._trust.beat()
        except StoreAway as error:
            raise CacheUnavailable(str(error), left=error.left) from error

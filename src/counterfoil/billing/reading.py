"""What a read of billing data answers, and the parts that several reads share. No rule about any one noun."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from counterfoil.billing.lifetimes import NOT_FOUND_LIFETIME
from counterfoil.cache import Cache, Entry, Fetched, Part, Snapshot
from counterfoil.errors import RecordUnreadable

Value = TypeVar("Value")


class Reading(NamedTuple, Generic[Value]):
    """A value with the generation that it comes from, so that what is made of it can be cached with it.

    `as_of` and `expires_at` are Unix seconds: the start of the oldest fetch behind it, and when it must not be
    shown any more.
    """

    value: Value
    nonce: str
    as_of: float
    expires_at: float


MANY_ROWS = 500
"""What is done with more of them leaves the event loop: 10,000 take 0.1 s, in which nobody else would be served."""

SHORTEST_ROW = 128
"""Bytes of a row as it is cached, at least: how many there are at most, before they are decoded."""


async def apart(rows: int, work: Callable[[], Value]) -> Value:
    """What `work` gives, which goes through so many rows."""
    return await asyncio.to_thread(work) if rows > MANY_ROWS else work()


def reading_of(value: Value, snapshot: Snapshot, *, not_after: float = float("inf")) -> Reading[Value]:
    return Reading(value, snapshot.nonce, snapshot.as_of, min(snapshot.expires_at, not_after))


def part_of(name: str, lifetime: float, fetch: Callable[[], Awaitable[object]]) -> Part:
    """A part cached as JSON. A fetch that answers None is a "not found", which is believed only shortly."""

    async def fetched() -> Fetched:
        value = await fetch()
        brief = min(NOT_FOUND_LIFETIME, lifetime) if value is None else None
        return Fetched(msgspec.json.encode(value), brief)

    return Part(name, lifetime, fetched)


async def unless_unreadable(fetch: Awaitable[Value]) -> Value | None:
    """For a part that pages show beside others: None, believed shortly, where WHMCS cannot give it. An outage stays
    one.
    """
    try:
        return await fetch
    except RecordUnreadable:
        return None


def readable(value: Value | None) -> Value:
    """For who cannot do without it. Raises RecordUnreadable."""
    if value is None:
        raise RecordUnreadable("WHMCS cannot give this record")
    return value


class Steps:
    """Parts of one generation, read by one request in steps, because the first tell which others are needed.

    What a step brought was good when the request came, hence it is good for all of the request: where values count 2 s
    and WHMCS takes longer, the next step would otherwise ask for it again. After a clear between two steps all is read
    anew. While clears keep coming (F15) or the cache is away, steps stand together that were all read for this request.
    """

    def __init__(self, cache: Cache, scope: str, timeout: float, *, most: int | None = None) -> None:
        """`timeout` is for one read of at most `most` parts; a longer read is several of them."""
        self._cache = cache
        self._scope = scope
        self._timeout = timeout
        self._most = most
        self._nonce = ""
        self._entries: dict[str, Entry] = {}
        self._arrived = cache.now()
        self._was_cleared = False

    async def read(self, parts: Sequence[Part]) -> Snapshot:
        """Raises what Cache.read raises."""
        most = self._most or len(parts)
        for end in range(most, len(parts), most):
            await self._read(parts[:end])
        return await self._read(parts)

    async def _read(self, parts: Sequence[Part]) -> Snapshot:
        snapshot = await self._rest(parts)
        if self._entries and snapshot.nonce != self._nonce and not self._stand_together(snapshot):
            self._entries, self._was_cleared = {}, True
            snapshot = await self._rest(parts)
        self._nonce = snapshot.nonce if snapshot.nonce == self._nonce or not self._entries else ""
        new = iter(snapshot.entries)
        entries = tuple(self._entries.get(part.name) or next(new) for part in parts)
        self._entries |= {part.name: entry for part, entry in zip(parts, entries, strict=True)}
        return Snapshot(self._nonce, entries)

    def _stand_together(self, snapshot: Snapshot) -> bool:
        if self._nonce and snapshot.nonce and not self._was_cleared:
            return False
        return all(entry.as_of >= self._arrived for entry in (*self._entries.values(), *snapshot.entries))

    async def _rest(self, parts: Sequence[Part]) -> Snapshot:
        rest = [part for part in parts if part.name not in self._entries]
        return await self._cache.read(self._scope, rest, within=self._timeout)


def moment(unix: float) -> datetime:
    """As the API shows it: to the millisecond, and never later than `unix`."""
    return datetime.fromtimestamp(int(unix * 1000) / 1000, UTC)


class Calendar:
    """Days as WHMCS counts them: an invoice is overdue by the installation's date, not by the reader's."""

    def __init__(self, zone: ZoneInfo, now: Callable[[], float]) -> None:
        self._zone = zone
        self._now = now

    def today(self) -> date:
        return datetime.fromtimestamp(self._now(), self._zone).date()

    def midnight(self) -> float:
        """Unix seconds of the next change of date: until then "overdue" and "in 3 days" hold."""
        tomorrow = self.today() + timedelta(days=1)
        return datetime.combine(tomorrow, time.min, self._zone).timestamp()

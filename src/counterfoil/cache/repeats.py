"""Whether the store says the same once more: what followed from it then need not be worked out again."""

from msgspec import Struct

from counterfoil.cache.ages import Ages
from counterfoil.cache.clock import StoreClock
from counterfoil.cache.store import Found
from counterfoil.cache.store_trust import StoreTrust
from counterfoil.cache.values import CacheCounters, Entry


class Sighting(Struct, frozen=True, gc=False):
    """What the store said to a look for one entry that counted, but for the end of the value."""

    session: bytes
    record: bytes
    head: bytes
    """Of the entry: its generation, its times and the beginning of its value."""
    size: int
    """Of the whole entry."""
    name: str
    times: Entry
    """Without its value."""
    length: int
    """Bytes that it keeps in memory, its name aside."""


def sighting(name: str, found: Found, entry: Entry, rest: int) -> Sighting:
    """`rest`: how many bytes at the end of the value nothing depends on but themselves."""
    session, record, raw = found.session or b"", found.record or b"", found.entries[0] or b""
    head = raw[: len(raw) - rest]
    times = Entry(b"", entry.as_of, entry.expires_at)
    return Sighting(session, record, head, len(raw), name, times, len(session) + len(record) + len(head))


class Repeats:
    """By the same rules as the engine, and counted as it counts."""

    def __init__(self, trust: StoreTrust, clock: StoreClock, counters: CacheCounters, ages: Ages) -> None:
        self._trust = trust
        self._clock = clock
        self._counters = counters
        self._ages = ages

    def entry(self, seen: Sighting, found: Found | None) -> bytes | None:
        """As the store has it, if it has said just now what it said then and the entry still counts: that is a hit."""
        if found is None or found.session != seen.session or found.record != seen.record:
            return None
        raw = found.entries[0]
        if raw is None or len(raw) != seen.size or not raw.startswith(seen.head):
            return None
        now = self._clock.now()
        if not self._trust.is_given or seen.times.expires_at <= now:
            return None
        self._counters.hits += 1
        if self._counters.hits >= self._ages.due_at:
            self._ages.take((seen.name,), (seen.times,), now)
        return raw

"""Whether the store says the same once more: what followed from it then need not be worked out again."""

from msgspec import Struct

from counterfoil.cache.ages import Ages
from counterfoil.cache.clock import StoreClock
from counterfoil.cache.store import Found
from counterfoil.cache.store_trust import StoreTrust
from counterfoil.cache.values import CacheCounters, Entry


class Sighting(Struct, frozen=True, gc=False):
    """What the store said to a look for one entry that counted, but for the end of the value."""

    session: bytes | None
    record: bytes | None
    head: bytes
    """Of the entry: its generation, its times and the beginning of its value."""
    size: int
    """Of the whole entry."""
    name: str
    times: Entry
    """Without its value."""

    @property
    def length(self) -> int:
        """Bytes that are remembered."""
        return len(self.session or b"") + len(self.record or b"") + len(self.head)


def sighting(name: str, found: Found, entry: Entry, rest: int) -> Sighting:
    """`rest`: how many bytes at the end of the value nothing depends on but themselves."""
    raw = found.entries[0] or b""
    head = raw[: len(raw) - rest]
    return Sighting(found.session, found.record, head, len(raw), name, entry._replace(value=b""))


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

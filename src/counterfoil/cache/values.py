"""What callers hand to the cache and get from it. No rules."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from counterfoil import errors


class CacheUnavailable(errors.TemporarilyUnavailable):
    """A clear, a drop or a ping did not reach the store. Nothing may be done that counts on it.

    `left`: for how many seconds at most, where that is known.
    """

    def __init__(self, why: str, left: float = 0.0) -> None:
        super().__init__(why)
        self.left = left


class Fetched(NamedTuple):
    """What a fetch brings. `lifetime`: None for the part's own; a negative answer says 10 s."""

    value: bytes
    lifetime: float | None = None


class Part(NamedTuple):
    """One object of a client: its name within the scope, its lifetime in seconds, and how to get it.

    `fetch` raises errors.Unavailable for a failure worth sharing, anything else for a refusal or a bug. It runs in a
    task of its own, which readers share and whose end nobody's disconnect hastens.
    """

    name: str
    lifetime: float
    fetch: Callable[[], Awaitable[Fetched]]


class Entry(NamedTuple):
    """A value; times are Unix seconds on the store's clock. `as_of` is the start of its fetch."""

    value: bytes
    as_of: float
    expires_at: float


class Snapshot(NamedTuple):
    """Entries of one generation. `nonce` is empty when they were fetched past the store."""

    nonce: str
    entries: tuple[Entry, ...]

    @property
    def as_of(self) -> float:
        return min(entry.as_of for entry in self.entries)

    @property
    def expires_at(self) -> float:
        return min(entry.expires_at for entry in self.entries)


class Peek(NamedTuple):
    """What one look found. Entries are of the generation `nonce` and not expired, or None."""

    session: bytes | None
    nonce: str | None
    entries: tuple[Entry | None, ...]


class Write:
    """A write to WHMCS under way."""

    is_unknown = False

    def unknown(self) -> None:
        """Nobody knows whether WHMCS applied it, or will."""
        self.is_unknown = True


@dataclass
class CacheCounters:
    """Counts since the start, for the metrics."""

    hits: int = 0
    misses: int = 0
    fetches: int = 0
    fills_stored: int = 0
    fills_moved: int = 0
    fills_lost: int = 0
    fills_late: int = 0
    fills_unknown: int = 0
    failures: int = 0
    failures_shared: int = 0
    waits: int = 0
    bypasses: int = 0
    clears: int = 0
    clears_failed: int = 0
    outages: int = 0
    run_changes: int = 0
    clock_steps: int = 0
    writes_unknown: int = 0
    checks_same: int = 0
    checks_cleared: int = 0
    checks_stale: int = 0
    checks_failed: int = 0
    stale_seconds: float = 0.0

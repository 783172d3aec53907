"""Figures about the calls to WHMCS, as plain numbers that metrics read. Counting only; nothing is decided by them."""

from bisect import bisect_left
from collections import Counter

from counterfoil.whmcs.breaker import Breaker
from counterfoil.whmcs.concurrency import ConcurrencyLimit

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds in seconds; a last bucket holds what took longer."""


class Latency:
    """How long the calls of one action took, the wait for a place and all retries included."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS) + 1)
        self.count = 0
        self.sum = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.count += 1
        self.sum += seconds


class Health:
    """`calls` by (action, outcome): "ok", "refused" (a business error), or the reason of failures.py."""

    def __init__(self, concurrency: ConcurrencyLimit, breaker: Breaker) -> None:
        self._concurrency, self._breaker = concurrency, breaker
        self.calls: Counter[tuple[str, str]] = Counter()
        self.latency: dict[str, Latency] = {}
        self.retries = 0

    @property
    def in_flight(self) -> int:
        return self._concurrency.in_flight

    @property
    def queued(self) -> int:
        return self._concurrency.queued

    @property
    def breaker(self) -> str:
        """One of "closed", "open", "probing"."""
        return self._breaker.state

    def upstream(self) -> str:
        """In the words of /readyz, by the calls of this process."""
        return {"closed": "ok", "probing": "degraded"}.get(self.breaker, "away")

    @property
    def is_idle(self) -> bool:
        """Nothing is under way or waits, and nothing stands against a call."""
        return not self.in_flight and not self.queued and self.breaker == "closed"

    def count(self, action: str, outcome: str, seconds: float) -> None:
        self.calls[action, outcome] += 1
        self.latency.setdefault(action, Latency()).add(seconds)

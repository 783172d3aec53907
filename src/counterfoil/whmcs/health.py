"""Figures about the calls to WHMCS, as plain numbers that metrics read. Counting only; nothing is decided by them."""

from collections import Counter

from counterfoil.distribution import Distribution
from counterfoil.whmcs.breaker import Breaker
from counterfoil.whmcs.concurrency import ConcurrencyLimit

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds that a call took, the wait for a place and all retries included."""


class Health:
    """`calls` by (action, outcome): "ok", "refused" (a business error), or the reason of failures.py."""

    def __init__(self, concurrency: ConcurrencyLimit, breaker: Breaker) -> None:
        self._concurrency, self._breaker = concurrency, breaker
        self.calls: Counter[tuple[str, str]] = Counter()
        self.latency: dict[str, Distribution] = {}
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
        self.latency.setdefault(action, Distribution(BUCKETS)).add(seconds)

"""How old what is shown is: of one hit in many, by part. What a value may be at most says its lifetime."""

from collections.abc import Sequence

from counterfoil.cache.values import CacheCounters, Entry
from counterfoil.distribution import Distribution

ONE_IN = 50
"""Hits. A warm read then pays for one comparison of two numbers."""

BOUNDS = (1.0, 5.0, 15.0, 30.0, 60.0, 90.0, 180.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
"""Seconds; among them the lifetimes that the settings have by default."""


class Ages:
    """`by_part`: "invoices", "invoice", ..., and "r" for a whole answer, which is as old as its oldest part."""

    def __init__(self, counters: CacheCounters) -> None:
        self.by_part: dict[str, Distribution] = {}
        self.due_at = ONE_IN
        """Number of hits at which the next ones are looked at."""
        self._counters = counters

    def take(self, names: Sequence[str], entries: Sequence[Entry | None], now: float) -> None:
        self.due_at = self._counters.hits + ONE_IN
        for name, entry in zip(names, entries, strict=True):
            if entry is not None:
                part = name.partition(":")[0]
                self.by_part.setdefault(part, Distribution(BOUNDS)).add(max(0.0, now - entry.as_of))

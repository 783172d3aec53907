"""Metrics of the cache: what it did, how old what it showed was, and what was found to be untrue."""

from counterfoil.cache import Cache
from counterfoil.cache.ages import BOUNDS, ONE_IN
from counterfoil.web.metrics.family import Family, HistogramFamily


def cache_families(cache: Cache) -> list[Family | HistogramFamily]:
    return [
        Family(
            "counterfoil_cache_events",
            "What the cache did: docs/operations.md explains each event",
            ("event",),
            lambda: {(name,): value for name, value in vars(cache.counters).items() if name != "stale_seconds"},
        ),
        HistogramFamily(
            "counterfoil_cache_age_seconds",
            f"Age of what was shown from the cache, of one hit in {ONE_IN}, by part; r is a whole answer, as old as "
            "its oldest part",
            ("part",),
            BOUNDS,
            lambda: {(part,): ages for part, ages in cache.ages.by_part.items()},
        ),
        Family(
            "counterfoil_cache_stale_seconds",
            "Ages of what was found to differ from WHMCS although nothing had cleared it",
            (),
            lambda: {(): cache.counters.stale_seconds},
        ),
        Family(
            "counterfoil_cache_clock_ahead_seconds",
            "The cache's clock minus this machine's time of day, as one worker sees it",
            (),
            lambda: {(): cache.clock_ahead},
            kind="latest",
        ),
    ]

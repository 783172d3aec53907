"""The coherent read-through cache between the portal and WHMCS. Knows no business: what lives how long is billing's."""

from counterfoil.cache.engine import Cache
from counterfoil.cache.factory import open_cache
from counterfoil.cache.repeats import Sighting, sighting
from counterfoil.cache.store import Found
from counterfoil.cache.values import CacheCounters, CacheUnavailable, Entry, Fetched, Part, Peek, Snapshot, Write

__all__ = [
    "Cache",
    "CacheCounters",
    "CacheUnavailable",
    "Entry",
    "Fetched",
    "Found",
    "Part",
    "Peek",
    "Sighting",
    "Snapshot",
    "Write",
    "open_cache",
    "sighting",
]

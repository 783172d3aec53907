"""The coherent read-through cache between the portal and WHMCS. Knows no business: what lives how long is billing's."""

from counterfoil.cache.engine import Cache, Write
from counterfoil.cache.factory import open_cache
from counterfoil.cache.values import CacheCounters, CacheUnavailable, Entry, Fetched, Part, Peek, Snapshot

__all__ = [
    "Cache",
    "CacheCounters",
    "CacheUnavailable",
    "Entry",
    "Fetched",
    "Part",
    "Peek",
    "Snapshot",
    "Write",
    "open_cache",
]

"""From a URL to a cache."""

from counterfoil.cache.engine import Cache
from counterfoil.cache.memory import MemoryStore


def open_cache(url: str) -> Cache:
    """memory://, redis://, rediss:// or unix://. Nothing is connected before `start`. Raises ValueError."""
    if url.startswith("memory://"):
        return Cache(MemoryStore())
    raise ValueError("not a cache address")

"""From a URL to a cache."""

from counterfoil.cache.engine import Cache
from counterfoil.cache.memory import MemoryStore
from counterfoil.cache.redis_store import RedisStore
from counterfoil.redis.address import parse_address


def open_cache(url: str) -> Cache:
    """memory://, redis://, rediss:// or unix://. Nothing is connected before `start`. Raises ValueError."""
    return Cache(MemoryStore() if url.startswith("memory://") else RedisStore(parse_address(url)))

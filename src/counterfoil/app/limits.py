"""Where the limits count: where the cache is, over a connection of their own. The limits: web/http/limits.py."""

from counterfoil.redis.commands import Commands
from counterfoil.web.http.limit_storage import RedisLimitStorage
from counterfoil.web.http.limits import Limits


def open_limits(cache_url: str) -> Limits:
    """Nothing is connected before `start`."""
    return Limits() if cache_url.startswith("memory:") else Limits(RedisLimitStorage(Commands(cache_url, "limits")))

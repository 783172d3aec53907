"""Where the limits count: where the cache is, over a connection of their own. The limits: web/http/limits.py."""

from typing import Any

from counterfoil.redis.commands import Commands
from counterfoil.redis.failures import RedisAway
from counterfoil.web.http.limit_storage import RedisLimitStorage, StorageAway
from counterfoil.web.http.limits import Limits


class _Scripts(Commands):
    """Redis as the limits know it."""

    async def run(self, script: bytes, key: str, *arguments: Any) -> Any:
        try:
            return await super().run(script, key, *arguments)
        except RedisAway as error:
            raise StorageAway from error


def open_limits(cache_url: str) -> Limits:
    """Nothing is connected before `start`."""
    return Limits() if cache_url.startswith("memory:") else Limits(RedisLimitStorage(_Scripts(cache_url, "limits")))

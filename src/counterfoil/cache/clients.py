"""redis-py's clients of the Redis that the cache uses, for what need not be as fast: the limits, the doctor."""

from typing import Any

from redis.asyncio import Redis
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool

from counterfoil.cache.address import parse_address


def open_redis(url: str, **options: Any) -> Redis:
    """Nothing is connected yet. Where sentinels are named, each new connection asks them for the master."""
    address = parse_address(url)
    if not address.sentinels:
        return Redis.from_url(url, **options)
    if address.tls:
        options |= {"ssl": True, "ssl_ca_certs": address.authorities}
    limits = {name: value for name, value in options.items() if name != "max_connections"}
    sentinel = Sentinel(  # type: ignore[no-untyped-call]
        [(each.host, each.port) for each in address.sentinels],
        sentinel_kwargs={**limits, "password": address.sentinels[0].password or None},
    )
    options |= {"username": address.username or None, "password": address.password or None}
    master: Redis = sentinel.master_for(address.master, db=address.database, **options)
    return master


async def close_redis(client: Any) -> None:
    """What `open_redis` gave, with its connections to the sentinels."""
    await client.aclose(close_connection_pool=True)
    if isinstance(client.connection_pool, SentinelConnectionPool):
        for sentinel in client.connection_pool.sentinel_manager.sentinels:
            await sentinel.aclose()

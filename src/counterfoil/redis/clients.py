"""redis-py's clients of the Redis that the cache uses, for the doctor. The portal itself does without: importing it
costs a tenth of a start and 7 MB.
"""

from typing import Any

from redis.asyncio import Redis
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool

from counterfoil.redis.address import Address, parse_address
from counterfoil.redis.cluster import ClusterNodes


def open_redis(url: str, **options: Any) -> Redis:
    """Nothing is connected yet. Where sentinels are named, each new connection asks them for the master."""
    address = parse_address(url)
    if not address.sentinels:
        return _open(address, options)
    options |= _tls(address)
    limits = {name: value for name, value in options.items() if name != "max_connections"}
    sentinel = Sentinel(  # type: ignore[no-untyped-call]
        [(each.host, each.port) for each in address.sentinels],
        sentinel_kwargs={**limits, "password": address.sentinels[0].password or None},
    )
    master: Redis = sentinel.master_for(address.master, db=address.database, **_login(address), **options)
    return master


async def open_masters(url: str, **options: Any) -> list[Redis]:
    """A client of each master of a cluster. Raises StoreAway when not every slot has one."""
    nodes = ClusterNodes(parse_address(url))
    try:
        layout = await nodes.find()
    finally:
        nodes.close()
    return [_open(place.address, options) for place in layout.places]


async def mode_of(client: Redis) -> str:
    """Standalone, cluster or sentinel."""
    server: dict[str, Any] = await client.info("server")
    return str(server.get("redis_mode") or server.get("server_mode"))  # Valkey has another name for it.


async def close_redis(client: Redis) -> None:
    """With its connections to the sentinels."""
    await client.aclose(close_connection_pool=True)
    if isinstance(client.connection_pool, SentinelConnectionPool):
        for sentinel in client.connection_pool.sentinel_manager.sentinels:
            await sentinel.aclose()


def _open(address: Address, options: dict[str, Any]) -> Redis:
    place = {"unix_socket_path": address.path} if address.path else {"host": address.host, "port": address.port}
    return Redis(**place, db=address.database, **_login(address), **_tls(address), **options)


def _login(address: Address) -> dict[str, Any]:
    return {"username": address.username or None, "password": address.password or None}


def _tls(address: Address) -> dict[str, Any]:
    return {"ssl": True, "ssl_ca_certs": address.authorities} if address.tls else {}

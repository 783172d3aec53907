"""redis-py's clients of the Redis that the cache uses, for what need not be as fast: the limits, the doctor."""

from typing import Any

from redis.asyncio import Redis
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool

from counterfoil.cache.address import Address, parse_address
from counterfoil.cache.cluster import ClusterNodes
from counterfoil.cache.layout import Layout


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


async def open_owner(url: str, scope: str, **options: Any) -> Redis:
    """Of the keys of a scope: the server that `url` names, in a cluster the master that holds them now.

    Raises RedisError, OSError, and StoreAway when the cluster has no such master.
    """
    client = open_redis(url, **options)
    try:
        if await mode_of(client) != "cluster":
            return client
    except BaseException:
        await close_redis(client)
        raise
    await close_redis(client)
    layout = await _layout(url)
    return _open(layout.places[layout.index_of(scope)].address, options)


async def open_masters(url: str, **options: Any) -> list[Redis]:
    """A client of each master of a cluster. Raises StoreAway when not every slot has one."""
    return [_open(place.address, dict(options)) for place in (await _layout(url)).places]


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


async def _layout(url: str) -> Layout:
    nodes = ClusterNodes(parse_address(url))
    try:
        return await nodes.find()
    finally:
        nodes.close()


def _open(address: Address, options: dict[str, Any]) -> Redis:
    place = {"unix_socket_path": address.path} if address.path else {"host": address.host, "port": address.port}
    return Redis(**place, db=address.database, **_login(address), **_tls(address), **options)


def _login(address: Address) -> dict[str, Any]:
    return {"username": address.username or None, "password": address.password or None}


def _tls(address: Address) -> dict[str, Any]:
    return {"ssl": True, "ssl_ca_certs": address.authorities} if address.tls else {}

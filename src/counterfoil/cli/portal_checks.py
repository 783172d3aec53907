"""The doctor's look at what belongs to the portal: database and cache."""

import time
from collections.abc import AsyncIterator
from typing import Any

from msgspec.structs import replace
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from counterfoil.cache.store import StoreAway
from counterfoil.cli.findings import Finding, fail, ok, warn
from counterfoil.db.engine import make_engine
from counterfoil.db.schema import pending
from counterfoil.errors import TemporarilyUnavailable
from counterfoil.redis.clients import close_redis, mode_of, open_masters, open_redis
from counterfoil.settings import Settings

OLDEST_REDIS = (6, 2)

PATIENCE = 3.0
"""Seconds for one answer of Redis."""

CLOCKS_APART = 1.0
"""Seconds. By as much a page made of entries of several masters may end too late."""


async def database(settings: Settings) -> Finding:
    engine = make_engine(settings.database_url)
    try:
        problem = await pending(engine)
    except TemporarilyUnavailable:
        return fail("database", "does not answer", "Is it running, and is COUNTERFOIL_DATABASE_URL right?")
    finally:
        await engine.dispose()
    if problem:
        return fail("database", problem, "Run: counterfoil migrate")
    return ok("database", "reachable, and its schema is current")


async def cache(settings: Settings) -> AsyncIterator[Finding]:
    if settings.cache_url.startswith("memory:"):
        yield ok("cache", "in this process' memory: for one worker only")
        return
    limits = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": None}
    redis = open_redis(settings.cache_url, **limits)
    try:
        if await mode_of(redis) == "cluster":
            async for finding in _cluster(await open_masters(settings.cache_url, **limits)):
                yield finding
            return
        if await mode_of(redis) == "sentinel":
            yield fail(
                "cache", "is a Redis Sentinel", "Add ?sentinel=NAME to COUNTERFOIL_CACHE_URL: whom does it watch?"
            )
            return
        async for finding in _server(redis):
            yield finding
        replication: dict[str, Any] = await redis.info("replication")
        if replication.get("role") != "master":
            yield fail(
                "cache", "Redis is a replica", "Name the master in COUNTERFOIL_CACHE_URL: replicas are never read."
            )
        elif replication.get("connected_slaves"):
            yield await _fence(redis)
    except StoreAway as error:
        yield fail("cache", str(error), "Look at CLUSTER INFO: does every slot have a master that answers?")
    except (RedisError, OSError) as error:
        advice = "Is Redis running, and is COUNTERFOIL_CACHE_URL right?"
        yield fail("cache", f"does not answer ({type(error).__name__})", advice)
    finally:
        await close_redis(redis)


async def _server(redis: Redis) -> AsyncIterator[Finding]:
    yield _version(await redis.info("server"))
    yield await _persistence(redis)
    yield await _eviction(redis)


async def _cluster(masters: list[Redis]) -> AsyncIterator[Finding]:
    """What all masters have in common once, the rest with the name of the master."""
    try:
        findings = [[found async for found in _server(redis)] + [await _reads_when_down(redis)] for redis in masters]
        began = time.monotonic()
        clocks = [await redis.time() for redis in masters]
        spent = time.monotonic() - began
    finally:
        for redis in masters:
            await close_redis(redis)
    yield ok("cache", f"Redis Cluster with {len(masters)} masters")
    for alike in zip(*findings, strict=True):
        if len(set(alike)) == 1:
            yield alike[0]
            continue
        for redis, found in zip(masters, alike, strict=True):
            place = redis.connection_pool.connection_kwargs
            yield replace(found, message=f"{place['host']}:{place['port']}: {found.message}")
    times = [seconds + microseconds / 1_000_000 for seconds, microseconds in clocks]
    if (apart := max(times) - min(times) - spent) > CLOCKS_APART:
        yield warn("cache", f"the clocks of the masters differ by {apart:.1f} s", "Let NTP set them.")


def _version(server: dict[str, Any]) -> Finding:
    version = str(server.get("valkey_version") or server.get("redis_version", ""))
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < OLDEST_REDIS:
        return fail("cache", f"Redis {version} is too old", "Use Redis 6.2 or newer, or Valkey.")
    return ok("cache", f"Redis {version} answers")


async def _persistence(redis: Redis) -> Finding:
    try:
        given = {**await redis.config_get("save"), **await redis.config_get("appendonly")}
    except ResponseError:
        return warn("cache", "does not tell its configuration", "Make sure that persistence is off.")
    if given.get("save") or given.get("appendonly") != "no":
        advice = 'Set save "" and appendonly no: a cache that comes back with old data has to be emptied first anyway.'
        return warn("cache", "Redis writes its data to disk", advice)
    return ok("cache", "persistence is off")


async def _eviction(redis: Redis) -> Finding:
    try:
        policy = str((await redis.config_get("maxmemory-policy")).get("maxmemory-policy"))
    except ResponseError:
        return warn("cache", "does not tell its eviction policy", "Use volatile-ttl, or noeviction.")
    if policy.startswith("allkeys"):
        advice = "Set maxmemory-policy volatile-ttl, or noeviction."
        return warn("cache", f"eviction policy {policy} may drop keys that guard others", advice)
    return ok("cache", f"eviction policy {policy}")


async def _fence(redis: Redis) -> Finding:
    """Whether a master that was cut off from its replicas, and perhaps replaced, stops taking writes."""
    try:
        least = str((await redis.config_get("min-replicas-to-write")).get("min-replicas-to-write"))
    except ResponseError:
        return warn("cache", "does not tell whether it is fenced", "Make sure that min-replicas-to-write is 1 or more.")
    if least == "0":
        advice = "Set min-replicas-to-write 1: a master that a failover has replaced must not go on serving."
        return warn("cache", "has replicas, but takes writes without them", advice)
    return ok("cache", f"takes writes only with {least} of its replicas")


async def _reads_when_down(redis: Redis) -> Finding:
    """Whether a master that was cut off from the others stops answering before its replica takes over."""
    try:
        allowed = (await redis.config_get("cluster-allow-reads-when-down")).get("cluster-allow-reads-when-down")
    except ResponseError:
        advice = "Make sure that cluster-allow-reads-when-down is no."
        return warn("cache", "does not tell whether it is read when the cluster is down", advice)
    if allowed == "yes":
        advice = "Set cluster-allow-reads-when-down no: a master that was replaced must not go on answering."
        return fail("cache", "is read although the cluster is down", advice)
    return ok("cache", "is not read when the cluster is down")

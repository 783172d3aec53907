"""The doctor's look at what belongs to the portal: database and cache."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from msgspec.structs import replace

from counterfoil.accounts.links import unresolved
from counterfoil.cli.findings import Finding, fail, ok, warn
from counterfoil.cli.redis_causes import cannot_be_used
from counterfoil.db.causes import cause_of, cause_of_place
from counterfoil.db.engine import file_read_by_others, make_engine
from counterfoil.db.schema import pending, schema_of
from counterfoil.db.write_probe import WriteProbe
from counterfoil.errors import TemporarilyUnavailable
from counterfoil.redis.address import Address, parse_address
from counterfoil.redis.failures import ErrorReply, RedisAway
from counterfoil.redis.info import mode_of
from counterfoil.redis.inspection import Inspection, find_masters, inspect
from counterfoil.settings import Settings

OLDEST_REDIS = (6, 2)

ANSWER_TIMEOUT = 3.0
"""Seconds for one answer of Redis: it may be busy, which is not what is looked for."""

CLOCKS_APART = 1.0
"""Seconds. By as much a page made of entries of several masters may end too late."""


async def database(settings: Settings) -> Finding:
    if misplaced := cause_of_place(settings.database_url):
        return fail("database", *misplaced)
    engine = make_engine(settings.database_url)
    try:
        schema = await schema_of(engine)
        if not schema.problem:
            await WriteProbe(engine).check()
    except TemporarilyUnavailable as error:
        return fail("database", *cause_of(error, settings.database_url))
    finally:
        await engine.dispose()
    if schema.problem:
        return fail("database", schema.problem.said, schema.problem.advice)
    if file := file_read_by_others(settings.database_url):
        return warn("database", f"everybody on this machine may read {file}", f"Run: chmod 600 {file}*")
    if schema.is_newer:
        said = f"reachable, takes writes; a newer version has brought its schema to {schema.revision}"
        return ok("database", f"{said}, which this one may use")
    return ok("database", "reachable, takes writes, and its schema is current")


async def decisions(settings: Settings) -> AsyncIterator[Finding]:
    """Whether what staff decided is bound to WHMCS users."""
    engine = make_engine(settings.database_url)
    try:
        addresses = [] if await pending(engine) else await unresolved(engine)
    except TemporarilyUnavailable:
        return  # said already
    finally:
        await engine.dispose()
    if addresses:
        said = (
            f"{len(addresses)} links, unlinks or staff grants are bound to no WHMCS user, the first of {addresses[0]}"
        )
        advice = "See: counterfoil links, counterfoil staff list. Decide again, or take back with link --forget."
        yield warn("people", said, advice)


async def cache(settings: Settings) -> AsyncIterator[Finding]:
    if settings.cache_url.startswith("memory:"):
        yield ok("cache", "in this process' memory: for one worker only")
        return
    address = parse_address(settings.cache_url)
    try:
        async with AsyncExitStack() as open_ones:
            redis = await _opened(address, open_ones)
            async for finding in _redis(redis, address):
                yield finding
    except (RedisAway, OSError) as error:
        yield cannot_be_used(error)


async def _opened(address: Address, open_ones: AsyncExitStack) -> Inspection:
    redis = await inspect(address, ANSWER_TIMEOUT)
    open_ones.callback(redis.close)
    return redis


async def _redis(redis: Inspection, address: Address) -> AsyncIterator[Finding]:
    mode = mode_of(await redis.info("server"))
    if mode == "cluster":
        findings = _cluster(address)
    elif mode == "sentinel":
        yield fail("cache", "is a Redis Sentinel", "Add ?sentinel=NAME to COUNTERFOIL_CACHE_URL: whom does it watch?")
        return
    else:
        findings = _alone(redis)
    async for finding in findings:
        yield finding


async def _alone(redis: Inspection) -> AsyncIterator[Finding]:
    async for finding in _server(redis):
        yield finding
    replication = await redis.info("replication")
    if replication.get("role") != "master":
        yield fail("cache", "Redis is a replica", "Name the master in COUNTERFOIL_CACHE_URL: replicas are never read.")
        return
    if replication.get("connected_slaves", "0") != "0":
        yield await _fence(redis)
    try:
        await redis.rehearse()  # at last: afterwards the connection only listens
    except ErrorReply as error:
        yield cannot_be_used(error)


async def _server(redis: Inspection) -> AsyncIterator[Finding]:
    yield _version(await redis.info("server"))
    yield await _persistence(redis)
    yield await _eviction(redis)


async def _cluster(address: Address) -> AsyncIterator[Finding]:
    """What all masters have in common once, the rest with the name of the master."""
    try:
        addresses = await find_masters(address)
    except RedisAway as error:
        yield fail("cache", str(error), "Look at CLUSTER INFO: does every slot have a master that answers?")
        return
    async with AsyncExitStack() as open_ones:
        masters = [await _opened(each, open_ones) for each in addresses]
        findings = [[found async for found in _server(redis)] + [await _reads_when_down(redis)] for redis in masters]
        began = time.monotonic()
        clocks = [await redis.time() for redis in masters]
        spent = time.monotonic() - began
    yield ok("cache", f"Redis Cluster with {len(masters)} masters")
    for alike in zip(*findings, strict=True):
        if len(set(alike)) == 1:
            yield alike[0]
            continue
        for master, found in zip(addresses, alike, strict=True):
            yield replace(found, message=f"{master.host}:{master.port}: {found.message}")
    if (apart := max(clocks) - min(clocks) - spent) > CLOCKS_APART:
        yield warn("cache", f"the clocks of the masters differ by {apart:.1f} s", "Let NTP set them.")


def _version(server: dict[str, str]) -> Finding:
    version = server.get("valkey_version") or server.get("redis_version", "")
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < OLDEST_REDIS:
        return fail("cache", f"Redis {version} is too old", "Use Redis 6.2 or newer, or Valkey.")
    return ok("cache", f"Redis {version} answers")


async def _persistence(redis: Inspection) -> Finding:
    try:
        save, appends = await redis.config("save"), await redis.config("appendonly")
    except ErrorReply:
        return warn("cache", "does not tell its configuration", "Make sure that persistence is off.")
    if save or appends != "no":
        advice = 'Set save "" and appendonly no: a cache that comes back with old data has to be emptied first anyway.'
        return warn("cache", "Redis writes its data to disk", advice)
    return ok("cache", "persistence is off")


async def _eviction(redis: Inspection) -> Finding:
    try:
        policy, most = str(await redis.config("maxmemory-policy")), await redis.config("maxmemory")
    except ErrorReply:
        return warn("cache", "does not tell its eviction policy", "Use volatile-ttl.")
    advice = "Set maxmemory-policy volatile-ttl."
    if policy.startswith("allkeys"):
        return warn("cache", f"eviction policy {policy} may drop keys that guard others", advice)
    if policy == "noeviction" and most != "0":
        said = "eviction policy noeviction: once it is full, Pay, profiles and signing out are refused"
        return warn("cache", said, advice)
    if most == "0":
        return ok("cache", f"eviction policy {policy}; no maxmemory is set, so it may take all of its machine's memory")
    used = int((await redis.info("memory")).get("used_memory", "0"))
    return ok("cache", f"eviction policy {policy}; {used / 2**20:.0f} of {int(most or 0) / 2**20:.0f} MB are used")


async def _fence(redis: Inspection) -> Finding:
    """Whether a master that was cut off from its replicas, and perhaps replaced, stops taking writes."""
    try:
        least = str(await redis.config("min-replicas-to-write"))
    except ErrorReply:
        return warn("cache", "does not tell whether it is fenced", "Make sure that min-replicas-to-write is 1 or more.")
    if least == "0":
        advice = "Set min-replicas-to-write 1: a master that a failover has replaced must not go on serving."
        return warn("cache", "has replicas, but takes writes without them", advice)
    return ok("cache", f"takes writes only with {least} of its replicas")


async def _reads_when_down(redis: Inspection) -> Finding:
    """Whether a master that was cut off from the others stops answering before its replica takes over."""
    try:
        allowed = await redis.config("cluster-allow-reads-when-down")
    except ErrorReply:
        advice = "Make sure that cluster-allow-reads-when-down is no."
        return warn("cache", "does not tell whether it is read when the cluster is down", advice)
    if allowed == "yes":
        advice = "Set cluster-allow-reads-when-down no: a master that was replaced must not go on answering."
        return fail("cache", "is read although the cluster is down", advice)
    return ok("cache", "is not read when the cluster is down")

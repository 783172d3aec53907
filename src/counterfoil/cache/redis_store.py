"""The store that several processes share: a Redis (or Valkey) or a cluster of them, its operations in store.lua.

Every key begins with the server's run: its run id, in a cluster also the epoch of its claim to its slots. A server that
was restarted, restored or failed over to, and a slot that was given away and back, know nothing, however old or new
their data, since they have another run and are only reached over a new connection.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable, Sequence
from importlib import resources
from typing import Any, cast

import hiredis

from counterfoil.cache import rules
from counterfoil.cache.packing import FETCHED
from counterfoil.cache.store import Answer, Bump, Found, Kind, Lease, StoreAway
from counterfoil.redis.address import Address
from counterfoil.redis.connection import Argument, Connection, unwrap
from counterfoil.redis.connection_manager import ConnectionManager, Server, check_mode
from counterfoil.redis.pubsub import Subscriber, pack_message
from counterfoil.redis.topology import Place

_RULES = ("SETTLE", "PROBATION", "LEASE", "SHARED_FAILURE", "RECORD_LASTS", "TOMBSTONE")
_BODY = "".join(f"local {name} = {round(getattr(rules, name) * 1000)}\n" for name in _RULES) + (
    f"local FETCHED = '{FETCHED}'\n" + resources.files(__package__).joinpath("store.lua").read_text(encoding="utf-8")
)
_SHA = hashlib.sha1(_BODY.encode(), usedforsecurity=False).hexdigest()
_RUN_ID_LENGTH = 12


class RedisStore:
    """An error answer of any kind, MOVED and ASK too, ends the connections: the store counts as away until a write has
    succeeded on new ones.
    """

    def __init__(self, address: Address) -> None:
        self._link = ConnectionManager(address, "cache", self._greet)
        self._subscriber = Subscriber(address)
        self._runs: set[str] = set()
        self._came_up: Callable[[bool], None]

    @property
    def is_up(self) -> bool:
        return self._link.is_up

    async def start(self, came_up: Callable[[bool], None], went_away: Callable[[], None]) -> None:
        self._came_up, self._link.went_away = came_up, went_away
        self._link.came_up = self._linked
        self._subscriber.start()
        await self._link.start()

    async def close(self) -> None:
        await self._subscriber.close()
        await self._link.close()

    async def _greet(self, connection: Connection, place: Place) -> str:
        asked = [connection.send(*question) for question in _questions(place)]
        answers = [await future for future in asked]
        check_mode(place, unwrap(answers[0]))
        told = [unwrap(answer) for answer in answers]
        run = _run_of(place, *told)
        at = f"cf1:{{{place.scope}}}:" if place.scope else "cf1:"
        # Whether it takes writes shows only by one: out of memory, read only, not permitted.
        unwrap(await connection.send("SET", f"{at}probe", "", "PX", 1000))
        if place.epoch is not None:
            await _leave_alone_at_first(connection, f"{at}{run}:since", _ms(_time(told[2])))
        return run

    def _linked(self) -> None:
        runs = {server.run for server in self._link.servers}
        is_new, self._runs = runs != self._runs, runs
        self._came_up(is_new)

    async def beat(self) -> Sequence[Answer]:
        servers = self._link.servers
        asked = [[server.send(*question) for question in _questions(server.place)] for server in servers]
        return [
            self._same(server, [self._link.unwrap(await future) for future in futures])
            for server, futures in zip(servers, asked, strict=True)
        ]

    def _same(self, server: Server, told: Sequence[Any]) -> Answer:
        try:
            run = _run_of(server.place, *told)
        except StoreAway as error:
            self._link.drop(str(error))
            raise
        if run != server.run:  # Something between us has changed the server without our connection noticing.
            self._link.drop("another server")
            raise StoreAway("another server")
        return Answer("ok", _time(told[2]), server=run)

    async def look(self, scope: str, names: Sequence[str], session: str | None) -> Found:
        server = self._link.to(scope)
        prefix = f"cf1:{server.run}:{{{scope}}}:"
        keys = [f"{prefix}e:{name}" for name in names]
        if session is None:
            record, *entries = self._link.unwrap(await server.send("MGET", prefix + "g", *keys))
            return Found(None, record, entries)
        found = self._link.unwrap(await server.send("MGET", f"{prefix}s:{session}", prefix + "g", *keys))
        return Found(found[0] or None, found[1], found[2:])

    async def born(self, scope: str, nonce: str) -> Answer:
        return await self._on_record(scope, "born", nonce)

    async def acquire(self, lease: Lease, fresh: bool = False) -> Answer:
        return await self._on_lease(lease, "acquire", lease.nonce, lease.owner, _flag(fresh))

    async def renew(self, lease: Lease) -> Answer:
        return await self._on_lease(lease, "renew", lease.nonce, lease.owner)

    async def fill(self, lease: Lease, value: bytes, lifetime: float, is_wanted: bool = False) -> Answer:
        began = int(lease.start * 1000)
        arguments = lease.nonce, lease.owner, value, _ms(lifetime), _flag(is_wanted), began
        return await self._on_lease(lease, "fill", *arguments)

    async def follow(self, lease: Lease, is_first: bool) -> Answer:
        return await self._on_lease(lease, "follow", lease.owner, _flag(is_first))

    async def fail(self, lease: Lease, code: str) -> Answer:
        return await self._on_lease(lease, "fail", lease.nonce, lease.owner, code)

    async def keep(self, scope: str, name: str, header: bytes, value: bytes) -> Answer:
        return await self._on_entry(scope, name, "keep", header, value)

    async def bump(self, scope: str, bump: Bump) -> Answer:
        return await self._on_record(scope, "bump", *_bump_arguments(bump))

    async def hold(self, scope: str, bump: Bump) -> Answer:
        return await self._on_record(scope, "hold", *_bump_arguments(bump))

    async def bump_all(self, new_nonce: Callable[[], str]) -> Sequence[Answer]:
        for server in self._link.servers:
            cursor: Argument = 0
            while cursor != b"0":
                command = ("SCAN", cursor, "MATCH", f"cf1:{server.run}:*:g", "COUNT", 1000)
                cursor, keys = self._link.unwrap(await server.send(*command))
                bumps = [self._do(server, "bump", [key], *_bump_arguments(Bump(new_nonce()))) for key in keys]
                await asyncio.gather(*bumps)
        return await self.beat()

    async def put_session(self, scope: str, key: str, value: bytes, ttl: float) -> Answer:
        return await self._on_session(scope, key, "put_session", value, _ms(ttl))

    async def drop_session(self, scope: str, key: str) -> Answer:
        return await self._on_session(scope, key, "drop_session")

    async def publish(self, topic: str, message: bytes) -> None:
        packed = pack_message(topic, message)
        try:
            self._link.unwrap(await self._link.send("PUBLISH", self._subscriber.channel, packed))
        except StoreAway:
            self._subscriber.hear(packed)
        else:
            if not self._subscriber.hears:
                self._subscriber.hear(packed)

    def listen(self, callback: Callable[[str, bytes], None]) -> None:
        self._subscriber.listen(callback)

    async def _on_record(self, scope: str, operation: str, *arguments: Argument) -> Answer:
        server = self._link.to(scope)
        return await self._do(server, operation, [f"cf1:{server.run}:{{{scope}}}:g"], *arguments)

    async def _on_entry(self, scope: str, name: str, operation: str, *arguments: Argument) -> Answer:
        server = self._link.to(scope)
        prefix = f"cf1:{server.run}:{{{scope}}}:"
        return await self._do(server, operation, [prefix + "g", f"{prefix}e:{name}"], *arguments)

    async def _on_lease(self, lease: Lease, operation: str, *arguments: Argument) -> Answer:
        server, name = self._link.to(lease.scope), lease.name
        prefix = f"cf1:{server.run}:{{{lease.scope}}}:"
        keys = [prefix + "g", f"{prefix}e:{name}", f"{prefix}l:{name}", f"{prefix}r:{lease.owner}"]
        return await self._do(server, operation, keys, *arguments)

    async def _on_session(self, scope: str, key: str, operation: str, *arguments: Argument) -> Answer:
        server = self._link.to(scope)
        return await self._do(server, operation, [f"cf1:{server.run}:{{{scope}}}:s:{key}"], *arguments)

    async def _do(self, server: Server, operation: str, keys: Sequence[Argument], *arguments: Argument) -> Answer:
        rest: tuple[Argument, ...] = (len(keys), *keys, operation, *arguments)
        reply = await server.send("EVALSHA", _SHA, *rest)
        if isinstance(reply, hiredis.ReplyError) and str(reply).startswith("NOSCRIPT"):
            reply = await server.send("EVAL", _BODY, *rest)
        kind, now, data = self._link.unwrap(reply)
        return Answer(cast("Kind", kind.decode()), now / 1000, data, server.run)


def _questions(place: Place) -> tuple[tuple[Argument, ...], ...]:
    mine = ("INFO", "server"), ("INFO", "replication"), ("TIME",)
    return mine if place.epoch is None else (*mine, ("CLUSTER", "INFO"))


def _run_of(place: Place, server: bytes, replication: bytes, _now: Any, cluster: bytes = b"") -> str:
    """Of a server that may be read from. Raises StoreAway."""
    found = re.search(rb"^run_id:(\w+)", server, re.MULTILINE)
    if found is None or not re.search(rb"^role:master", replication, re.MULTILINE):
        raise StoreAway("not a master" if found else "no run id")
    run = found[1].decode()[:_RUN_ID_LENGTH]
    if place.epoch is None:
        return run
    if not re.search(rb"^cluster_state:ok", cluster, re.MULTILINE):
        raise StoreAway("the cluster is down")
    epoch = re.search(rb"^cluster_my_epoch:(\d+)", cluster, re.MULTILINE)
    if epoch is None or int(epoch[1]) != place.epoch:
        raise StoreAway("the cluster has changed")
    return f"{run}.{place.epoch}"


async def _leave_alone_at_first(connection: Connection, key: str, now: int) -> None:
    """Raises StoreAway until the run is so old that every process has left what held these slots before, where it would
    not see what is cleared here. Who comes first writes down when that was.
    """
    unwrap(await connection.send("SET", key, now, "PX", _ms(rules.SINCE_LASTS), "NX"))
    since = unwrap(await connection.send("GET", key))
    age = (now - int(since or now)) / 1000
    if age < rules.SWITCH:
        raise StoreAway("a new master is left alone at first", left=rules.SWITCH - max(0.0, age))


def _time(told: tuple[bytes, bytes]) -> float:
    seconds, microseconds = told
    return int(seconds) + int(microseconds) / 1_000_000


def _bump_arguments(bump: Bump) -> tuple[Argument, ...]:
    return bump.nonce, _ms(bump.hot_for), bump.opens, _ms(bump.open_for), bump.closes


def _flag(holds: bool) -> str:
    return "1" if holds else ""


def _ms(seconds: float) -> int:
    return round(seconds * 1000)

"""The store that several processes share: a Redis (or Valkey) or a cluster of them, its operations in store.lua.

Every key begins with the server's run: its run id, in a cluster also the epoch of its claim to its slots. A server that
was restarted, restored or failed over to, and a slot that was given away and back, know nothing, however old or new
their data, since they have another run and are only reached over a new connection.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any, cast

from counterfoil.cache import rules
from counterfoil.cache.packing import FETCHED
from counterfoil.cache.server_run import leave_alone_at_first, questions, run_of, time_of
from counterfoil.cache.store import Answer, Bump, Found, Kind, Lease, StoreAway
from counterfoil.redis.address import Address
from counterfoil.redis.connection import Argument, Connection, pack, unwrap
from counterfoil.redis.connection_manager import ConnectionManager, Server, check_mode
from counterfoil.redis.failures import RedisAway
from counterfoil.redis.pubsub import Subscriber, pack_message
from counterfoil.redis.script import Script
from counterfoil.redis.topology import Place

_RULES = ("SETTLE", "PROBATION", "LEASE", "SHARED_FAILURE", "RECORD_LASTS", "TOMBSTONE")
_OPERATIONS = Script(
    "".join(f"local {name} = {round(getattr(rules, name) * 1000)}\n" for name in _RULES).encode()
    + f"local FETCHED = '{FETCHED}'\n".encode()
    + resources.files(__package__).joinpath("store.lua").read_bytes()
)


class RedisStore:
    """An error answer of any kind, MOVED and ASK too, ends the connections: the store counts as away until a write has
    succeeded on new ones.
    """

    def __init__(self, address: Address) -> None:
        self._connections = ConnectionManager(address, "cache", self._greet)
        self._subscriber = Subscriber(address)
        self._runs: set[str] = set()
        self._came_up: Callable[[bool], None]

    @property
    def is_up(self) -> bool:
        return self._connections.is_up

    def failed_since(self, moment: float) -> bool:
        return self._connections.failed_from >= moment

    async def start(self, came_up: Callable[[bool], None], went_away: Callable[[], None]) -> None:
        self._came_up, self._connections.went_away = came_up, went_away
        self._connections.came_up = self._connected
        self._subscriber.start()
        await self._connections.start()

    async def close(self) -> None:
        await self._subscriber.close()
        await self._connections.close()

    async def _greet(self, connection: Connection, place: Place) -> str:
        asked = [connection.send(*question) for question in questions(place)]
        answers = [await future for future in asked]
        check_mode(place, unwrap(answers[0]))
        told = [unwrap(answer) for answer in answers]
        run = run_of(place, *told)
        at = f"cf1:{{{place.scope}}}:" if place.scope else "cf1:"
        # Whether it takes writes shows only by one: out of memory, read only, not permitted.
        unwrap(await connection.send("SET", f"{at}probe", "", "PX", 1000))
        if place.epoch is not None:
            await leave_alone_at_first(connection, f"{at}{run}:since", _ms(time_of(told[2])))
        return run

    def _connected(self) -> None:
        runs = {server.run for server in self._connections.servers}
        is_new, self._runs = runs != self._runs, runs
        self._came_up(is_new)

    async def beat(self) -> Sequence[Answer]:
        try:
            servers = self._connections.servers
            asked = [[server.send(*question) for question in questions(server.place)] for server in servers]
            return [
                self._same(server, [self._connections.unwrap(await future) for future in futures])
                for server, futures in zip(servers, asked, strict=True)
            ]
        except RedisAway as error:
            raise _away(error) from error

    def _same(self, server: Server, told: Sequence[Any]) -> Answer:
        try:
            run = run_of(server.place, *told)
        except RedisAway as error:
            self._connections.drop(str(error))
            raise
        if run != server.run:  # Something between us has changed the server without our connection noticing.
            self._connections.drop("another server")
            raise RedisAway("another server")
        return Answer("ok", time_of(told[2]), server=run)

    async def look(self, scope: str, names: Sequence[str], session: str | None) -> Found:
        try:
            server = self._connections.to(scope)
            if session is None:
                prefix = _prefix(server.run, scope)
                keys = [f"{prefix}e:{name}" for name in names]
                record, *entries = self._connections.unwrap(await server.send("MGET", prefix + "g", *keys))
                return Found(None, record, entries)
            found = await server.send_packed(_look_of_session(server.run, scope, session, *names))
            if not isinstance(found, list):
                found = self._connections.unwrap(found)
            return Found(found[0] or None, found[1], found[2:])
        except RedisAway as error:
            raise _away(error) from error

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
        try:
            for server in self._connections.servers:
                await self._bump_all_at(server, new_nonce)
        except RedisAway as error:
            raise _away(error) from error
        return await self.beat()

    async def _bump_all_at(self, server: Server, new_nonce: Callable[[], str]) -> None:
        cursor: Argument = 0
        while cursor != b"0":
            command = ("SCAN", cursor, "MATCH", f"cf1:{server.run}:*:g", "COUNT", 1000)
            cursor, keys = self._connections.unwrap(await server.send(*command))
            bumps = [self._run(server, "bump", [key], *_bump_arguments(Bump(new_nonce()))) for key in keys]
            await asyncio.gather(*bumps)

    async def put_session(self, scope: str, key: str, value: bytes, ttl: float) -> Answer:
        return await self._on_session(scope, key, "put_session", value, _ms(ttl))

    async def drop_session(self, scope: str, key: str) -> Answer:
        return await self._on_session(scope, key, "drop_session")

    async def publish(self, topic: str, message: bytes) -> None:
        packed = pack_message(topic, message)
        try:
            self._connections.unwrap(await self._connections.send("PUBLISH", self._subscriber.channel, packed))
        except RedisAway:
            self._subscriber.hear(packed)
        else:
            if not self._subscriber.hears:
                self._subscriber.hear(packed)

    def listen(self, callback: Callable[[str, bytes], None]) -> None:
        self._subscriber.listen(callback)

    async def _on_record(self, scope: str, operation: str, *arguments: Argument) -> Answer:
        return await self._on_keys(scope, ["g"], operation, *arguments)

    async def _on_entry(self, scope: str, name: str, operation: str, *arguments: Argument) -> Answer:
        return await self._on_keys(scope, ["g", f"e:{name}"], operation, *arguments)

    async def _on_lease(self, lease: Lease, operation: str, *arguments: Argument) -> Answer:
        names = ["g", f"e:{lease.name}", f"l:{lease.name}", f"r:{lease.owner}"]
        return await self._on_keys(lease.scope, names, operation, *arguments)

    async def _on_session(self, scope: str, key: str, operation: str, *arguments: Argument) -> Answer:
        return await self._on_keys(scope, [f"s:{key}"], operation, *arguments)

    async def _on_keys(self, scope: str, names: Sequence[str], operation: str, *arguments: Argument) -> Answer:
        try:
            server = self._connections.to(scope)
            prefix = _prefix(server.run, scope)
            return await self._run(server, operation, [prefix + name for name in names], *arguments)
        except RedisAway as error:
            raise _away(error) from error

    async def _run(self, server: Server, operation: str, keys: Sequence[Argument], *arguments: Argument) -> Answer:
        reply = await _OPERATIONS.run(server, keys, operation, *arguments)
        kind, now, data = self._connections.unwrap(reply)
        return Answer(cast("Kind", kind.decode()), now / 1000, data, server.run)


def _prefix(run: str, scope: str) -> str:
    return f"cf1:{run}:{{{scope}}}:"


@lru_cache(maxsize=1024)
def _look_of_session(run: str, scope: str, session: str, *names: str) -> bytes:
    """The command, which follows from these alone: one person's pages are asked for again and again."""
    prefix = _prefix(run, scope)
    return pack("MGET", f"{prefix}s:{session}", prefix + "g", *(f"{prefix}e:{name}" for name in names))


def _away(error: RedisAway) -> StoreAway:
    return StoreAway(str(error), error.left)


def _bump_arguments(bump: Bump) -> tuple[Argument, ...]:
    return bump.nonce, _ms(bump.hot_for), bump.opens, _ms(bump.open_for), bump.closes


def _flag(holds: bool) -> str:
    return "1" if holds else ""


def _ms(seconds: float) -> int:
    return round(seconds * 1000)

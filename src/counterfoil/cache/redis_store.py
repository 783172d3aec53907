"""The store that several processes share: one Redis (or Valkey), its operations in store.lua.

Every key begins with the server's run id: one that was restarted, restored or failed over to knows nothing, however
old or new its data, since it has another run id and is only reached over a new connection.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable, Sequence
from importlib import resources
from typing import Any, cast

import hiredis

from counterfoil.cache import rules
from counterfoil.cache.address import Address
from counterfoil.cache.connection import Argument, Connection, accept
from counterfoil.cache.link import Link
from counterfoil.cache.pubsub import Subscriber, pack_message
from counterfoil.cache.store import Answer, Bump, Found, Kind, Lease, StoreAway

_RULES = ("SETTLE", "PROBATION", "LEASE", "SHARED_FAILURE", "RECORD_LASTS", "TOMBSTONE")
_BODY = "".join(f"local {name} = {round(getattr(rules, name) * 1000)}\n" for name in _RULES) + (
    resources.files(__package__).joinpath("store.lua").read_text(encoding="utf-8")
)
_SHA = hashlib.sha1(_BODY.encode(), usedforsecurity=False).hexdigest()
_RUN_ID_LENGTH = 12


class RedisStore:
    """An error answer of any kind ends the connection: it counts as away until a write succeeds on a new one."""

    def __init__(self, address: Address) -> None:
        self._link = Link(address, "cache", self._greet)
        self._subscriber = Subscriber(address)
        self._run = ""
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

    async def _greet(self, connection: Connection) -> None:
        asked = [connection.send(*question) for question in _WHO_ARE_YOU]
        # Whether it takes writes shows only by one: out of memory, read only, not permitted.
        asked.append(connection.send("SET", "cf1:probe", "", "PX", 1000))
        server, replication, *_ = [accept(await future) for future in asked]
        self._greeted = _run_of(server, replication)

    def _linked(self) -> None:
        is_new, self._run = self._run != self._greeted, self._greeted
        self._came_up(is_new)

    async def beat(self) -> Answer:
        asked = [self._link.send(*question) for question in (*_WHO_ARE_YOU, ("TIME",))]
        server, replication, (seconds, microseconds) = [self._accept(await future) for future in asked]
        try:
            is_same = _run_of(server, replication) == self._run
        except StoreAway as error:
            self._link.drop(str(error))
            raise
        if not is_same:  # Something between us has changed the server without our connection noticing.
            self._link.drop("another server")
            raise StoreAway("another server")
        return Answer("ok", int(seconds) + int(microseconds) / 1_000_000)

    async def look(self, scope: str, names: Sequence[str], session: str | None) -> Found:
        prefix = f"cf1:{self._run}:{{{scope}}}:"
        keys = [f"{prefix}e:{name}" for name in names]
        if session is None:
            record, *entries = self._accept(await self._link.send("MGET", prefix + "g", *keys))
            return Found(None, record, entries)
        found = self._accept(await self._link.send("MGET", f"{prefix}s:{session}", prefix + "g", *keys))
        return Found(found[0] or None, found[1], found[2:])

    async def born(self, scope: str, nonce: str) -> Answer:
        return await self._do("born", self._keys(scope), nonce)

    async def acquire(self, lease: Lease) -> Answer:
        return await self._do("acquire", self._keys(lease.scope, lease.name), lease.nonce, lease.owner)

    async def renew(self, lease: Lease) -> Answer:
        return await self._do("renew", self._keys(lease.scope, lease.name), lease.nonce, lease.owner)

    async def fill(self, lease: Lease, value: bytes, lifetime: float) -> Answer:
        keys = self._keys(lease.scope, lease.name)
        return await self._do("fill", keys, lease.nonce, lease.owner, value, _ms(lifetime))

    async def fail(self, lease: Lease, code: str) -> Answer:
        return await self._do("fail", self._keys(lease.scope, lease.name), lease.nonce, lease.owner, code)

    async def keep(self, scope: str, name: str, header: bytes, value: bytes) -> Answer:
        return await self._do("keep", self._keys(scope, name), header, value)

    async def bump(self, scope: str, bump: Bump) -> Answer:
        return await self._do("bump", self._keys(scope), *_bump_arguments(bump))

    async def hold(self, scope: str, bump: Bump) -> Answer:
        return await self._do("hold", self._keys(scope), *_bump_arguments(bump))

    async def bump_all(self, new_nonce: Callable[[], str]) -> Answer:
        cursor: Argument = 0
        while True:
            command = ("SCAN", cursor, "MATCH", f"cf1:{self._run}:*:g", "COUNT", 1000)
            cursor, keys = self._accept(await self._link.send(*command))
            bumps = [self._do("bump", [key], *_bump_arguments(Bump(new_nonce()))) for key in keys]
            await asyncio.gather(*bumps)
            if cursor == b"0":
                return await self.beat()

    async def put_session(self, scope: str, key: str, value: bytes, ttl: float) -> Answer:
        return await self._do("put_session", [self._session(scope, key)], value, _ms(ttl))

    async def drop_session(self, scope: str, key: str) -> Answer:
        return await self._do("drop_session", [self._session(scope, key)])

    async def publish(self, topic: str, message: bytes) -> None:
        packed = pack_message(topic, message)
        try:
            self._accept(await self._link.send("PUBLISH", self._subscriber.channel, packed))
        except StoreAway:
            self._subscriber.hear(packed)
        else:
            if not self._subscriber.hears:
                self._subscriber.hear(packed)

    def listen(self, callback: Callable[[str, bytes], None]) -> None:
        self._subscriber.listen(callback)

    def _keys(self, scope: str, name: str | None = None) -> list[str]:
        prefix = f"cf1:{self._run}:{{{scope}}}:"
        return [prefix + "g"] if name is None else [prefix + "g", f"{prefix}e:{name}", f"{prefix}l:{name}"]

    def _session(self, scope: str, key: str) -> str:
        return f"cf1:{self._run}:{{{scope}}}:s:{key}"

    async def _do(self, operation: str, keys: Sequence[str], *arguments: Argument) -> Answer:
        rest: tuple[Argument, ...] = (len(keys), *keys, operation, *arguments)
        reply = await self._link.send("EVALSHA", _SHA, *rest)
        if isinstance(reply, hiredis.ReplyError) and str(reply).startswith("NOSCRIPT"):
            reply = await self._link.send("EVAL", _BODY, *rest)
        kind, now, data = self._accept(reply)
        return Answer(cast("Kind", kind.decode()), now / 1000, data)

    def _accept(self, reply: Any) -> Any:
        try:
            return accept(reply)
        except StoreAway as error:
            self._link.drop(str(error))
            raise


_WHO_ARE_YOU = (("INFO", "server"), ("INFO", "replication"))


def _run_of(server: bytes, replication: bytes) -> str:
    """The start of the run id of a server that may be read from."""
    found = re.search(rb"^run_id:(\w+)", server, re.MULTILINE)
    if found is None or not re.search(rb"^role:master", replication, re.MULTILINE):
        raise StoreAway("not a master" if found else "no run id")
    return found[1].decode()[:_RUN_ID_LENGTH]


def _bump_arguments(bump: Bump) -> tuple[Argument, ...]:
    return bump.nonce, _ms(bump.hot_for), bump.opens, _ms(bump.open_for), bump.closes


def _ms(seconds: float) -> int:
    return round(seconds * 1000)

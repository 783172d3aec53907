"""One connection to a Redis, shared by everybody: commands of one event-loop turn leave in one write, answers are
matched in order. Commands and their meaning live elsewhere.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import hiredis

from counterfoil.redis.address import Address
from counterfoil.redis.failures import ErrorReply, RedisAway
from counterfoil.redis.timing import COMMAND_LIMIT

Argument = str | bytes | int

NO_ANSWER, NOT_REDIS, CLOSED = "no answer in time", "not the Redis protocol", "connection closed"
"""Why a connection was given up."""

MOMENT = 0.1
"""Of the limit: woken later than this, a process does not judge the server by the time, and listens so long again."""


class Connection(asyncio.Protocol):
    """A future's result may be an exception, the server's (hiredis.ReplyError) or RedisAway: a future whose reader has
    left must not complain.
    """

    def __init__(self, limit: float = COMMAND_LIMIT) -> None:
        """`limit`: seconds of silence after which it is given up."""
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader()
        self._transport: asyncio.Transport | None = None
        self._unsent: list[bytes] = []
        self._waiting: deque[tuple[asyncio.Future[Any], float]] = deque()
        self._heard = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._checks_at = 0.0
        self._why_lost: str | None = None
        self.on_lost: Callable[[str], None] = lambda _why: None
        self.on_message: Callable[[bytes], None] | None = None

    @property
    def is_lost(self) -> bool:
        return self._why_lost is not None

    def send(self, *command: Argument) -> asyncio.Future[Any]:
        return self.send_packed(pack(*command))

    def send_packed(self, command: bytes) -> asyncio.Future[Any]:
        """One that `pack` has made."""
        future = self._loop.create_future()
        if self._why_lost is not None:
            future.set_result(RedisAway(self._why_lost))
            return future
        if not self._unsent:
            self._loop.call_soon(self._flush)
        self._unsent.append(command)
        self._waiting.append((future, self._loop.time()))
        if self._timer is None:
            self._check_at(self._loop.time() + self._limit)
        return future

    def abort(self, why: str) -> None:
        """Ends it now; everything under way has an unknown outcome."""
        if self._why_lost is not None:
            return
        self._why_lost = why
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()
        self.on_lost(why)
        for future, _ in self._waiting:
            if not future.done():
                future.set_result(RedisAway(why))
        self._waiting.clear()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.abort(CLOSED if exc is None else type(exc).__name__)

    def data_received(self, data: bytes) -> None:
        if self._why_lost is not None:
            return
        self._heard = self._loop.time()
        try:
            self._reader.feed(data)
            while (reply := self._reader.gets()) is not False:
                self._take(reply)
        except hiredis.ProtocolError:
            self.abort(NOT_REDIS)

    def _take(self, reply: Any) -> None:
        if self.on_message is not None and isinstance(reply, list) and reply[0] == b"message":
            self.on_message(reply[2])
        elif self._waiting:
            future, _ = self._waiting.popleft()
            if not future.done():
                future.set_result(reply)

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        if self._transport is not None and self._why_lost is None:
            self._transport.write(b"".join(unsent))

    def _check_time(self) -> None:
        """One timer for all: it looks at the oldest command and sleeps until that one is due. A server that answers
        others meanwhile is not hung, but this process is behind with reading. Whoever is woken late was away: what was
        answered meanwhile is not read yet, or what was asked has not left.
        """
        self._timer = None
        if not self._waiting:
            return
        now, moment = self._loop.time(), self._limit * MOMENT
        due = max(self._waiting[0][1], self._heard) + self._limit
        if now - self._checks_at > moment:
            due = max(due, now + moment)
        if due <= now:
            self.abort(NO_ANSWER)
        else:
            self._check_at(due)

    def _check_at(self, time: float) -> None:
        self._checks_at = time
        self._timer = self._loop.call_at(time, self._check_time)


def pack(*command: Argument) -> bytes:
    packed: bytes = hiredis.pack_command(cast("Any", command))
    return packed


async def connect(address: Address, limit: float = COMMAND_LIMIT) -> Connection:
    """Signed in and on its database. Raises RedisAway or OSError; the caller limits the time."""
    loop, make = asyncio.get_running_loop(), partial(Connection, limit)
    if address.path:
        _, connection = await loop.create_unix_connection(make, address.path)
    else:
        _, connection = await loop.create_connection(make, address.host, address.port, ssl=address.tls)
    opening: list[tuple[Argument, ...]] = [("AUTH", *address.login)] if address.login else []
    opening += [("SELECT", address.database)] if address.database else []
    try:
        for future in [connection.send(*command) for command in opening]:
            unwrap(await future)
    except BaseException:
        connection.abort("not opened")
        raise
    return connection


def unwrap(reply: Any) -> Any:
    """The reply, unless it is an error, which here always means: cannot serve (READONLY, LOADING, OOM, NOAUTH ...)."""
    if isinstance(reply, RedisAway):
        raise reply
    if isinstance(reply, Exception):
        raise ErrorReply(str(reply).split(", with args", maxsplit=1)[0][:200])
    return reply

"""Live pages: one subscription for the whole process, handed on to the event streams of the clients concerned.

A stream says that something changed, never what: the page reads again, through the guard.
"""

import asyncio
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Iterable
from typing import NamedTuple, Protocol, TypeVar

import msgspec

from counterfoil.billing.announcements import Changed
from counterfoil.cache import Cache
from counterfoil.cache.scopes import session_topic
from counterfoil.errors import RateLimited, TemporarilyUnavailable

PERMISSIONS = {
    "invoices": "invoices",
    "invoice": "invoices",
    "payment_methods": "invoices",
    "subscriptions": "products",
    "order": "orders",
    "profile": "profile",
}
"""resource -> the permission without which one is not told of it."""

EVERYTHING = tuple(PERMISSIONS)

REMEMBERED = 2048
"""Events kept for streams that come back."""

BACKLOG = 64
"""Chunks that may wait for one reader. A slower one is hung up on, comes back, and reads everything again."""


class Capacity(NamedTuple):
    """How many streams one process keeps open: a stream costs about 20 KB (docs/performance.md)."""

    in_all: int = 4096
    for_one_account: int = 2048


CAPACITY = Capacity()


class Watcher(Protocol):
    """Whom a stream belongs to; accounts.viewer.Viewer is one."""

    @property
    def account_id(self) -> int: ...
    @property
    def client_id(self) -> int | None: ...
    def allows(self, permission: str) -> bool: ...


class Stream:
    """What waits to be written to one reader. None ends it."""

    def __init__(self, watcher: Watcher, session: str) -> None:
        self.watcher = watcher
        self.session = session
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def next(self) -> bytes | None:
        return await self._chunks.get()

    def put(self, chunk: bytes) -> None:
        if self._chunks.qsize() >= BACKLOG:
            self.end()
        else:
            self._chunks.put_nowait(chunk)

    def end(self) -> None:
        while not self._chunks.empty():
            self._chunks.get_nowait()
        self._chunks.put_nowait(None)


class _Event(NamedTuple):
    moment: int
    client_id: int
    resource: str
    chunk: bytes


class LiveStreams:
    """The streams of one process. `heartbeat` in seconds: shorter than any proxy's idea of an idle connection."""

    def __init__(self, cache: Cache, *, capacity: Capacity = CAPACITY, heartbeat: float = 15.0) -> None:
        self._cache = cache
        self._capacity = capacity
        self._heartbeat = heartbeat
        self._by_client: defaultdict[int, set[Stream]] = defaultdict(set)
        self._by_account: defaultdict[int, set[Stream]] = defaultdict(set)
        self._by_session: defaultdict[str, set[Stream]] = defaultdict(set)
        self.open_streams = 0
        self._recent: deque[_Event] = deque(maxlen=REMEMBERED)
        self._complete_since = self._latest = _now()
        self._epoch = secrets.token_hex(4)
        self._stopped = False
        self._heartbeats: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._cache.listen(self._on_message)
        self._heartbeats = asyncio.create_task(self._send_heartbeats(), name="live-heartbeat")

    def stop(self) -> None:
        """Ends every stream and takes no more: the server waits for them before it stops."""
        self._stopped = True
        if self._heartbeats is not None:
            self._heartbeats.cancel()
        for stream in self._all():
            stream.end()

    async def sign_out(self, session: str) -> None:
        """Ends the session's streams in every process. `session` is its key, as in accounts.cookies.Handle."""
        await self._cache.publish(session_topic(session), b"")

    def sessions(self) -> set[str]:
        """The keys of those that have a stream in this process."""
        return set(self._by_session)

    def end_session(self, session: str) -> None:
        """Its streams in this process."""
        for stream in self._by_session.get(session, ()):
            stream.end()

    def open(self, watcher: Watcher, session: str, last_event_id: str = "") -> Stream:
        """Raises RateLimited and TemporarilyUnavailable. The caller closes what this opens."""
        if len(self._by_account.get(watcher.account_id, ())) >= self._capacity.for_one_account:
            raise RateLimited(30)
        if self._stopped or self.open_streams >= self._capacity.in_all:
            raise TemporarilyUnavailable("streams")
        stream = Stream(watcher, session)
        self._by_account[watcher.account_id].add(stream)
        self._by_session[session].add(stream)
        self.open_streams += 1
        if watcher.client_id is not None:
            self._by_client[watcher.client_id].add(stream)
        # The id is set from the start, so that a reader who missed the very first event can say so. The wait before
        # coming back is drawn, so that a restarted server is not stormed.
        stream.put(f"id: {self._id(max(_now(), self._latest))}\nretry: {500 + secrets.randbelow(2000)}\n\n".encode())
        for chunk in self._events_since(watcher, last_event_id):
            stream.put(chunk)
        return stream

    def close(self, stream: Stream) -> None:
        self.open_streams -= 1
        _discard(self._by_account, stream.watcher.account_id, stream)
        _discard(self._by_session, stream.session, stream)
        if stream.watcher.client_id is not None:
            _discard(self._by_client, stream.watcher.client_id, stream)

    def _on_message(self, topic: str, message: bytes) -> None:
        kind, name = topic[:1], topic[1:]
        if kind == "c" and name.isdigit():
            self._announce(int(name), message)
        elif kind == "s":
            self.end_session(name)

    def _announce(self, client_id: int, message: bytes) -> None:
        resource = _resource(message)
        self._latest = max(_now(), self._latest + 1)
        chunk = _chunk(self._id(self._latest), message)
        if len(self._recent) == REMEMBERED:
            self._complete_since = self._recent[0].moment
        self._recent.append(_Event(self._latest, client_id, resource, chunk))
        for stream in self._by_client.get(client_id, ()):
            if _concerns(stream.watcher, resource):
                stream.put(chunk)

    def _events_since(self, watcher: Watcher, last_event_id: str) -> Iterable[bytes]:
        if not last_event_id:
            return []
        epoch, _, moment = last_event_id.partition("-")
        if epoch == self._epoch and moment.isdecimal() and len(moment) < 20 and self._complete_since <= int(moment):
            own = [event for event in self._recent if event.client_id == watcher.client_id]
            since = [event for event in own if event.moment > int(moment)]
            if len(since) < BACKLOG // 2:
                return [event.chunk for event in since if _concerns(watcher, event.resource)]
        # Another process' stream, or too long ago: anything may have changed.
        everything = [name for name in EVERYTHING if _concerns(watcher, name)]
        return [_chunk(self._id(self._latest), b'{"resource":"%s","id":null}' % name.encode()) for name in everything]

    def _id(self, moment: int) -> str:
        return f"{self._epoch}-{moment}"

    async def _send_heartbeats(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat)
            for stream in self._all():
                stream.put(b":\n\n")

    def _all(self) -> list[Stream]:
        return [stream for streams in self._by_account.values() for stream in streams]


def _now() -> int:
    """Microseconds. Events are told apart by their moment: a number would count other customers' events too."""
    return time.monotonic_ns() // 1000


def _chunk(event_id: str, data: bytes) -> bytes:
    return b"id: %s\nevent: changed\ndata: %s\n\n" % (event_id.encode(), data)


def _resource(message: bytes) -> str:
    return msgspec.json.decode(message, type=Changed).resource


def _concerns(watcher: Watcher, resource: str) -> bool:
    permission = PERMISSIONS.get(resource)
    return permission is None or watcher.allows(permission)


_Key = TypeVar("_Key", int, str)


def _discard(index: defaultdict[_Key, set[Stream]], key: _Key, stream: Stream) -> None:
    index[key].discard(stream)
    if not index[key]:
        del index[key]

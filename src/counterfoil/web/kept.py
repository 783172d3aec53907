"""Answers kept ready: the whole hot path of a read is one round trip to the cache and no work on the data.

A read handler gives its rendered bytes to `answer`; `KeptAnswers` sends them to the next reader without waking the
router, the handler or the database. Who may see them is checked each time: the session comes with the same round trip.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple, cast

import msgspec
from litestar import Response
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from counterfoil.accounts.sessions import Handle, Sessions
from counterfoil.accounts.viewer import Viewer
from counterfoil.billing.reading import Reading
from counterfoil.cache import Cache, Entry
from counterfoil.web.request_context import AnyRequest, context_of

CACHING = {"cache-control": "private, no-cache", "vary": "Cookie, Accept-Language"}
_CACHING = [(name.encode(), value.encode()) for name, value in CACHING.items()]

PAYING_COOKIE = "counterfoil_paying"
"""Which invoices this browser has gone to pay; pages show it, so it is part of what their kept copy depends on."""

_PAYING = f"{PAYING_COOKIE}=".encode()

LONGEST_QUERY = 256
"""Characters. Nobody types more, and what only one request asks for is not worth keeping."""

MOST_KEPT = 300
"""New answers that a process keeps for one session within a minute. A person does not ask for so many; a program that
varies the query or a header with each request would otherwise fill the cache's memory."""

_viewer = msgspec.json.Decoder(Viewer)


class Visit(NamedTuple):
    """What one round trip told of a request: who it may be, and the name under which its answer is kept."""

    handle: Handle
    viewer: Viewer | None
    """None: the cache did not know; the database may."""
    kept_as: str


class KeptAnswers:
    """ASGI middleware around the router. Leaves a Visit in the scope's state for the guard."""

    def __init__(self, app: ASGIApp, *, cache: Cache, sessions: Sessions, cookie_name: str, version: str) -> None:
        self._app = app
        self._cache = cache
        self._sessions = sessions
        self._cookie = f"{cookie_name}=".encode()
        self._version = version.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # There are no websockets here, and the lifespan does not come this way (app.py).
        if not await self._answer_at_once(cast("HTTPScope", scope), send):
            await self._app(scope, receive, send)

    async def _answer_at_once(self, scope: HTTPScope, send: Send) -> bool:
        headers = context_of(scope).headers
        handle = self._sessions.read_cookie(_cookie(headers.get(b"cookie", b""), self._cookie))
        if handle is None:
            return False
        name = self._name(scope, headers, handle)
        names = [name] if name and not wants_fresh(headers) else []
        peek = await self._cache.peek(handle.scope, names, session=handle.key)
        viewer = _confirmed(peek.session, handle)
        if names and viewer is not None and (entry := peek.entries[0]) is not None:
            kept = _unpack(entry)
            if viewer.allows(kept.permission.decode()):
                await _send(kept, headers.get(b"if-none-match", b""), send)
                return True
        scope.setdefault("state", {})["visit"] = Visit(handle, viewer, name)
        return False

    def _name(self, scope: HTTPScope, headers: Mapping[bytes, bytes], handle: Handle) -> str:
        """Empty for what is never kept."""
        if scope["method"] != "GET" or len(scope["query_string"]) > LONGEST_QUERY:
            return ""
        digest = blake2b(self._version, digest_size=12)
        # The path is decoded and may hold a "?" of its own; a query holds no line end.
        digest.update(scope["query_string"] + b"\n" + scope["path"].encode())
        # Pages carry the person's name and language; the API's answers are the same for all who may see them.
        if not scope["path"].startswith("/api/"):
            paying = _cookie(headers.get(b"cookie", b""), _PAYING)
            digest.update(f"\n{handle.key}\n{paying}\n".encode() + headers.get(b"accept-language", b""))
        return "r:" + digest.hexdigest()


class _Kept(NamedTuple):
    """As it is stored, so that a hit decodes and encodes nothing."""

    permission: bytes
    content_type: bytes
    etag: bytes
    body: bytes


def _unpack(entry: Entry) -> _Kept:
    return _Kept(*entry.value.split(b"\n", 3))


class Answers:
    """For read handlers: the response, kept until the data behind it is old."""

    def __init__(self, cache: Cache, now: Callable[[], float] = time.monotonic) -> None:
        self._cache = cache
        self._now = now
        self._minute = 0
        self._kept: Counter[str] = Counter()

    async def give(
        self, request: AnyRequest, reading: Reading[Any], body: bytes, *, permission: str, media_type: str
    ) -> Response[bytes]:
        etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        visit: Visit = request.scope["state"]["visit"]
        scope = visit.handle.scope
        # The cookie may name another client than the session: then the bytes would be kept in the wrong drawer.
        is_own = request.scope["state"]["viewer"].scope == scope
        if visit.kept_as and is_own and self._has_room(visit.handle.key):
            packed = b"\n".join(_Kept(permission.encode(), _content_type(media_type), etag.encode(), body))
            await self._cache.keep(
                scope, reading.nonce, visit.kept_as, Entry(packed, reading.as_of, reading.expires_at)
            )
        unchanged = _is_known(request.headers.get("if-none-match", ""), etag)
        return Response(
            b"" if unchanged else body,
            status_code=304 if unchanged else 200,
            media_type=media_type,
            headers={"etag": etag, **CACHING},
        )

    def _has_room(self, session: str) -> bool:
        minute = int(self._now() // 60)
        if minute != self._minute:
            self._minute, self._kept = minute, Counter()
        self._kept[session] += 1
        return self._kept[session] <= MOST_KEPT


async def _send(kept: _Kept, if_none_match: bytes, send: Send) -> None:
    headers = [(b"etag", kept.etag), *_CACHING]
    if if_none_match and _is_known(if_none_match.decode("latin-1"), kept.etag.decode()):
        status, body = 304, b""
    else:
        status, body = 200, kept.body
        headers += [(b"content-type", kept.content_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _content_type(media_type: str) -> bytes:
    """As Litestar says it when it sends the same answer for the first time."""
    return f"{media_type}; charset=utf-8".encode() if media_type.startswith("text/") else media_type.encode()


def _is_known(if_none_match: str, etag: str) -> bool:
    return if_none_match == "*" or etag in {each.strip().removeprefix("W/") for each in if_none_match.split(",")}


def wants_fresh(headers: Mapping[bytes, bytes]) -> bool:
    """A reload past every cache (RFC 9111 5.2.1.4); browsers send it with Shift-Reload."""
    return b"no-cache" in headers.get(b"cache-control", b"")


def _confirmed(session: bytes | None, handle: Handle) -> Viewer | None:
    """The cookie only claims a client; the session says which it is."""
    if session is None:
        return None
    viewer = _viewer.decode(session)
    return viewer if viewer.scope == handle.scope else None


def _cookie(headers: bytes, prefix: bytes) -> str:
    for part in headers.split(b";"):
        if part.strip().startswith(prefix):
            return part.strip()[len(prefix) :].decode("latin-1")
    return ""

"""Responses kept ready: the whole hot path of a read is one round trip to the cache and no work on the data.

A read handler gives its rendered bytes to `answer`; `ResponseCache` sends them to the next reader without waking the
router, the handler or the database. Who may see them is checked each time: the session comes with the same round trip.
"""

import gzip
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple, cast

import msgspec
from litestar import Response
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from counterfoil.accounts.sessions import Handle, Sessions
from counterfoil.accounts.viewer import Viewer
from counterfoil.billing.reading import Reading
from counterfoil.cache import Cache, Entry
from counterfoil.web.http.request_context import AnyRequest, context_of, route_of

CACHING = {"cache-control": "private, no-cache", "vary": "Cookie, Accept-Language, Accept-Encoding"}
_CACHING = [(name.encode(), value.encode()) for name, value in CACHING.items()]

_PERSONAL = frozenset({"/api/v1/payment-methods"})
"""Responses for programs that are kept for each session all the same."""

PAYING_COOKIE = "counterfoil_paying"
"""Which invoices this browser has gone to pay; pages show it, so it is part of what their kept copy depends on."""

_PAYING = f"{PAYING_COOKIE}=".encode()

LONGEST_QUERY = 256
"""Characters. Nobody types more, and what only one request asks for is not worth keeping."""

MOST_CACHED = 300
"""New answers that a process keeps for one session within a minute. A person does not ask for so many; a program that
varies the query or a header with each request would otherwise fill the cache's memory."""

COMPRESSED_FROM = 2048
"""Bytes of a page. Its kept copy then takes a sixth of the room, and browsers get it as it lies there."""

_decoder = msgspec.json.Decoder(Viewer)


@lru_cache(maxsize=1024)
def _decoded(session: bytes) -> Viewer:
    """The same bytes mean the same viewer; it is the store that says, at each read, which bytes hold now."""
    return _decoder.decode(session)


class Visit(NamedTuple):
    """What one round trip told of a request: who it may be, and the name under which its answer is kept."""

    handle: Handle
    viewer: Viewer | None
    """None: the cache did not know; the database may."""
    cache_key: str


class ResponseCache:
    """ASGI middleware around the router. Leaves a Visit in the scope's state for the guard."""

    def __init__(self, app: ASGIApp, *, cache: Cache, sessions: Sessions, cookie_name: str, version: str) -> None:
        self._app = app
        self._cache = cache
        self._sessions = sessions
        self._cookie = f"{cookie_name}=".encode()
        self._version = version.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # There are no websockets here, and the lifespan does not come this way (app/portal.py).
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
                scope["path_template"] = kept.route.decode()
                await _send(kept, headers, send)
                return True
        scope.setdefault("state", {})["visit"] = Visit(handle, viewer, name)
        return False

    def _name(self, scope: HTTPScope, headers: Mapping[bytes, bytes], handle: Handle) -> str:
        """Empty for what is never kept."""
        if scope["method"] != "GET" or len(scope["query_string"]) > LONGEST_QUERY:
            return ""
        # Pages carry the person's name and language; the API's answers are the same for all who may see them.
        if scope["path"].startswith("/api/"):
            person = [handle.key] if scope["path"] in _PERSONAL else []
            return _name_of(self._version, scope["query_string"], scope["path"], *person)
        paying = _cookie(headers.get(b"cookie", b""), _PAYING)
        accepted = headers.get(b"accept-language", b"")
        return _name_of(self._version, scope["query_string"], scope["path"], handle.key, paying, accepted)


@lru_cache(maxsize=4096)
def _name_of(version: bytes, query: bytes, path: str, *person: str | bytes) -> str:
    # Length before text: the path is decoded and may hold whatever else separates.
    parts = [query, path.encode(), *(each.encode() if isinstance(each, str) else each for each in person)]
    return (
        "r:" + blake2b(b"".join(b"%d %b" % (len(part), part) for part in [version, *parts]), digest_size=12).hexdigest()
    )


class _CachedResponse(NamedTuple):
    """As it is stored, so that a hit decodes and encodes nothing."""

    route: bytes
    permission: bytes
    content_type: bytes
    encoding: bytes
    """b"gzip", or b"" for a body as it is."""
    etag: bytes
    body: bytes

    def plain(self) -> "_CachedResponse":
        """For the few who do not take it compressed."""
        return self._replace(encoding=b"", body=gzip.decompress(self.body)) if self.encoding else self


def _unpack(entry: Entry) -> _CachedResponse:
    return _CachedResponse(*entry.value.split(b"\n", 5))


def etag_of(body: bytes, seen: str = "") -> str:
    digest = blake2b(body, digest_size=12).hexdigest()
    return f'"{seen}/{digest}"' if seen else f'"{digest}"'


def _cached(body: bytes, route: str, permission: str, media_type: str, seen: str) -> _CachedResponse:
    etag = etag_of(body, seen)
    if media_type == "text/html" and len(body) >= COMPRESSED_FROM:
        # Weak: the same page, compressed or not. There is no secret on it that an attacker could make it repeat and
        # measure (BREACH): no token, no session id (docs/security.md).
        encoding, etag, body = b"gzip", f"W/{etag}", gzip.compress(body, 6, mtime=0)
    else:
        encoding = b""
    return _CachedResponse(
        route.encode(), permission.encode(), _content_type(media_type), encoding, etag.encode(), body
    )


class Responses:
    """For read handlers: the response, kept until the data behind it is old."""

    def __init__(self, cache: Cache, now: Callable[[], float] = time.monotonic) -> None:
        self._cache = cache
        self._now = now
        self._minute = 0
        self._kept: Counter[str] = Counter()

    async def respond(
        self,
        request: AnyRequest,
        reading: Reading[Any],
        body: bytes,
        *,
        permission: str,
        media_type: str,
        seen: str = "",
    ) -> Response[bytes]:
        """`seen` is put before the digest in the ETag: what of it a later If-Match goes by."""
        kept = _cached(body, route_of(request.scope), permission, media_type, seen)
        visit: Visit = request.scope["state"]["visit"]
        scope = visit.handle.scope
        # The cookie may name another client than the session: then the bytes would be kept in the wrong drawer.
        is_own = request.scope["state"]["viewer"].scope == scope
        if visit.cache_key and is_own and self._has_room(visit.handle.key):
            entry = Entry(b"\n".join(kept), reading.as_of, reading.expires_at)
            await self._cache.keep(scope, reading.nonce, visit.cache_key, entry)
        answer = _answer(kept, context_of(request.scope).headers)
        headers = {name.decode(): value.decode() for name, value in answer.headers}
        return Response(answer.body, status_code=answer.status, media_type=media_type, headers=headers)

    def _has_room(self, session: str) -> bool:
        minute = int(self._now() // 60)
        if minute != self._minute:
            self._minute, self._kept = minute, Counter()
        self._kept[session] += 1
        return self._kept[session] <= MOST_CACHED


def respond_uncached(request: AnyRequest, body: bytes, *, media_type: str, seen: str = "") -> Response[bytes]:
    """A read that is made anew each time, with an ETag all the same. `seen`: what the ETag goes by instead of the body,
    when that differs although nothing changed.
    """
    etag = f"W/{etag_of(seen.encode())}" if seen else etag_of(body)
    kept = _CachedResponse(b"", b"", b"", b"", etag.encode(), body)
    answer = _answer(kept, context_of(request.scope).headers)
    headers = {name.decode(): value.decode() for name, value in answer.headers}
    return Response(answer.body, status_code=answer.status, media_type=media_type, headers=headers)


class _Answer(NamedTuple):
    status: int
    headers: list[tuple[bytes, bytes]]
    """Without content type and length."""
    body: bytes


def _answer(kept: _CachedResponse, headers: Mapping[bytes, bytes]) -> _Answer:
    said = [(b"etag", kept.etag), *_CACHING]
    known = headers.get(b"if-none-match", b"")
    if known and is_known(known.decode("latin-1"), kept.etag.decode()):
        return _Answer(304, said, b"")
    if kept.encoding and not _takes_gzip(headers.get(b"accept-encoding", b"")):
        kept = kept.plain()
    if kept.encoding:
        said.append((b"content-encoding", kept.encoding))
    return _Answer(200, said, kept.body)


async def _send(kept: _CachedResponse, headers: Mapping[bytes, bytes], send: Send) -> None:
    status, said, body = _answer(kept, headers)
    if status == 200:
        said += [(b"content-type", kept.content_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": said})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _takes_gzip(accepted: bytes) -> bool:
    """RFC 9110 12.5.3. Browsers say it first and without more words."""
    if accepted.startswith(b"gzip,"):
        return True
    for each in accepted.lower().split(b","):
        coding, _, quality = each.replace(b" ", b"").partition(b";q=")
        if coding == b"gzip":
            return not quality or quality.strip(b"0.") != b""
    return False


def _content_type(media_type: str) -> bytes:
    """As Litestar says it when it sends the same answer for the first time."""
    return f"{media_type}; charset=utf-8".encode() if media_type.startswith("text/") else media_type.encode()


def is_known(if_none_match: str, etag: str) -> bool:
    """Whether one of the ETags in the header `If-None-Match`, which may be "", is this one."""
    plain = etag.removeprefix("W/")
    return if_none_match == "*" or plain in {each.strip().removeprefix("W/") for each in if_none_match.split(",")}


def wants_fresh(headers: Mapping[bytes, bytes]) -> bool:
    """A reload past every cache (RFC 9111 5.2.1.4); browsers send it with Shift-Reload."""
    return b"no-cache" in headers.get(b"cache-control", b"")


def _confirmed(session: bytes | None, handle: Handle) -> Viewer | None:
    """The cookie only claims a client; the session says which it is."""
    if session is None:
        return None
    viewer = _decoded(session)
    return viewer if viewer.scope == handle.scope else None


def _cookie(headers: bytes, prefix: bytes) -> str:
    for part in headers.split(b";"):
        if part.strip().startswith(prefix):
            return part.strip()[len(prefix) :].decode("latin-1")
    return ""

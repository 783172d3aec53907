"""The response cache: the whole hot path of a read is one round trip and no work on the data.

A read handler gives its rendered bytes to `Responses.respond`; the next reader is sent them without waking the router,
the handler or the database, here or on the fast path. Who may see them is checked each time: the session comes with
the same round trip.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, cast

import msgspec
from litestar.datastructures import Cookie
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from counterfoil.accounts.sessions import Handle, Sessions
from counterfoil.accounts.viewer import Viewer
from counterfoil.cache import Cache, Entry, Peek
from counterfoil.web.http.cached_response import CachedResponse, send_answer, unpacked
from counterfoil.web.http.conditional import wants_fresh
from counterfoil.web.http.request_context import context_of
from counterfoil.web.http.tokens.bearer import Bearers
from counterfoil.web.http.visits import Visit, is_flagged, name_caller
from counterfoil.web.text.catalogue import LANGUAGES

_PERSONAL = frozenset({"/api/v1/payment-methods"})
"""Responses for programs that are cached for each session all the same."""

LONGEST_QUERY = 256
"""Characters. Nobody types more, and what only one request asks for is not worth caching."""

LONGEST_SAID = 1024
"""Bytes of the languages that a page goes by. Browsers send a tenth of it."""

LONGEST_SESSION = 8192
"""Bytes of a session that are remembered with what they mean: about 50 clients of one person."""

_decoder = msgspec.json.Decoder(Viewer)


def _decoded(session: bytes) -> Viewer:
    return _remembered(session) if len(session) <= LONGEST_SESSION else _decoder.decode(session)


@lru_cache(maxsize=1024)
def _remembered(session: bytes) -> Viewer:
    """The same bytes mean the same viewer; it is the store that says, at each read, which bytes hold now."""
    return _decoder.decode(session)


def _allowed(session: bytes, scope: str, permission: bytes) -> Viewer | None:
    """Who it is, if that session is one of this client and may see what takes this permission."""
    if len(session) <= LONGEST_SESSION:
        return _allowed_remembered(session, scope, permission)
    viewer = _decoded(session)
    return viewer if viewer.scope == scope and viewer.allows(permission.decode()) else None


@lru_cache(maxsize=1024)
def _allowed_remembered(session: bytes, scope: str, permission: bytes) -> Viewer | None:
    """As above: by the session's own bytes, as the store has them now."""
    viewer = _remembered(session)
    return viewer if viewer.scope == scope and viewer.allows(permission.decode()) else None


LANGUAGE_COOKIE = "counterfoil_language"

_LANGUAGE = f"{LANGUAGE_COOKIE}=".encode()


class Question(NamedTuple):
    """Which response a request asks for, by its own bytes alone."""

    handle: Handle
    key: str
    """Under which the response is cached; empty when it never is."""
    keys: tuple[str, ...]
    """Of what to look for; none in a request for what is fresh, nor under maintenance."""


class Hit(NamedTuple):
    """A response, and who asked for it and may see it."""

    response: CachedResponse
    viewer: Viewer
    entry: Entry
    """What the cache has of it."""


class ResponseCache:
    """ASGI middleware around the router. Leaves a Visit in the scope's state for the guard."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        cache: Cache,
        sessions: Sessions,
        bearers: Bearers,
        new_cookie: Callable[[str], Cookie],
        version: str,
        is_closed: bool = False,
    ) -> None:
        """`new_cookie` makes the session's cookie of its value. `is_closed`: the guard is asked about every request."""
        self._app = app
        self._cache = cache
        self._sessions = sessions
        self._bearers = bearers
        self._new_cookie = new_cookie
        self._cookie = f"{new_cookie('').key}=".encode()
        self._version = version.encode()
        self._is_closed = is_closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # There are no websockets here, and the lifespan does not come this way (app/portal.py).
        if not await self._answer_at_once(cast("HTTPScope", scope), send):
            await self._app(scope, receive, send)

    async def _answer_at_once(self, scope: HTTPScope, send: Send) -> bool:
        state = scope.setdefault("state", {})
        if (visit := state.get("visit")) is None:
            headers = context_of(scope).headers
            question = await self._by_token(scope, headers)
            if question is None:
                question = self.question(scope["method"], scope["path"], scope["query_string"], headers)
            if question is None:
                return False
            self._renew(scope, question.handle)
            found = await self.look(question)
            if isinstance(found, Hit):
                name_caller(scope, found.viewer)
                scope["path_template"] = found.response.route.decode()
                await send_answer(found.response, headers, send)
                return True
            visit = state["visit"] = found
        if visit.viewer is not None:
            name_caller(scope, visit.viewer)
        return False

    async def _by_token(self, scope: HTTPScope, headers: Mapping[bytes, bytes]) -> Question | None:
        """Of a program. None for people. Raises TokenInvalid, RateLimited, TemporarilyUnavailable."""
        if not self._bearers.are_concerned(scope, headers):
            return None
        handle = await self._bearers.handle_of(scope)
        if handle is None:
            return None
        return self._question(scope["method"], scope["path"], scope["query_string"], headers, handle)

    def _renew(self, scope: HTTPScope, handle: Handle) -> None:
        if handle.is_outdated:
            renewed = self._new_cookie(self._sessions.signed_anew(handle))
            context_of(scope).renewed_cookie = renewed.to_encoded_header()

    def question(self, method: str, path: str, query: bytes, headers: Mapping[bytes, bytes]) -> Question | None:
        """None without a cookie that could be a session's. No I/O."""
        handle = self._sessions.read_cookie(cookie_of(headers, self._cookie))
        if handle is None:
            return None
        if is_flagged(headers):  # staff look at somebody's account, says the cookie: the guard knows
            return Question(handle, "", ())
        return self._question(method, path, query, headers, handle)

    def _question(
        self, method: str, path: str, query: bytes, headers: Mapping[bytes, bytes], handle: Handle
    ) -> Question:
        key = self._key(method, path, query, headers, handle)
        is_looked_for = key and not self._is_closed
        return Question(handle, key, (key,) if is_looked_for and not wants_fresh(headers) else ())

    async def look(self, question: Question) -> Hit | Visit:
        """In one round trip: the response, if it is cached and this person may see it. Otherwise who it may be."""
        handle, _, keys = question
        return self.known(question, await self._cache.peek(handle.scope, keys, session=handle.key))

    def known(self, question: Question, peek: Peek) -> Hit | Visit:
        """The same of what a look has found."""
        handle, key, keys = question
        session = peek.session
        if keys and session is not None and (entry := peek.entries[0]) is not None:
            cached = unpacked(entry.value)
            viewer = _allowed(session, handle.scope, cached.permission)
            if viewer is not None:
                return Hit(cached, viewer, entry)
        return Visit(handle, _confirmed(session, handle), key)

    def _key(self, method: str, path: str, query: bytes, headers: Mapping[bytes, bytes], handle: Handle) -> str:
        """Empty for what is never cached."""
        if method != "GET" or len(query) > LONGEST_QUERY:
            return ""
        # Pages carry the person's name and language; the API's responses are the same for all who may see them.
        if path.startswith("/api/"):
            return _key_of(self._version, query, path, *([handle.key] if path in _PERSONAL else []))
        accepted = headers.get(b"accept-language", b"")
        if len(accepted) > LONGEST_SAID:
            return ""
        return _key_of(self._version, query, path, handle.key, accepted, chosen_language(headers))


@lru_cache(maxsize=4096)
def _key_of(version: bytes, query: bytes, path: str, *person: str | bytes) -> str:
    # Length before text: the path is decoded and may hold whatever else separates.
    said = [version, query, path.encode(), *(each.encode() if isinstance(each, str) else each for each in person)]
    return "r:" + blake2b(b"".join(b"%d %b" % (len(each), each) for each in said), digest_size=12).hexdigest()


def _confirmed(session: bytes | None, handle: Handle) -> Viewer | None:
    """The cookie only claims a client; the session says which it is."""
    if session is None:
        return None
    viewer = _decoded(session)
    return viewer if viewer.scope == handle.scope else None


def chosen_language(headers: Mapping[bytes, bytes]) -> str:
    """What somebody chose at the foot of a page, in this browser; empty when they did not."""
    chosen = cookie_of(headers, _LANGUAGE)
    return chosen if chosen in LANGUAGES else ""


def cookie_of(headers: Mapping[bytes, bytes], prefix: bytes) -> str:
    """The value of the cookie whose name and equals sign `prefix` is. Litestar's own way remembers every header."""
    for part in headers.get(b"cookie", b"").split(b";"):
        if part.strip().startswith(prefix):
            return part.strip()[len(prefix) :].decode("latin-1")
    return ""

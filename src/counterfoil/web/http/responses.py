"""How a read handler answers: with a response that is cached until the data behind it is old, or with one that is not.

Who may see a cached response: whoever has the permission that its route asks for. Nobody says it a second time.
"""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from litestar import Response

from counterfoil.billing.reading import Reading
from counterfoil.cache import Cache, Entry
from counterfoil.web.http.cached_response import CachedResponse, answer, cacheable, packed
from counterfoil.web.http.conditional import etag_of
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest, context_of, route_of
from counterfoil.web.http.visits import Visit

MOST_CACHED = 300
"""New responses that a process caches for one session within a minute. A person does not ask for so many; a program
that varies the query or a header with each request would otherwise fill the cache's memory."""


class Responses:
    def __init__(self, cache: Cache, now: Callable[[], float] = time.monotonic) -> None:
        self._cache = cache
        self._now = now
        self._minute = 0
        self._cached: Counter[str] = Counter()

    async def respond(
        self,
        request: AnyRequest,
        reading: Reading[Any],
        body: bytes,
        *,
        media_type: str,
        seen: str = "",
        also_takes: str = "",
    ) -> Response[bytes]:
        """`seen` is put before the digest in the ETag: what of it a later If-Match goes by. `also_takes` is a
        permission that what is shown takes beside the route's.
        """
        permission = f"{permission_of(request)} {also_takes}".rstrip()
        cached = cacheable(body, route_of(request.scope), permission, media_type, seen)
        visit: Visit = request.scope["state"]["visit"]
        scope = visit.handle.scope
        # The cookie may name another client than the session: then the bytes would be cached in the wrong scope.
        viewer = viewer_of(request)
        is_own = viewer.scope == scope and viewer.viewing is None
        if visit.cache_key and is_own and self._has_room(visit.handle.key):
            entry = Entry(packed(cached), reading.as_of, reading.expires_at)
            await self._cache.keep(scope, reading.nonce, visit.cache_key, entry)
        return _to(request, cached, media_type)

    def _has_room(self, session: str) -> bool:
        minute = int(self._now() // 60)
        if minute != self._minute:
            self._minute, self._cached = minute, Counter()
        self._cached[session] += 1
        return self._cached[session] <= MOST_CACHED


def permission_of(request: AnyRequest) -> str:
    """What the guard has asked for. Raises LookupError for a route that takes none: from the cache its responses would
    reach everybody who is signed in.
    """
    permission: str | None = request.route_handler.opt.get("permission")
    if not permission:
        raise LookupError(f"{route_of(request.scope)} takes no permission, so nothing of it may be cached")
    return permission


def respond_uncached(request: AnyRequest, body: bytes, *, media_type: str, seen: str = "") -> Response[bytes]:
    """A read that is made anew each time, with an ETag all the same. `seen`: what the ETag goes by instead of the body,
    when that differs although nothing changed.
    """
    etag = f"W/{etag_of(seen.encode())}" if seen else etag_of(body)
    return _to(request, CachedResponse(b"", b"", b"", b"", etag.encode(), body), media_type)


def _to(request: AnyRequest, response: CachedResponse, media_type: str) -> Response[bytes]:
    status, said, body = answer(response, context_of(request.scope).headers)
    headers = {name.decode(): value.decode() for name, value in said}
    return Response(body, status_code=status, media_type=media_type, headers=headers)

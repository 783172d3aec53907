"""The fast path: a read whose response is cached is answered before the edge, the router or a handler wakes up.

It answers exactly as they would, by their own functions, and hands on whatever is not plain or not cached, with what it
has seen. Nothing is decided by what was, only by what the store says now: who is signed in, with which rights, which
generation of the client's data holds. When it says to the byte what it said to the same request before, the answer is
ready. Each line here is paid for by every warm read (docs/performance.md).
"""

from time import perf_counter

import msgspec
from litestar.types import HTTPScope, Send

from counterfoil.cache import Cache, Found
from counterfoil.web.http.access_log import Served
from counterfoil.web.http.edge import REFERRER_POLICY, Rules
from counterfoil.web.http.fast_path.plain_requests import PlainRequest, PlainRequests
from counterfoil.web.http.fast_path.ready_answer import ReadyAnswer, ready_answer
from counterfoil.web.http.response_cache import ResponseCache
from counterfoil.web.http.visits import Visit


class FastPath:
    """By the same rules as the edge."""

    def __init__(self, requests: PlainRequests, responses: ResponseCache, cache: Cache, rules: Rules) -> None:
        self._requests = requests
        self._responses = responses
        self._cache = cache
        self._ids = rules.request_ids
        self._fixed = (*rules.headers, REFERRER_POLICY)
        self._recorders = rules.recorders

    async def answers(self, scope: HTTPScope, send: Send, started: float) -> bool:
        """Whether the request is answered. If not, nothing was sent, and what was seen of who asks is in the scope."""
        request = self._requests.read(scope)
        if request is None:
            return False
        handle, _, keys = request.question
        found = await self._cache.look(handle.scope, keys, handle.key)
        ready = request.ready
        entry = self._cache.repeats.entry(ready.seen, found) if ready is not None else None
        if ready is not None and entry is not None:
            body = entry[ready.body_at :]
        elif (first := self._first(request, scope, found)) is not None:
            ready, body = first
        else:
            return False
        request_id = self._ids.new()
        headers = [*ready.headers, (b"x-request-id", request_id.encode())]
        await send({"type": "http.response.start", "status": ready.status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})
        seconds = perf_counter() - started
        served = Served("GET", ready.route, ready.status, seconds, request_id, ready.account_id, ready.client_id)
        for record in self._recorders:
            record(served)
        return True

    def _first(self, request: PlainRequest, scope: HTTPScope, found: Found | None) -> tuple[ReadyAnswer, bytes] | None:
        """What follows from what the store says now, and remembered with it."""
        question, headers = request.question, dict(scope["headers"])
        try:
            known = self._responses.known(question, self._cache.told(question.keys, found))
        except (ValueError, TypeError, msgspec.MsgspecError):
            return None  # The store holds what we did not write: whoever looks again says so.
        if isinstance(known, Visit) or found is None:
            scope.setdefault("state", {})["visit"] = known
            return None
        ready, body = ready_answer(question, found, known, headers, self._fixed)
        request.ready = ready if ready.is_lasting else None
        return ready, body

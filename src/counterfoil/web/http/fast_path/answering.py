"""The fast path: a read whose response is cached is answered before the edge, the router or a handler wakes up.

It answers exactly as they would, by their own functions, and hands on whatever is not plain or not cached, with what it
has seen. Nothing is decided by what was, only by what the store says now: who is signed in, with which rights, which
generation of the client's data holds. Each line here is paid for by every warm read (docs/performance.md).
"""

from time import perf_counter

import msgspec
from litestar.types import HTTPScope, Send

from counterfoil.web.http.access_log import Served
from counterfoil.web.http.cached_response import answer
from counterfoil.web.http.edge import REFERRER_POLICY, Rules
from counterfoil.web.http.fast_path.plain_requests import PlainRequests
from counterfoil.web.http.response_cache import ResponseCache
from counterfoil.web.http.visits import Visit


class FastPath:
    """By the same rules as the edge."""

    def __init__(self, requests: PlainRequests, responses: ResponseCache, rules: Rules) -> None:
        self._requests = requests
        self._responses = responses
        self._ids = rules.request_ids
        self._fixed = [*rules.headers, REFERRER_POLICY]
        self._recorders = rules.recorders

    async def answers(self, scope: HTTPScope, send: Send, started: float) -> bool:
        """Whether the request is answered. If not, nothing was sent, and what was seen of who asks is in the scope."""
        headers = dict(scope["headers"])
        question = self._requests.read(scope, headers)
        if question is None:
            return False
        try:
            found = await self._responses.look(question)
        except (ValueError, TypeError, msgspec.MsgspecError):
            return False  # The store holds what we did not write: whoever looks again says so.
        if isinstance(found, Visit):
            scope.setdefault("state", {})["visit"] = found
            return False
        cached, viewer = found
        request_id = self._ids.new()
        status, said, body = answer(cached, headers)
        if status == 200:
            said += [(b"content-type", cached.content_type), (b"content-length", b"%d" % len(body))]
        said += self._fixed
        said.append((b"x-request-id", request_id.encode()))
        await send({"type": "http.response.start", "status": status, "headers": said})
        await send({"type": "http.response.body", "body": body, "more_body": False})
        seconds, route, client = perf_counter() - started, cached.route.decode(), viewer.client_id or 0
        served = Served("GET", route, status, seconds, request_id, viewer.account_id, client)
        for record in self._recorders:
            record(served)
        return True

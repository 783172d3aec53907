"""The outermost layer: every request passes it on the way in and out, whatever answers it.

The fastest answer of the portal pays for each line here (docs/performance.md).
"""

from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter
from typing import Final, NamedTuple, Protocol, TypeAlias

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from counterfoil import log
from counterfoil.networks import Network
from counterfoil.web.http.access_log import Served
from counterfoil.web.http.bodies import RequestBody, announces_body
from counterfoil.web.http.http_errors import BadRequest
from counterfoil.web.http.origin_policy import SAFE_METHODS, OriginPolicy, has_unknown_coding, is_ambiguous, is_probe
from counterfoil.web.http.request_context import (
    RequestContext,
    attach,
    caller_of,
    context_of,
    join_lines,
    route_of,
)
from counterfoil.web.http.tokens.bearer import is_bearer

REFERRER_POLICY = (b"referrer-policy", b"same-origin")
"""Unless a response has its own."""

_HTTP: Final = ScopeType.HTTP
"""Looked up once: to ask an enumeration for a member is a fiftieth of a warm read."""

METHODS = SAFE_METHODS | {"POST", "PUT", "PATCH", "DELETE"}


LONGEST_PATH, ORDINARY_QUERY, LONGEST_QUERY, MOST_PARAMETERS = 1024, 256, 4096, 100
"""An identity provider's way back has a query of 2,000 characters; ours are short."""


class ErrorResponder(Protocol):
    """Answers a request that failed (pages/errors.py)."""

    async def send(self, scope: HTTPScope, error: Exception, send: Send, /) -> None: ...


class Rules(NamedTuple):
    """What the edge applies."""

    origin_policy: OriginPolicy
    headers: tuple[tuple[bytes, bytes], ...]
    """On every response."""
    trusted_proxies: tuple[Network, ...]
    errors: ErrorResponder
    recorders: tuple[Callable[[Served], None], ...]
    """Told of every request when it is over."""
    request_ids: log.RequestIds


AtOnce: TypeAlias = Callable[[HTTPScope, Send, float], Awaitable[bool]]
"""The fast path (fast_path/answering.py), which does all of the edge's own work for what it answers."""


class Edge:
    """ASGI middleware around everything."""

    def __init__(self, app: ASGIApp, rules: Rules, answers_at_once: AtOnce) -> None:
        self._app = app
        self._answers_at_once = answers_at_once
        self._rules = rules
        self._awaited: dict[RequestBody, None] = {}
        """Bodies that are still coming, the oldest first."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != _HTTP:
            return  # there are no websockets here; Granian is told so too
        started = perf_counter()
        if await self._answers_at_once(scope, send, started):
            return
        headers = join_lines(scope)
        caller = caller_of(scope, headers, self._rules.trusted_proxies)
        context = RequestContext(self._rules.request_ids.new(), headers, caller)
        attach(scope, context)
        log.request_id.set(context.request_id)
        method = scope["method"]
        try:
            await self._pass_on(scope, receive, self._complete(scope, context, send))
        finally:
            served = Served(
                method if method in METHODS else "OTHER",
                route_of(scope),
                context.status,
                perf_counter() - started,
                context.request_id,
                context.account_id,
                context.client_id,
                context.code,
            )
            for record in self._rules.recorders:
                record(served)

    async def _pass_on(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        if not announces_body(headers := context_of(scope).headers):
            await self._answer(scope, receive, send)
            return
        with RequestBody(receive, headers, self._awaited) as body:
            await self._answer(scope, body, body.before_answer(send))

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        try:
            self._check(scope, receive)
            if scope["method"] == "HEAD":
                # Whatever can be read can be asked about; the server sends no body to a HEAD.
                scope["method"] = "GET"
                context_of(scope).is_head = True
            scope["query_string"] = without_empty(scope["query_string"])
            await self._app(scope, receive, send)
        except Exception as error:
            if context_of(scope).status:
                raise  # half an answer is out: the connection must break, so that nobody takes it for whole
            await self._rules.errors.send(scope, error, send)

    def _check(self, scope: HTTPScope, receive: Receive) -> None:
        """Raises BadRequest, CrossSiteRequest, ContentTooLarge."""
        headers = context_of(scope).headers
        host = headers.get(b"host", b"")
        is_bad = is_too_long(scope["path"], scope["query_string"]) or is_ambiguous(scope, headers)
        if is_bad or has_unknown_coding(headers):
            raise BadRequest
        if not self._rules.origin_policy.knows_host(host) and not is_probe(scope, host):
            self._rules.origin_policy.warn_of(host)
            raise BadRequest
        if scope["method"] not in SAFE_METHODS:
            if not is_bearer(scope["path"], headers):
                self._rules.origin_policy.check_origin(headers)
            if isinstance(receive, RequestBody):
                receive.check_length()

    def _complete(self, scope: HTTPScope, context: RequestContext, send: Send) -> Send:
        fixed = self._rules.headers
        request_id = (b"x-request-id", context.request_id.encode())

        async def send_completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                context.status = message["status"]
                headers = [*message["headers"], *fixed, request_id]
                names = [name for name, _ in message["headers"]]
                if b"cache-control" not in names:
                    headers.append((b"cache-control", b"no-store"))
                if b"referrer-policy" not in names:
                    headers.append(REFERRER_POLICY)
                if context.renewed_cookie is not None and not _names_cookie(message["headers"], context.renewed_cookie):
                    headers.append(context.renewed_cookie)
                message["headers"] = headers
            await send(message)

        return send_completed


def _names_cookie(headers: Iterable[tuple[bytes, bytes]], cookie: tuple[bytes, bytes]) -> bool:
    """Whether an answer sets this cookie itself, as signing out and switching do."""
    name = cookie[1].partition(b"=")[0]
    return any(each == b"set-cookie" and value.partition(b"=")[0] == name for each, value in headers)


def is_too_long(path: str, query: bytes) -> bool:
    """What comes after us remembers addresses, whatever their length and however many parameters one has."""
    if len(path) <= LONGEST_PATH and len(query) <= ORDINARY_QUERY:
        return False
    return len(path) > LONGEST_PATH or len(query) > LONGEST_QUERY or query.count(b"&") >= MOST_PARAMETERS


def without_empty(query: bytes) -> bytes:
    """`?status=&page=` asks for nothing: a form's empty field is an absent one."""
    if b"=&" not in query and not query.endswith(b"="):
        return query
    return b"&".join(pair for pair in query.split(b"&") if pair.find(b"=") != len(pair) - 1)

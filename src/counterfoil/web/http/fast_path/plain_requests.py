"""What a plain request asks for, by its own bytes alone, and remembered by them. Nothing here knows anybody's session,
client or rights: what is remembered cannot go out of date.
"""

from collections.abc import Mapping

from litestar.types import HTTPScope

from counterfoil.web.http.bodies import announces_body
from counterfoil.web.http.edge import is_too_long, without_empty
from counterfoil.web.http.fast_path.ready_answer import ReadyAnswer
from counterfoil.web.http.origin_policy import OriginPolicy
from counterfoil.web.http.response_cache import Question, ResponseCache

MOST_REMEMBERED = 1024

LONGEST_REMEMBERED = 2048
"""Bytes of one. Browsers send a quarter of it."""

_Bytes = tuple[str | bytes | None, ...]


class PlainRequest:
    """`ready` is for whoever answers it: what was made ready for the same bytes before."""

    __slots__ = ("question", "ready")

    def __init__(self, question: Question) -> None:
        self.question = question
        self.ready: ReadyAnswer | None = None


class PlainRequests:
    """`policy` says which hosts are ours, `responses` who may be asking for what."""

    def __init__(self, policy: OriginPolicy, responses: ResponseCache) -> None:
        self._policy = policy
        self._responses = responses
        self._remembered: dict[_Bytes, PlainRequest] = {}

    def read(self, scope: HTTPScope) -> PlainRequest | None:
        """None for everything that somebody else must look at: what is no read, what the edge would refuse, what is
        never cached, whom no cookie of ours names.
        """
        lines = scope["headers"]
        headers = dict(lines)
        if len(headers) != len(lines):  # type: ignore[arg-type]
            return None
        get = headers.get
        # All that an answer out of the cache may depend on, or that keeps a request from being plain.
        said = (
            scope["method"],
            scope["path"],
            scope["query_string"],
            get(b"host"),
            get(b"cookie"),
            get(b"accept-language"),
            get(b"accept-encoding"),
            get(b"cache-control"),
            get(b"if-none-match"),
            get(b"authorization"),
            get(b"content-length"),
            get(b"transfer-encoding"),
        )
        request = self._remembered.get(said)
        if request is None and (question := self._question(scope, headers)) is not None:
            request = PlainRequest(question)
            self._remember(said, request)
        return request

    def _question(self, scope: HTTPScope, headers: Mapping[bytes, bytes]) -> Question | None:
        if b"authorization" in headers:
            return None  # a program with a token, for whom a cookie counts for nothing
        path, query = scope["path"], scope["query_string"]
        if scope["method"] != "GET" or announces_body(headers) or is_too_long(path, query) or b"cf_" in query:
            return None
        if not self._policy.knows_host(headers.get(b"host", b"")):
            return None
        question = self._responses.question("GET", path, without_empty(query), headers)
        # Whose cookie an older key has signed is given a new one.
        return question if question is not None and question.keys and not question.handle.is_outdated else None

    def _remember(self, said: _Bytes, request: PlainRequest) -> None:
        if sum(len(each) for each in said if each) > LONGEST_REMEMBERED:
            return
        if len(self._remembered) >= MOST_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        self._remembered[said] = request

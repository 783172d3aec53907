"""What a plain request asks for, by its own bytes alone, and remembered by them. Nothing here knows anybody's session,
client or rights: what is remembered cannot go out of date.
"""

from collections.abc import Mapping

from litestar.types import HTTPScope

from counterfoil.web.http.bodies import announces_body
from counterfoil.web.http.edge import is_too_long, without_empty
from counterfoil.web.http.origin_policy import OriginPolicy
from counterfoil.web.http.response_cache import Question, ResponseCache

MOST_REMEMBERED = 1024

LONGEST_REMEMBERED = 2048
"""Bytes of one. Browsers send a quarter of it."""

_Bytes = tuple[str, bytes, bytes, bytes, bytes, bytes]


class PlainRequests:
    """`policy` says which hosts are ours, `responses` who may be asking for what."""

    def __init__(self, policy: OriginPolicy, responses: ResponseCache) -> None:
        self._policy = policy
        self._responses = responses
        self._remembered: dict[_Bytes, Question] = {}

    def read(self, scope: HTTPScope, headers: Mapping[bytes, bytes]) -> Question | None:
        """`headers` are the scope's as a mapping. None for everything that somebody else must look at: what is no read,
        what the edge would refuse, what is never cached, whom no cookie of ours names.
        """
        if b"authorization" in headers:
            return None  # a program with a token, for whom a cookie counts for nothing
        if scope["method"] != "GET" or len(headers) != len(scope["headers"]) or announces_body(headers):  # type: ignore[arg-type]
            return None
        said = (
            scope["path"],
            scope["query_string"],
            headers.get(b"host", b""),
            headers.get(b"cookie", b""),
            headers.get(b"accept-language", b""),
            headers.get(b"cache-control", b""),
        )
        question = self._remembered.get(said)
        if question is None and (question := self._read(said, headers)) is not None:
            self._remember(said, question)
        return question

    def _read(self, said: _Bytes, headers: Mapping[bytes, bytes]) -> Question | None:
        path, query, host = said[:3]
        if is_too_long(path, query) or b"cf_" in query or not self._policy.knows_host(host):
            return None
        question = self._responses.question("GET", path, without_empty(query), headers)
        # Whose cookie an older key has signed is given a new one.
        return question if question is not None and question.keys and not question.handle.is_outdated else None

    def _remember(self, said: _Bytes, question: Question) -> None:
        if sum(map(len, said)) > LONGEST_REMEMBERED:
            return
        if len(self._remembered) >= MOST_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        self._remembered[said] = question

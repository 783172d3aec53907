"""An answer made ready for the next time: what follows from a request's bytes and from what the store said to it."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from counterfoil.cache import Found, Sighting, sighting
from counterfoil.web.http.cached_response import answer
from counterfoil.web.http.response_cache import Hit, Question

Headers = Sequence[tuple[bytes, bytes]]

LONGEST_SEEN = 4096
"""Bytes of what the store said that are remembered with an answer: a session of two dozen clients."""


class ReadyAnswer(Struct, frozen=True):
    """It holds for as long as the store says what is `seen`."""

    seen: Sighting
    body_at: int
    """Where in the entry the body begins: at its end in an answer without one."""
    status: int
    headers: Headers
    """But for the request's own id."""
    route: str
    account_id: int
    client_id: int
    is_lasting: bool
    """Whether it may be remembered. One whose body was unpacked for this request alone may not, nor a long one."""


def ready_answer(
    question: Question, found: Found, hit: Hit, headers: Mapping[bytes, bytes], fixed: Headers
) -> tuple[ReadyAnswer, bytes]:
    """With the body. `headers` are the request's, `fixed` those of every answer."""
    cached, viewer, entry = hit
    status, said, body = answer(cached, headers)
    if status == 200:
        said.append((b"content-type", cached.content_type))  # The server counts the body's length, as it comes whole.
    seen = sighting(question.key, found, entry, rest=len(cached.body))
    is_lasting = seen.length <= LONGEST_SEEN and (not body or body is cached.body)
    who = viewer.account_id, viewer.client_id or 0
    at = seen.size - len(body)
    return ReadyAnswer(seen, at, status, (*said, *fixed), cached.route.decode(), *who, is_lasting), body

"""The one way to take a webhook: is it genuine and fresh (signing.py), and what does it say (its sender's reader)."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog

from counterfoil import signing
from counterfoil.errors import NotFound
from counterfoil.web.http.http_errors import BadRequest, BadSignature
from counterfoil.web.http.limits import Limits
from counterfoil.web.http.request_context import AnyRequest, context_of

_log = structlog.get_logger(__name__)

_Message = TypeVar("_Message")


async def verified(
    request: AnyRequest, limits: Limits, secrets: Sequence[bytes], read: Callable[[str, bytes], _Message]
) -> _Message:
    """What `read` makes of the message's id and body; it raises BadBody for what it does not understand.

    Raises NotFound where no secret is set, BadSignature, BadRequest, and RateLimited to whoever guesses.
    """
    if not secrets:
        # An empty secret would verify what anyone can forge.
        raise NotFound
    body = await request.body()
    try:
        return read(signing.verify(secrets, request.headers, body, time.time()), body)
    except signing.BadSignature as error:
        await limits.hit("bad_webhook", context_of(request.scope).address)
        _log.warning("webhook refused", reason=str(error))
        raise BadSignature from None
    except signing.BadBody as error:
        _log.warning("webhook not understood", reason=str(error))
        raise BadRequest from None

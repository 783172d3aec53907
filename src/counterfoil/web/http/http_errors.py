"""Refusals that only HTTP knows: they say something about the request's form, nothing about billing."""

import re
from collections.abc import Mapping
from typing import Any

from litestar.exceptions import HTTPException, ValidationException

from counterfoil.errors import CounterfoilError, NotFound, Refused, Unavailable, ValidationFailed
from counterfoil.web.text.catalogue import translatable


class BadRequest(Refused):
    code, status = "bad_request", 400
    title, detail = "Bad request", "The request could not be understood."


class BadSignature(Refused):
    code, status = "bad_signature", 401
    title, detail = "Bad signature", "The signature or the time of this message is not valid."


class TokenInvalid(Refused):
    """Unknown, ended, expired, damaged, or sent in an address."""

    code, status = "token_invalid", 401
    title, detail = "Access token not valid", "This access token is not valid, or not any more."


class MethodNotAllowed(Refused):
    code, status = "method_not_allowed", 405
    title, detail = "Method not allowed", "This address does not accept this kind of request."


class NotAcceptable(Refused):
    code, status = "not_acceptable", 406
    title, detail = "Not acceptable", "There is no answer of the requested kind here."


class ContentTooLarge(Refused):
    code, status = "content_too_large", 413
    title, detail = "Content too large", "The request is too large."


class UnsupportedMediaType(Refused):
    code, status = "unsupported_media_type", 415
    title, detail = "Unsupported media type", "The request is of a kind that is not understood here."


class ReadOnlyView(Refused):
    """Staff look at an account: nobody pays, edits or orders for somebody."""

    code, status = "read_only_view", 403
    title = "You are only looking"
    detail = "This is a staff view of somebody's account: nothing can be paid, changed or ordered in it."


class ViewEnded(Refused):
    """Nothing falls back to an account of the staff member's own."""

    code, status = "view_ended", 403
    title, detail = "The view is over", "The staff view of this account has ended. Begin a new one in the console."


class UnderMaintenance(Unavailable):
    """The operator has closed the portal for a while. `words` are theirs: shown as they are, in whatever language."""

    code, title = "under_maintenance", "Under maintenance"
    detail = "This portal is under maintenance. Please come back later."
    retry_after = 120

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class InternalError(CounterfoilError):
    """Ours to mend. The log has the rest, under the same request id."""

    code, status = "internal_error", 500
    title, detail = "Internal error", "Something went wrong on our side. Please try again later."


_BY_STATUS: dict[int, type[CounterfoilError]] = {
    error.status: error
    for error in (BadRequest, NotFound, MethodNotAllowed, NotAcceptable, ContentTooLarge, UnsupportedMediaType)
}


def public(error: Exception) -> CounterfoilError:
    """What the outside is told of `error`."""
    if isinstance(error, CounterfoilError):
        return error
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        # Litestar's messages name types; ours is in the reader's language.
        return ValidationFailed(*((_field(item), translatable("This value is not valid.")) for item in error.extra))
    if isinstance(error, HTTPException) and error.status_code < 500:
        return _BY_STATUS.get(error.status_code, BadRequest)()
    return InternalError()


def _field(item: Mapping[str, Any]) -> str:
    """As the caller wrote it: `from` is a word of Python's, and msgspec names a missing or an unknown field in its
    message only.
    """
    named = _NAMED.search(str(item.get("message", "")))
    return named[1] if named else str(item.get("key", "")).rstrip("_")


_NAMED = re.compile(r"(?:missing required|contains unknown) field `(\w+)`")

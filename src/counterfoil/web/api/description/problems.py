"""Which errors a call may be answered with, as its handler says it, and what each looks like (RFC 9457)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from litestar.handlers import HTTPRouteHandler

from counterfoil.errors import (
    AccountChanged,
    AccountClosed,
    BillingUnavailable,
    ClientNotFound,
    CounterfoilError,
    CrossSiteRequest,
    NotSignedIn,
    PermissionDenied,
    ProfileConflict,
    RateLimited,
    TemporarilyUnavailable,
    Unavailable,
    ValidationFailed,
)
from counterfoil.settings.features import Feature
from counterfoil.web.http.http_errors import (
    BadRequest,
    ContentTooLarge,
    InternalError,
    NotAcceptable,
    TokenInvalid,
    UnderMaintenance,
    UnsupportedMediaType,
)

Kind = type[CounterfoilError]

_TEXT = {"type": "string"}
_WORDS = {"type": "array", "items": _TEXT}

SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "In the language of Accept-Language."},
        "code": {"type": "string", "description": "Permanent: branch on it, not on words."},
        "request_id": {"type": "string", "description": "By which the operator finds the cause."},
        "outcome": {"const": "unknown", "description": "A write may have been carried out, or not."},
        "permissions": {**_WORDS, "description": "With `permission_denied`: WHMCS's names of what is missing."},
        "changed": {**_WORDS, "description": "With `profile_conflict`: the fields that are not as `If-Match` says."},
        "current": {"type": "object", "description": "With `profile_conflict`: the profile now, without `as_of`."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": _TEXT, "message": _TEXT},
            },
        },
    },
}

_ONLY_WITH = {
    "idempotency_key_reused": {Feature.ORDERS},
    "no_longer_open": {Feature.QUOTES, Feature.SUBSCRIPTIONS},
    "order_limit_reached": {Feature.ORDERS},
    "order_not_found": {Feature.ORDERS},
    "order_not_retryable": {Feature.ORDERS},
    "payment_method_missing": {Feature.ORDERS},
}
"""Codes by the features of which any one answers them. `token_invalid` is not among them: without tokens, whatever is
sent as one is answered so.
"""

_ALWAYS: tuple[Kind, ...] = (BadRequest, NotAcceptable, InternalError, TemporarilyUnavailable)
_RETRY_AFTER = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}}


def kinds_of(handler: HTTPRouteHandler, *, is_unsafe: bool, has_body: bool, has_input: bool) -> set[Kind]:
    """Each handler names the errors of its own in `errors`; the others follow from what guard and edge do with it."""
    options = handler.opt
    found: set[Kind] = {*_ALWAYS, *options.get("errors", ())}
    if not options.get("public"):
        found |= {NotSignedIn, BillingUnavailable, UnderMaintenance}
    if options.get("programs"):
        found |= {TokenInvalid, PermissionDenied, RateLimited}
    if options.get("permission") or options.get("any_permission"):
        found |= {PermissionDenied, AccountClosed, ClientNotFound, RateLimited}
    if is_unsafe:
        found |= {CrossSiteRequest, ContentTooLarge, RateLimited}
        if not options.get("public") and not options.get("any_account"):
            found.add(AccountChanged)
    if has_body:
        found.add(UnsupportedMediaType)
    if has_input:
        found.add(ValidationFailed)
    return found


def responses_of(kinds: Iterable[Kind]) -> dict[str, Any]:
    """By status, each with an example for every code; and what else may go wrong."""
    by_status: defaultdict[int, list[Kind]] = defaultdict(list)
    for kind in sorted(kinds, key=lambda each: (each.code, each.title)):
        by_status[kind.status].append(kind)
    return {str(status): _response(of_status) for status, of_status in sorted(by_status.items())}


def _response(kinds: list[Kind]) -> dict[str, Any]:
    examples = {kind.code: {"$ref": f"#/components/examples/{kind.code}"} for kind in kinds}
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}
    response: dict[str, Any] = {
        "description": "; ".join(dict.fromkeys(kind.title for kind in kinds)),
        "content": {"application/problem+json": content},
    }
    if any(issubclass(kind, RateLimited | Unavailable) for kind in kinds):
        response["headers"] = _RETRY_AFTER
    return response


def examples(features: frozenset[Feature]) -> dict[str, Any]:
    """Of every code that may be answered with these features, for the document's components."""
    gone = {code for code, needed in _ONLY_WITH.items() if features.isdisjoint(needed)}
    shown = {kind.code: {"summary": kind.title, "value": _example(kind)} for kind in _every(CounterfoilError)}
    return {code: each for code, each in shown.items() if code not in gone}


def _example(kind: Kind) -> dict[str, Any]:
    problem: dict[str, Any] = {
        "type": f"https://portal.example.com/api/docs#{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail,
        "code": kind.code,
        "request_id": "7b1f0c9a52d34e6f8a01",
    }
    if issubclass(kind, ValidationFailed):
        problem["errors"] = [{"field": "sort", "message": "This value is not valid."}]
    if issubclass(kind, ProfileConflict):
        problem |= {"changed": ["city"], "current": {"first_name": "Ada", "city": "Berlin"}}
    if issubclass(kind, PermissionDenied):
        problem["permissions"] = ["invoices"]
    return problem


def _every(error: Kind) -> Iterator[Kind]:
    for child in error.__subclasses__():
        if "code" in vars(child):
            yield child
        yield from _every(child)

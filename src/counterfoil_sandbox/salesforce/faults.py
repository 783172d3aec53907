"""What goes wrong on purpose, and how each looks on the wire."""

import random
from typing import Any

import msgspec
from litestar import Response

from .org import Refused

WIRE = "x-sandbox-wire"

FAULTS = {
    "latency": "waits `seconds`",
    "hang": "accepts the request and never answers",
    "reset": "resets the connection",
    "status": "answers with the HTTP status `status` and an HTML page",
    "html": "an HTML page with 200",
    "broken-json": "half of the JSON",
    "expired": "401 INVALID_SESSION_ID",
    "lock": "400 UNABLE_TO_LOCK_ROW",
    "query-timeout": "400 QUERY_TIMEOUT",
    "busy": "403 REQUEST_LIMIT_EXCEEDED, too many at once",
    "quota": "403 REQUEST_LIMIT_EXCEEDED, the day's calls are spent",
    "maintenance": "400 INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE, the org is read-only",
    "wrapped-lock": "400 CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY, a trigger that could not lock a row",
    "approval-lock": "400 ENTITY_IS_LOCKED, an approval process holds the record",
    "validation": "400 FIELD_CUSTOM_VALIDATION_EXCEPTION",
    "not-visible": "404 NOT_FOUND, as for what sharing hides",
    "unseen": "what sharing hides: queries find nothing, everything else is 404 NOT_FOUND",
    "lost-page": "404 with an HTML page",
    "old-version": "410 UNSUPPORTED_API_VERSION",
    "moved": "302 to another address",
    "denied": "403 INSUFFICIENT_ACCESS",
    "flow": "400 CANNOT_EXECUTE_FLOW_TRIGGER",
}

_REFUSALS = {
    "expired": (401, "INVALID_SESSION_ID", "Session expired or invalid"),
    "lock": (400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
    "query-timeout": (400, "QUERY_TIMEOUT", "Your query request was running for too long."),
    "busy": (403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."),
    "quota": (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    "maintenance": (
        *(400, "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE"),
        "Updates can't be made during maintenance.",
    ),
    "wrapped-lock": (
        *(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"),
        "AfterOrder: System.DmlException: first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access: []",
    ),
    "approval-lock": (400, "ENTITY_IS_LOCKED", "the entity is locked for editing"),
    "validation": (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Discount needs a reason"),
    "not-visible": (404, "NOT_FOUND", "The requested resource does not exist, check your sharing settings"),
    "old-version": (410, "UNSUPPORTED_API_VERSION", "The requested API version has been retired"),
    "denied": (403, "INSUFFICIENT_ACCESS", "insufficient access rights on object id"),
    "flow": (400, "CANNOT_EXECUTE_FLOW_TRIGGER", "We can't save this record because a process failed."),
}


OF_RECORDS = {"lock", "maintenance", "wrapped-lock", "approval-lock", "validation", "not-visible", "denied", "flow"}
"""What a composite request answers within its parts: 200 as a whole."""


class Fault(msgspec.Struct, kw_only=True):
    """`operation`: token, query, read, create, update, upsert, composite, describe, or "*" for all. With `after` the
    call is carried out first. `times` None: until it is taken away.
    """

    kind: str
    operation: str = "*"
    object: str = "*"
    times: int | None = None
    after: bool = False
    seconds: float | list[float] = 1.0
    status: int = 503
    id: int = 0

    def meets(self, operation: str, kind: str) -> bool:
        return self.operation in {"*", operation} and self.object in {"*", kind}

    def wait(self) -> float:
        if isinstance(self.seconds, list):
            return random.uniform(*self.seconds)  # noqa: S311 - no secret
        return self.seconds


def refusal(fault: Fault, operation: str) -> Refused | None:
    if fault.kind == "unseen" and operation not in {"query", "queryAll"}:
        return Refused(*_REFUSALS["not-visible"])
    if fault.kind not in _REFUSALS or (operation == "composite" and fault.kind in OF_RECORDS):
        return None
    return Refused(*_REFUSALS[fault.kind])


def refused_parts(fault: Fault, request: Any) -> Any:
    """Of a composite request whose last part is refused, or each of them where they do not depend on each other."""
    halted = Refused(400, "PROCESSING_HALTED", "rolled back since another operation in the same transaction failed")
    steps, refused = request["compositeRequest"], Refused(*_REFUSALS[fault.kind])
    parts = []
    for place, step in enumerate(steps):
        each = halted if request.get("allOrNone") and place < len(steps) - 1 else refused
        part = {"body": each.body, "httpHeaders": {}, "httpStatusCode": each.status}
        parts.append({**part, "referenceId": step["referenceId"]})
    return {"compositeResponse": parts}


def faulty(fault: Fault, body: Any) -> Response[bytes]:
    """The answer of a fault that is no refusal."""
    page = b"<!DOCTYPE html><html><head><title>Down For Maintenance</title></head><body></body></html>"
    if fault.kind == "reset":
        return Response(page, status_code=200, headers={WIRE: "reset"})
    if fault.kind == "broken-json":
        whole = msgspec.json.encode(body)
        return Response(whole[: len(whole) // 2] or b"{", status_code=200, media_type="application/json")
    if fault.kind == "moved":
        return Response(page, status_code=302, headers={"location": "https://moved.my.salesforce.com/"})
    if fault.kind == "unseen":
        return Response(b'{"totalSize":0,"done":true,"records":[]}', status_code=200, media_type="application/json")
    if fault.kind == "lost-page":
        return Response(page, status_code=404, media_type="text/html")
    status = fault.status if fault.kind == "status" else 200
    return Response(page, status_code=status, media_type="text/html")

"""Several calls in one request: always 200, each part with a status of its own; with allOrNone all or none."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from . import soql
from .org import Org, Record, Refused

MOST = 25

_SOBJECT = re.compile(r"/services/data/v[\d.]+/sobjects/(\w+)(?:/(\w+))?(?:/([^/]+))?$")
_REFERENCE = re.compile(r"@\{(\w+)\.(\w+)\}")


def run_composite(org: Org, body: Record) -> Record:
    steps = body.get("compositeRequest", [])
    if not 0 < len(steps) <= MOST:
        raise Refused(400, "LIMIT_EXCEEDED", f"at most {MOST} subrequests")
    before = org.snapshot()
    results: dict[str, Any] = {}
    parts = []
    for step in _order(steps, collate=body.get("collateSubrequests", True)):
        status, answer = _carried_out(org, step, results)
        results[step["referenceId"]] = answer
        parts.append({"body": answer, "httpHeaders": {}, "httpStatusCode": status, "referenceId": step["referenceId"]})
    if body.get("allOrNone") and any(part["httpStatusCode"] >= 300 for part in parts):
        org.records = before
        parts = [_halted(part) if part["httpStatusCode"] < 300 else part for part in parts]
    places = [step["referenceId"] for step in steps]
    parts.sort(key=lambda part: places.index(part["referenceId"]))
    return {"compositeResponse": parts}


def _order(steps: list[Record], *, collate: bool) -> list[Record]:
    """Salesforce may run what does not refer to an earlier part in another order, to do alike things together: here it
    always does, so that nobody relies on the written order by accident.
    """
    if not collate or "@{" in str(steps):
        return steps
    return sorted(steps, key=lambda step: step["method"] != "POST")


def _halted(part: Record) -> Record:
    message = "The transaction was rolled back since another operation in the same transaction failed."
    return part | {"httpStatusCode": 400, "body": [{"errorCode": "PROCESSING_HALTED", "message": message}]}


def _carried_out(org: Org, step: Record, results: dict[str, Any]) -> tuple[int, Any]:
    try:
        return _step(org, step["method"], _filled(step["url"], results), _filled(step.get("body") or {}, results))
    except Refused as refused:
        return refused.status, refused.body


def _step(org: Org, method: str, url: str, values: Record) -> tuple[int, Any]:
    if "/query" in url:
        text = parse_qs(urlsplit(url).query).get("q", [""])[0]
        records = soql.run(org, text, deleted_too="/queryAll" in url)
        return 200, {"totalSize": len(records), "done": True, "records": records}
    found = _SOBJECT.search(urlsplit(url).path)
    if found is None:
        raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
    kind, first, value = found[1], found[2], found[3]
    if method == "POST":
        return 201, {"id": org.create(kind, values)["Id"], "success": True, "errors": []}
    if value is not None:
        existing = org.by_external_id(kind, first, value)
        if existing is None:
            return 201, {"id": org.create(kind, {**values, first: value})["Id"], "success": True, "created": True}
        org.update(kind, existing["Id"], values)
        return 200, {"id": existing["Id"], "success": True, "created": False}
    if method == "PATCH":
        org.update(kind, first, values)
        return 204, None
    return 200, dict(org.get(kind, first))


def _filled(value: Any, results: dict[str, Any]) -> Any:
    """With the results of earlier parts in the place of @{name.field}."""
    if isinstance(value, str):
        return _REFERENCE.sub(lambda found: str((results.get(found[1]) or {}).get(found[2], "")), value)
    if isinstance(value, dict):
        return {key: _filled(each, results) for key, each in value.items()}
    return value

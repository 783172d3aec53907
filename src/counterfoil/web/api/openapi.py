"""The description of the JSON API for programs: OpenAPI 3.1. For people: pages/api_docs.py."""

import re
from typing import Any

import msgspec
from litestar import Litestar, Response, get

from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.http.responses import respond_uncached
from counterfoil.web.views.api_docs import METHODS

PROBLEM = {
    "description": "What went wrong (RFC 9457). Branch on `code`; the codes are permanent.",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail", "code", "request_id"],
                "properties": {
                    "type": {"type": "string", "format": "uri"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string", "description": "In the language of Accept-Language."},
                    "code": {"type": "string"},
                    "request_id": {"type": "string"},
                    "outcome": {"const": "unknown", "description": "A write may have been carried out, or not."},
                    "changed": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "With `profile_conflict`: the fields that are not as `If-Match` says.",
                    },
                    "current": {
                        "type": "object",
                        "description": "With `profile_conflict`: the profile now, without `as_of`.",
                    },
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                        },
                    },
                },
            }
        }
    },
}


SCHEMES = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-counterfoil_session",
        "description": "From `POST /api/v1/session`. Over plain http, on this machine only: `counterfoil_session`.",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "cf_...",
        "description": "An access token of the page /tokens: for one account, read-only or for paying too.",
    },
}


@get("/api/openapi.json", public=True, include_in_schema=False)
async def openapi_json(request: AnyRequest) -> Response[bytes]:
    """Made once: it takes 40 ms of everybody's time, and anybody may ask for it."""
    made: bytes | None = request.app.state.get("openapi_json")
    if made is None:
        made = request.app.state["openapi_json"] = msgspec.json.encode(described(request.app))
    return respond_uncached(request, made, media_type="application/json")


def described(app: Litestar) -> dict[str, Any]:
    """Litestar's schema with our errors instead of its own, without the second addresses that are for people."""
    schema: dict[str, Any] = app.openapi_schema.to_schema()
    schema["paths"] = {path: item for path, item in schema["paths"].items() if path.startswith("/api/")}
    schema.setdefault("components", {})["securitySchemes"] = SCHEMES
    ways = _ways_in(app)
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                item[method]["security"] = ways[method, path]
                responses = {code: each for code, each in item[method]["responses"].items() if code < "400"}
                item[method]["responses"] = {**responses, "default": PROBLEM}
    return schema


def _ways_in(app: Litestar) -> dict[tuple[str, str], list[dict[str, list[str]]]]:
    """What each operation takes, as its handler says."""
    found: dict[tuple[str, str], list[dict[str, list[str]]]] = {}
    for route in app.routes:
        path = _PARAMETER.sub(r"{\1}", route.path)
        for handler in getattr(route, "route_handlers", []):
            names = (
                [] if handler.opt.get("public") else ["session", *(["token"] if handler.opt.get("programs") else [])]
            )
            for method in handler.http_methods:
                found[method.lower(), path] = [{name: []} for name in names]
    return found


_PARAMETER = re.compile(r"\{([a-z_]+):[a-z]+\}")

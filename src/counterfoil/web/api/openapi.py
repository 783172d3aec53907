"""The description of the JSON API: as OpenAPI 3.1 for programs, as a page of our own for people."""

from collections.abc import Iterator
from typing import Any, ClassVar

from litestar import Litestar, Request, Response, Router, get
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from msgspec import Struct

from counterfoil import __version__
from counterfoil.errors import CounterfoilError
from counterfoil.web.text.catalogue import SOURCE
from counterfoil.web.views.pages import Shell, View
from counterfoil.web.views.rendering import Renderer

METHODS = ("get", "post", "put", "patch", "delete")

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


class Operation(Struct, frozen=True):
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[str, ...]


class ErrorCode(Struct, frozen=True):
    code: str
    status: int
    detail: str


class ApiDocs(View, frozen=True):
    template: ClassVar[str] = "api_docs.html"

    operations: tuple[Operation, ...]
    codes: tuple[ErrorCode, ...]


class DocsPage(OpenAPIRenderPlugin):
    """Litestar's own pages load their scripts from other hosts."""

    def __init__(self, renderer: Renderer) -> None:
        super().__init__(path="/")
        self._renderer = renderer

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        view = ApiDocs(operations=tuple(operations(openapi_schema)), codes=tuple(error_codes()))
        return self._renderer.page(view, Shell(language=SOURCE))


def config(renderer: Renderer) -> OpenAPIConfig:
    router = Router("/api/docs", route_handlers=[], include_in_schema=False, opt={"public": True})
    return OpenAPIConfig(
        title="Counterfoil",
        version=__version__,
        description="Invoices and payments of one signed-in customer. `as_of` is the time at which reading from the "
        "billing system began: the data is at least as new.",
        use_handler_docstrings=True,
        render_plugins=[DocsPage(renderer)],
        openapi_router=router,
    )


@get("/api/openapi.json", public=True, include_in_schema=False)
async def openapi_json(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    return Response(described(request.app), headers={"cache-control": "no-cache"})


def described(app: Litestar) -> dict[str, Any]:
    """Litestar's schema with our errors instead of its own, without the second addresses that are for people."""
    schema: dict[str, Any] = app.openapi_schema.to_schema()
    schema["paths"] = {path: item for path, item in schema["paths"].items() if path.startswith("/api/")}
    for item in schema["paths"].values():
        for method in METHODS:
            if method in item:
                responses = {code: each for code, each in item[method]["responses"].items() if code < "400"}
                item[method]["responses"] = {**responses, "default": PROBLEM}
    return schema


def operations(schema: dict[str, Any]) -> Iterator[Operation]:
    for path, item in sorted(schema["paths"].items()):
        for method in METHODS:
            if method in item:
                operation = item[method]
                yield Operation(
                    method.upper(),
                    path,
                    operation.get("summary", ""),
                    operation.get("description", ""),
                    tuple(each["name"] for each in operation.get("parameters", ())),
                )


def error_codes() -> list[ErrorCode]:
    """Every code that can be answered, in the order of their statuses."""
    found = {error.code: error for error in _below(CounterfoilError) if "code" in vars(error)}
    shown = [ErrorCode(code, error.status, error.detail) for code, error in found.items()]
    return sorted(shown, key=lambda each: (each.status, each.code))


def _below(error: type[CounterfoilError]) -> Iterator[type[CounterfoilError]]:
    for child in error.__subclasses__():
        yield child
        yield from _below(child)

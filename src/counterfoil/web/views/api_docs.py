"""What the page about the JSON API gets: its operations, read from the OpenAPI document, and every error code."""

from collections.abc import Iterator
from typing import Any, ClassVar

from msgspec import Struct

from counterfoil.errors import CounterfoilError
from counterfoil.web.views.shell import View

METHODS = ("get", "post", "put", "patch", "delete")


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

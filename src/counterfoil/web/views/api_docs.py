"""What the page about the JSON API gets: what the OpenAPI document says of operations and errors."""

from collections.abc import Iterator
from typing import Any, ClassVar

from msgspec import Struct

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


def error_codes(examples: dict[str, Any]) -> list[ErrorCode]:
    """In the order of their statuses. `examples`: the document's, one for each code that this portal can answer."""
    problems = [each["value"] for each in examples.values()]
    shown = [ErrorCode(each["code"], each["status"], each["detail"]) for each in problems]
    return sorted(shown, key=lambda each: (each.status, each.code))

"""The description of the API: whole, with an example for each answer and every error code, each of them true."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from counterfoil.app.build import build_portal
from counterfoil.web.api.openapi import description_of
from counterfoil.web.views.api_docs import METHODS
from tests.web.settings import settings

GIVEN = settings()
DOCUMENT = description_of(build_portal(GIVEN), GIVEN)
OPERATIONS = [
    (method, path, item[method]) for path, item in DOCUMENT["paths"].items() for method in METHODS if method in item
]
EACH = pytest.mark.parametrize("operation", [op for _, _, op in OPERATIONS], ids=[f"{m} {p}" for m, p, _ in OPERATIONS])

Operation = dict[str, Any]


def contents(operation: Operation) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What is sent, and the body that is taken: status, media type, content."""
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield "body", media_type, content
    for status, response in operation["responses"].items():
        for media_type, content in response.get("content", {}).items():
            yield status, media_type, content


def examples(content: dict[str, Any]) -> list[Any]:
    named = [DOCUMENT["components"]["examples"][name]["value"] for name in content.get("examples", {})]
    return [content["example"]] if "example" in content else named


@EACH
def test_every_answer_has_an_example_that_its_schema_allows(operation: Operation) -> None:
    """What a program is shown is what it gets, in form."""
    for status, media_type, content in contents(operation):
        shown = examples(content)
        assert shown, (status, media_type)
        schema = {**content["schema"], "components": DOCUMENT["components"]}
        validator = jsonschema_rs.validator_for(schema, validate_formats=True)
        for example in shown:
            validator.validate(example)
            if status.isdigit() and status >= "400":
                assert (example["status"], media_type) == (int(status), "application/problem+json")


@EACH
def test_no_answer_is_a_mere_text(operation: Operation) -> None:
    """JSON is described as what it is, what has no body has none, and what is no JSON says so."""
    for status, media_type, content in contents(operation):
        assert (content["schema"].get("type") == "string") == (media_type in {"text/csv", "text/event-stream"}), status
    assert "content" not in operation["responses"].get("204", {})
    assert {status for status in operation["responses"] if status < "400"} <= {"200", "201", "202", "204", "304"}


def test_every_code_has_an_example() -> None:
    """Those of webhooks too, under the name that they are known by."""
    shown = DOCUMENT["components"]["examples"]
    documented = re.findall(r"^\| `(\w+)` \| \d", Path("docs/errors.md").read_text("utf-8"), re.MULTILINE)
    assert set(documented) == shown.keys()
    assert all(name == each["value"]["code"] for name, each in shown.items())


def test_what_must_be_sent_beside_the_body_is_said() -> None:
    """Headers with whether they are needed, the cookie that signs in, and what a list can be sorted by."""
    of = {(method, path): operation for method, path, operation in OPERATIONS}

    def headers(method: str, path: str) -> dict[str, bool]:
        return {each["name"]: each["required"] for each in of[method, path]["parameters"] if each["in"] == "header"}

    assert headers("post", "/api/v1/orders") == {"Counterfoil-Client": False, "Idempotency-Key": True}
    assert headers("patch", "/api/v1/profile") == {"Counterfoil-Client": False, "If-Match": False}
    assert headers("get", "/api/v1/invoices") == {"If-None-Match": False, "Cache-Control": False}
    assert headers("get", "/api/v1/events") == {"Last-Event-ID": False}
    scheme = DOCUMENT["components"]["securitySchemes"]["session"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "cookie", "counterfoil_session")
    assert of["post", "/api/v1/session"]["security"] == []
    assert of["get", "/api/v1/invoices"]["security"] == [{"session": []}, {"token": []}]
    (sort,) = (each for each in of["get", "/api/v1/invoices"]["parameters"] if each["name"] == "sort")
    assert {"date", "-date", "due_date", "-due_date", "total", "number", "status"} <= set(sort["schema"]["enum"])

"""What breaks programs that others wrote for the API is seen and must be announced: tools/api_changes.py."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.shape.sources import text
from tools.api_changes import announced, changes, last_released, unannounced

Document = dict[str, Any]

LIST = "/api/v1/invoices"
ORDERS = "/api/v1/orders"


@pytest.fixture(scope="module")
def current() -> Document:
    document: Document = json.loads(text("docs/openapi.json"))
    return document


def test_nothing_breaks_without_a_word(current: Document) -> None:
    """Every change since the last release that breaks programs stands under "### Breaking" in the changelog."""
    _, unsaid = unannounced(last_released(), current, text("CHANGELOG.md"))
    assert unsaid == [], 'name the operation under "### Breaking" in CHANGELOG.md: docs/releasing.md'


def schema(document: Document, name: str) -> Document:
    found: Document = document["components"]["schemas"][name]
    return found


def drop(mapping: Document, key: str) -> None:
    del mapping[key]


def parameter(document: Document, path: str, method: str, name: str) -> Document:
    found: Document = next(each for each in document["paths"][path][method]["parameters"] if each["name"] == name)
    return found


BREAKS: list[tuple[Callable[[Document], object], str]] = [
    (lambda d: drop(d["paths"], LIST), f"GET {LIST}: is gone"),
    (lambda d: drop(d["paths"][LIST]["get"]["responses"], "200"), f"GET {LIST}: answer 200 is gone"),
    (lambda d: parameter(d, LIST, "get", "q").update(name="query"), f"GET {LIST}: query parameter q is gone"),
    (
        lambda d: parameter(d, LIST, "get", "q").update(required=True),
        f"GET {LIST}: query parameter q must be given now",
    ),
    (
        lambda d: parameter(d, LIST, "get", "page_size")["schema"].update(maximum=50),
        f"GET {LIST}: query parameter page_size: maximum is 50",
    ),
    (
        lambda d: parameter(d, LIST, "get", "status")["schema"]["enum"].remove("paid"),
        f"GET {LIST}: query parameter status is not paid any more",
    ),
    (lambda d: drop(schema(d, "InvoiceList")["properties"], "total"), f"GET {LIST}: answer 200: total is gone"),
    (
        lambda d: schema(d, "InvoiceList")["properties"]["total"].update(type=["integer", "null"]),
        f"GET {LIST}: answer 200.total is integer or null, was integer",
    ),
    (
        lambda d: schema(d, "InvoiceList")["required"].remove("as_of"),
        f"GET {LIST}: answer 200: as_of may be missing now",
    ),
    (
        lambda d: schema(d, "OrderBody")["required"].append("note"),
        f"POST {ORDERS}: body: note must be given now",
    ),
    (
        lambda d: drop(d["paths"][ORDERS]["post"]["requestBody"]["content"], "application/json"),
        f"POST {ORDERS}: a body as application/json is not taken any more",
    ),
]


@pytest.mark.parametrize(("change", "said"), BREAKS, ids=[said for _, said in BREAKS])
def test_each_kind_of_break_is_seen(current: Document, change: Callable[[Document], object], said: str) -> None:
    """With the operation and what of it."""
    changed = copy.deepcopy(current)
    change(changed)
    assert said in [f"{each.where}: {each.what}" for each in changes(current, changed) if each.breaks]


def test_what_is_added_breaks_nothing(current: Document) -> None:
    """A path, a parameter, a field of an answer, a value of an answer's enum, a status."""
    changed = copy.deepcopy(current)
    changed["paths"]["/api/v1/new"] = copy.deepcopy(changed["paths"][LIST])
    changed["paths"][LIST]["get"]["parameters"].append({"in": "query", "name": "new", "schema": {"type": "string"}})
    changed["paths"][LIST]["get"]["responses"]["418"] = {"description": "new"}
    schema(changed, "InvoiceList")["properties"]["new"] = {"type": "string"}
    found = changes(current, changed)
    assert len(found) >= 4
    assert not any(each.breaks for each in found)


def test_a_break_is_announced_by_naming_the_operation() -> None:
    """Under the heading, and above the version that was released."""
    changelog = (
        "# Changelog\n\n## [Unreleased]\n\n### Breaking\n- `GET /api/v1/a` has no `x`; `POST /api/v1/b` wants `y`.\n\n"
        "### Added\n- `GET /api/v1/c`.\n\n## [0.2.0] - 2026\n\n### Breaking\n- `GET /api/v1/d`.\n"
    )
    assert announced(changelog, "0.2.0") == {"GET /api/v1/a", "POST /api/v1/b"}

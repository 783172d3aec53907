"""The whole document: OpenAPI 3.1 of Litestar's with what its types do not say, so that a program made of it works."""

import re
from typing import Any

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from msgspec import Struct

from counterfoil.settings.features import Feature
from counterfoil.web.api.description.examples import example_of
from counterfoil.web.api.description.problems import SCHEMA, examples, kinds_of, responses_of
from counterfoil.web.http.origin_policy import SAFE_METHODS
from counterfoil.web.views.api_docs import METHODS

_TEXT = {"type": "string"}
_ETAG = {"ETag": {"description": "Of what is answered; for If-None-Match.", "schema": _TEXT}}

_HEADERS = {
    "If-None-Match": "ETags of what is known already: when it is still so, the answer is 304.",
    "Cache-Control": "`no-cache`: read from the billing system now, past every cache. Limited for each person.",
    "Counterfoil-Client": "The client that this is meant for. When another one is selected: 409 `account_changed`.",
}


def described(app: Litestar, *, cookie: str, features: frozenset[Feature]) -> dict[str, Any]:
    """Without the second addresses that are for people. `cookie`: the name of the session's. `features`: those that
    are switched on.
    """
    schema: dict[str, Any] = app.openapi_schema.to_schema()
    components = schema["components"]
    handlers = _handlers(app)
    schema["paths"] = {path: item for path, item in schema["paths"].items() if path.startswith("/api/")}
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                _complete(item[method], handlers[path, method], method, components["schemas"])
    _rename(schema, {name: new for name in components["schemas"] if (new := _LISTS.sub(r"\1List", name)) != name})
    for name in _closed(Struct) & components["schemas"].keys():
        components["schemas"][name]["additionalProperties"] = False
    components["schemas"]["Problem"] = SCHEMA
    components["examples"] = examples(features)
    components["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": cookie, "description": "Set by POST /api/v1/session."},
        "token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "cf_...",
            "description": "An access token of the page /tokens: for one account, read-only or for paying too.",
        },
    }
    if Feature.TOKENS not in features:
        del components["securitySchemes"]["token"]
        for operation in (each[method] for each in schema["paths"].values() for method in METHODS if method in each):
            operation["security"] = [way for way in operation["security"] if "token" not in way]
    return schema


def _closed(kind: type[Struct]) -> set[str]:
    """The names of what takes no fields but its own, which Litestar does not say."""
    below = {name for each in kind.__subclasses__() for name in _closed(each)}
    return below | ({kind.__name__} if kind.__struct_config__.forbid_unknown_fields else set())


_LISTS = re.compile(r"^Paged_.*\.(\w+)Item_$")
"""What Litestar calls a page of a list."""


def _rename(schema: Any, names: dict[str, str]) -> None:
    """In the whole document: the schemas, and whatever refers to them."""
    if isinstance(schema, list):
        for each in schema:
            _rename(each, names)
    elif isinstance(schema, dict):
        for key, value in list(schema.items()):
            if key == "$ref":
                name = value.rpartition("/")[2]
                schema[key] = value.removesuffix(name) + names.get(name, name)
            elif key == "title" and value in names:
                schema[key] = names[value]
            else:
                _rename(value, names)
            if key in names:
                schema[names[key]] = schema.pop(key)


def _handlers(app: Litestar) -> dict[tuple[str, str], HTTPRouteHandler]:
    return {
        (route.path_format, method.lower()): handler
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
    }


def _complete(operation: dict[str, Any], handler: HTTPRouteHandler, method: str, schemas: dict[str, Any]) -> None:
    is_unsafe = method.upper() not in SAFE_METHODS
    is_conditional = method == "get" and bool(handler.opt.get("permission"))
    body = operation.get("requestBody")
    kinds = kinds_of(
        handler,
        is_unsafe=is_unsafe,
        has_body=body is not None,
        has_input=body is not None or bool(operation.get("parameters")) or "request_headers" in handler.opt,
    )
    said = {status: each for status, each in operation["responses"].items() if status < "400"}
    answers = {status: _answer(status, each, handler, schemas, is_conditional) for status, each in said.items()}
    if is_conditional:
        answers["304"] = {"description": "What If-None-Match names is still so.", "headers": _ETAG}
    operation["responses"] = answers | responses_of(kinds)
    operation["parameters"] = [_parameter(each) for each in operation.get("parameters", ())] + [
        *(_header(name) for name in ("If-None-Match", "Cache-Control") if is_conditional),
        *(_header(name) for name in ("Counterfoil-Client",) if is_unsafe and not _is_for_anybody(handler)),
        *handler.opt.get("request_headers", ()),
    ]
    operation["security"] = _ways_in(handler)
    if body is not None:
        for content in body["content"].values():
            content["example"] = example_of(content["schema"], schemas)


def _ways_in(handler: HTTPRouteHandler) -> list[dict[str, list[str]]]:
    """Any one of them."""
    names = [] if handler.opt.get("public") else ["session"]
    if handler.opt.get("programs"):
        names.append("token")
    return [{name: []} for name in names]


def _is_for_anybody(handler: HTTPRouteHandler) -> bool:
    return bool(handler.opt.get("public") or handler.opt.get("any_account"))


def _answer(
    status: str, response: dict[str, Any], handler: HTTPRouteHandler, schemas: dict[str, Any], is_conditional: bool
) -> dict[str, Any]:
    """As Litestar has it, with an example; of nothing, nothing."""
    headers = {**(_ETAG if is_conditional else {}), **handler.opt.get("sends_headers", {})}
    answer = {"description": response["description"], "headers": headers}
    if status == "204":
        return answer
    if sent := handler.opt.get("sends"):
        return {**answer, "content": {sent.media_type: {"schema": _TEXT, "example": sent.example}}}
    content = {
        media_type: {**each, "example": example_of(each["schema"], schemas)}
        for media_type, each in response["content"].items()
    }
    return {**answer, "content": content}


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    """In an address there is no null: what is not given is left out, or empty."""
    schema = parameter["schema"]
    kept = [each for each in schema.get("oneOf", ()) if each.get("type") != "null"]
    if len(kept) == 1:
        schema = kept[0]
    if schema.get("default") == "":
        schema = {name: rule for name, rule in schema.items() if name != "default"}
    empty = {"allowEmptyValue": True} if parameter["in"] == "query" else {}
    return {**parameter, **empty, "schema": schema}


def _header(name: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": _HEADERS[name], "schema": _TEXT}

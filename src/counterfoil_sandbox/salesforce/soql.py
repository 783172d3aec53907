"""A subset of SOQL: fields (parents by dots, children by a query) of one object,
WHERE with AND, =, !=, IN and null, ORDER BY, LIMIT.
"""

import re
from collections.abc import Callable
from typing import Any

from .org import Org, Record, Refused
from .schema import CHILDREN, KINDS

_QUERY = re.compile(
    r"\s*SELECT\s+(?P<fields>.+?)\s+FROM\s+(?P<kind>\w+)(?:\s+WHERE\s+(?P<where>.+?))?"
    r"(?:\s+ORDER\s+BY\s+(?P<order>.+?))?(?:\s+LIMIT\s+(?P<limit>\d+))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_TEXT = r"'(?:[^'\\]|\\.)*'"
_CONDITION = re.compile(
    rf"\s*(?P<path>[\w.]+)\s*(?P<how>=|!=|<>|\bNOT\s+IN\b|\bIN\b)\s*"
    rf"(?P<value>\((?:[^()']|{_TEXT})*\)|{_TEXT}|[\w.+-]+)\s*(?:\bAND\b|$)",
    re.IGNORECASE,
)


_CHILD_QUERY = re.compile(r"(?<!\bIN )\(\s*(SELECT\b[^()]*)\)", re.IGNORECASE)
_SUB_QUERY = re.compile(r"\(\s*(?P<query>SELECT\s+(?P<field>\w+)\s[^()]*)\)", re.IGNORECASE)


def run(org: Org, query: str, *, deleted_too: bool = False) -> list[Record]:
    """`deleted_too`: as queryAll. Raises Refused."""
    children = _CHILD_QUERY.findall(query)
    found = _run(org, re.sub(r",\s*,|,\s*(?=FROM)", " ", _CHILD_QUERY.sub("", query)), deleted_too=deleted_too)
    for each in found:
        for child in children:
            relation = _child_relation(child)
            rows = _children(org, each["Id"], child, relation)
            each[relation] = {"totalSize": len(rows), "done": True, "records": rows} if rows else None
    return found


def _child_relation(query: str) -> str:
    parsed = _QUERY.fullmatch(query)
    if parsed is None or parsed["kind"] not in CHILDREN:
        raise Refused(400, "INVALID_TYPE", "Didn't understand relationship in FROM part of query call.")
    return parsed["kind"]


def _children(org: Org, parent_id: str, query: str, relation: str) -> list[Record]:
    kind, key = CHILDREN[relation]
    return _run(org, query.replace(f"FROM {relation}", f"FROM {kind} WHERE {key} = '{parent_id}'"))


def _run(org: Org, query: str, *, deleted_too: bool = False) -> list[Record]:
    parsed = _QUERY.fullmatch(query)
    if parsed is None:
        raise Refused(400, "MALFORMED_QUERY", "unexpected token")
    name = next((known for known in KINDS if known.lower() == parsed["kind"].lower()), None)
    if name is None or name in org.unreadable:
        raise Refused(400, "INVALID_TYPE", f"sObject type '{parsed['kind']}' is not supported.")
    everything = org.visible(name, deleted_too=deleted_too)
    found = [record for record in everything if _matches(org, name, record, parsed["where"] or "")]
    for part in reversed((parsed["order"] or "").split(",") if parsed["order"] else []):
        words = part.split()
        is_down = words[-1].upper() == "DESC"
        found.sort(key=_sort_key(org, name, words[0]), reverse=is_down)
    limit = int(parsed["limit"]) if parsed["limit"] else len(found)
    paths = [path.strip() for path in parsed["fields"].split(",")]
    return [_shown(org, name, record, paths) for record in found[:limit]]


def _sort_key(org: Org, name: str, path: str) -> Callable[[Record], tuple[bool, Any]]:
    def key(record: Record) -> tuple[bool, Any]:
        value = _at(org, name, record, path)
        return value is not None, value if value is not None else ""

    return key


def _matches(org: Org, name: str, record: Record, where: str) -> bool:
    at, holds = 0, True
    while at < len(where.rstrip()):
        condition = _CONDITION.match(where, at)
        if condition is None:
            raise Refused(400, "MALFORMED_QUERY", "unexpected token in WHERE")
        at = condition.end()
        _right_literal(org, name, condition["path"], condition["value"])
        value, written = _at(org, name, record, condition["path"]), condition["value"]
        if found := _SUB_QUERY.fullmatch(written):
            holds = holds and value in [row[found["field"]] for row in _run(org, found["query"])]
        else:
            holds = holds and _holds(value, condition["how"], written)
    return holds


def _right_literal(org: Org, name: str, path: str, written: str) -> None:
    """A number is not written in quotes."""
    kind, _, field = path.rpartition(".")
    if f"{kind or name}.{field}" in org.numbers and "'" in written:
        text = f"value of filter criterion for field '{field}' must be a double and should not be enclosed in quotes"
        raise Refused(400, "INVALID_FIELD", text)


def _holds(value: Any, how: str, written: str) -> bool:
    if isinstance(value, str) and len(value) == 18 and re.fullmatch(r"'\w{15}'", written):
        value = value[:15]
    if how.upper() == "IN" or how.upper().startswith("NOT"):
        listed = [_literal(each) for each in re.findall(rf"{_TEXT}|[\w.+-]+", written[1:-1])]
        return (value in listed) == (how.upper() == "IN")
    wanted = _literal(written)
    same = value.lower() == wanted.lower() if isinstance(value, str) and isinstance(wanted, str) else value == wanted
    return same == (how == "=")


def _literal(written: str) -> Any:
    if written.startswith("'"):
        return re.sub(r"\\(.)", r"\1", written[1:-1])
    words: dict[str, Any] = {"true": True, "false": False, "null": None}
    if written.lower() in words:
        return words[written.lower()]
    try:
        return float(written)
    except ValueError:
        return written  # a date or a time


def _at(org: Org, name: str, record: Record, path: str) -> Any:
    head, _, rest = path.partition(".")
    fields = org.fields(name)
    if not rest:
        known = next((field for field in fields if field.lower() == head.lower()), None)
        if known is None:
            raise Refused(400, "INVALID_FIELD", f"No such column '{head}' on entity '{name}'.")
        return record.get(known)
    reference = next(((key, field) for key, field in fields.items() if field.relation.lower() == head.lower()), None)
    if reference is None:
        raise Refused(400, "INVALID_FIELD", f"Didn't understand relationship '{head}' in field path.")
    key, field = reference
    parent = org.records[field.refers_to].get(record.get(key) or "", {})
    if parent.get("Id") in org.unshared:
        parent = {}
    return _at(org, field.refers_to, parent, rest)


def _shown(org: Org, name: str, record: Record, paths: list[str]) -> Record:
    shown: Record = {"attributes": {"type": name, "url": f"/services/data/v66.0/sobjects/{name}/{record['Id']}"}}
    for path in paths:
        value = _at(org, name, record, path)
        *parents, last = path.split(".")
        place = shown
        if parents and not _at(org, name, record, ".".join([*parents, "Id"])):
            place[parents[0]] = None
            continue
        for parent in parents:
            place = place.setdefault(parent, {"attributes": {"type": parent}})
        place[last] = value
    return shown

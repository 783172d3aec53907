"""How WHMCS versions differ in what they say: errors, XML, broken values, absent actions. No bytes of faults."""

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from .switches import Fault, Switches

NOT_ENCODABLE = "Error generating JSON encoded response: Malformed UTF-8 characters, possibly incorrectly encoded"

# Since when an action is there: https://developers.whmcs.com/api/api-index/
_SINCE = {"getuserpermissions": (8, 0), "getusers": (8, 1)}


def number(version: str) -> tuple[int, int]:
    major, minor, *_ = [*version.split("."), "0"]
    return int(major), int(minor)


def is_there(action: str, switches: Switches) -> bool:
    """Whether this version has the action at all."""
    if action.startswith("counterfoil"):
        return switches.addon
    return number(switches.version) >= _SINCE.get(action, (0, 0))


def as_status(answer: dict[str, Any]) -> dict[str, Any]:
    """An error as GetInvoice and GetEmails of several versions write it."""
    return {"status": "error", "message": answer["message"]} if answer.get("result") == "error" else answer


def altered(answer: dict[str, Any], fault: Fault) -> dict[str, Any]:
    """With other values in one row: the first that has all of these names, or the one with the id `row`."""
    for row in _rows(answer):
        names = [*fault.values, *fault.without]
        if all(name in row for name in names) and fault.row in (0, int(row.get("id") or row.get("invoiceid") or 0)):
            row.update(fault.values)
            for name in fault.without:
                del row[name]
            break
    return answer


def _rows(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for inner in value:
            yield from _rows(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _rows(inner)
        yield value


def encode_xml(answer: dict[str, Any], *, spoilt: bool) -> bytes:
    """`spoilt`: with a byte in it that is no UTF-8, as in what JSON could not say."""
    head = '<?xml version="1.0" encoding="utf-8"?>\n<whmcsapi version="8.13.1">\n'
    body = f"{head}{_elements(answer)}</whmcsapi>\n".encode()
    return body.replace(b"</password>", b"\xe9\x80</password>", 1) if spoilt else body


def _elements(fields: dict[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: Any) -> str:
    """A list is its rows one after the other, each under the name of the list."""
    if isinstance(value, list):
        return "".join(_element(name, inner) for inner in value)
    if isinstance(value, dict):
        return f"<{name}>\n{_elements(value)}</{name}>\n"
    text = "" if value is None or value is False else "1" if value is True else str(value)
    return f"<{name}>{escape(text)}</{name}>\n"

"""Bends a faithful answer into the other shapes that real installations send. No bytes: `faulty_answers`."""

from collections.abc import Callable
from typing import Any

from .switches import Switches

Bend = Callable[[Any], Any]


def bent(answer: dict[str, Any], action: str, switches: Switches) -> dict[str, Any]:
    """`answer` with every value quirk applied that is on for `action`."""
    for quirk, bend in BENDS.items():
        if switches.has(quirk, action):
            answer = bend(answer)
    return answer


def _everywhere(value: Any, change: Bend) -> Any:
    """`change` on every leaf and, after its content, on every collection."""
    if isinstance(value, dict):
        return change({key: _everywhere(inner, change) for key, inner in value.items()})
    if isinstance(value, list):
        return change([_everywhere(inner, change) for inner in value])
    return change(value)


def _int_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _text_as_int(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() and not value.startswith("0") else value


def _list_as_map(value: Any) -> Any:
    return {str(at): inner for at, inner in enumerate(value)} if isinstance(value, list) and value else value


def _bare_row(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) else value


def _bool_word(value: Any) -> Any:
    if isinstance(value, bool):
        return "on" if value else ""
    return value


def _is_empty(value: Any) -> bool:
    """An empty list, the map that holds only one, or what stands for none by default."""
    if isinstance(value, dict):
        return len(value) == 1 and next(iter(value.values())) == []
    return isinstance(value, list) and not value


def _empty_as(replacement: Any) -> Bend:
    def change(answer: dict[str, Any]) -> dict[str, Any]:
        return {
            key: replacement if _is_empty(value) or (key == "transactions" and value == "") else value
            for key, value in answer.items()
        }

    return change


def _without_empty(answer: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value for key, value in answer.items() if not (_is_empty(value) or (key == "transactions" and value == ""))
    }


def _leaves(change: Bend) -> Bend:
    return lambda answer: _everywhere(answer, change)


BENDS: dict[str, Bend] = {
    "empty-as-text": _empty_as(""),
    "empty-as-list": _empty_as([]),
    "empty-as-object": _empty_as({}),
    "empty-missing": _without_empty,
    "bool-words": _leaves(_bool_word),
    "strings-as-ints": _leaves(_text_as_int),
    "ints-as-strings": _leaves(_int_as_text),
    "single-row-bare": _leaves(_bare_row),
    "lists-as-maps": _leaves(_list_as_map),
}

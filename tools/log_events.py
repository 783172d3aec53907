"""The lines that the portal logs, read from the code: what docs/log-events.md lists. What to do about each is written
there by hand, and kept.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).parent.parent / "src/counterfoil"

LEVELS = ("debug", "info", "warning", "error")
ROW = re.compile(r"^\| `(?P<event>.+?)` \| (?P<level>.+?) \| (?P<fields>.*?) \| (?P<meaning>.*?) \|$", re.MULTILINE)


class LogEvent(NamedTuple):
    """`level` is "varies" where it depends on what happened; fields that are passed on as a whole are `...`."""

    event: str
    level: str
    fields: tuple[str, ...]


def log_events() -> Sequence[LogEvent]:
    """By name; what is logged in several places with the same level once, with the fields of all."""
    fields: dict[tuple[str, str], set[str]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for event, level, names in _of(ast.parse(path.read_text(encoding="utf-8"))):
            fields.setdefault((event, level), set()).update(names)
    return [LogEvent(event, level, tuple(sorted(names))) for (event, level), names in sorted(fields.items())]


def _of(tree: ast.Module) -> Iterator[LogEvent]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        level = _level(call.func)
        if level and call.args:
            names = tuple(word.arg or "..." for word in call.keywords)
            yield LogEvent(_text(call.args[0]), level, names)


def _level(function: ast.expr) -> str:
    """Of a call of a structlog logger; empty for any other call."""
    if isinstance(function, ast.Attribute) and function.attr in LEVELS and _is_logger(function.value):
        return function.attr
    is_chosen = isinstance(function, ast.Call) and isinstance(function.func, ast.Name) and function.func.id == "getattr"
    return "varies" if is_chosen and isinstance(function, ast.Call) and _is_logger(function.args[0]) else ""


def _is_logger(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Attribute) and value.func.attr == "get_logger"
    return isinstance(value, ast.Name) and value.id == "_log"


def _text(event: ast.expr) -> str:
    match event:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(part.value if isinstance(part, ast.Constant) else "..." for part in parts)  # type: ignore[misc]
    return "..."


def meanings(document: str) -> dict[tuple[str, str], str]:
    return {(row["event"], row["level"]): row["meaning"] for row in ROW.finditer(document)}


def events_table(document: str) -> str:
    """Rows made from the code, with what the document says about each. What is new has nothing there yet."""
    known = meanings(document)
    rows = ["| event | level | fields | means, and what to do |", "| --- | --- | --- | --- |"]
    for event, level, names in log_events():
        fields = ", ".join(f"`{name}`" for name in names)
        rows.append(f"| `{event}` | {level} | {fields} | {known.get((event, level), '')} |")
    return "\n".join(rows)

"""Reads log lines as log.py and web/http/access_log.py write them, in either format, and through what a host wraps
around them: a time and a name in front (systemd, Kubernetes), or JSON around the line (Docker).
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

_COLOUR = re.compile("\x1b\\[[0-9;]*m")
_TEXT = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]+Z?) \[(\w+) *\] (.*?)(?= +\w+=|$)(.*)")
_PAIR = re.compile(r"(\w+)=('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\S+)")
_REQUEST = re.compile(r"request +(\S+) (\S+) (\d{3}) ([\d.]+) ms$")

LONGEST = 1_000_000
"""Characters of a line that is read: ours have some ten thousand."""


class LogLine(Struct, frozen=True):
    said: dict[str, Any]
    """As the JSON has it: `event`, `level`, `timestamp`, `request_id` and what the line is about."""

    def get(self, name: str) -> str:
        """Empty for what is not said."""
        value = self.said.get(name)
        return "" if value is None else str(value)

    @property
    def request_id(self) -> str:
        return self.get("request_id")


def read_lines(lines: Iterable[str]) -> Iterator[LogLine]:
    """What is no log line of ours belongs to a stack trace of the line before, or to nobody."""
    current: LogLine | None = None
    for raw in lines:
        line = _read(raw[:LONGEST])
        if line is None:
            if current is not None and raw.strip() and not raw.lstrip().startswith("{"):
                current.said["exception"] = f"{current.get('exception')}{raw}"[-LONGEST:]
            continue
        if current is not None:
            yield current
        current = line
    if current is not None:
        yield current


def _read(raw: str) -> LogLine | None:
    brace = raw.find("{")
    if brace >= 0 and (said := _json(raw[brace:])) is not None:
        return LogLine(said)
    text = _COLOUR.sub("", raw.rstrip())
    found = _TEXT.search(text)
    if found is None:
        return None
    at, level, event, rest = found.groups()
    said = {name: _plain(value) for name, value in _PAIR.findall(rest)}
    if request := _REQUEST.match(event):
        method, route, status, took = request.groups()
        said |= {"method": method, "route": route, "status": int(status), "duration_ms": float(took)}
        event = "request"
    return LogLine({"event": event.strip(), "level": level, "timestamp": at, **said})


def _json(text: str) -> dict[str, Any] | None:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    if "event" in said:
        return said
    wrapped = said.get("log") or said.get("message") or said.get("MESSAGE")
    return _json(wrapped) if isinstance(wrapped, str) else None


def _plain(value: str) -> Any:
    if value[:1] in {"'", '"'}:
        try:
            return ast.literal_eval(value)
        except (ValueError, SyntaxError):
            return value
    return None if value in {"None", "-"} else value

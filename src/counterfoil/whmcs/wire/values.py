"""What WHMCS really sends -> plain Python values: the quirks that are the same in every action.

Lists, texts, numbers, switches and dates. Which fields an action has: invoices.py and its neighbours.
Whatever fits none of the known spellings makes the whole answer untrustworthy; it is never guessed or skipped.
"""

import html
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from counterfoil.model.money import LONGEST_CURRENCY

Row = Mapping[str, Any]
_T = TypeVar("_T")


class Untrustworthy(Exception):
    """The answer contradicts itself, the question, or every known spelling. Says where, never what stood there."""


def rows(answer: Row, *path: str) -> list[Row]:
    """The rows at `path`, e.g. "invoices", "invoice".

    No rows: the key is missing, or "", [], {}, null. One row may be bare, and a list may come as {"0": ..., "1": ...}.
    """
    value: object = answer
    for key in path:
        if isinstance(value, Mapping) and key in value:
            value = value[key]
        elif value is answer:
            return []
    if not value:
        return []
    found = _listed(value)
    if not all(isinstance(row, Mapping) for row in found):
        raise Untrustworthy(f"{'.'.join(path)} is no list of rows")
    return found


def each(found: Iterable[Row], read: Callable[[Row], _T]) -> tuple[_T, ...]:
    """Every row read; at one that cannot be, the operator is told which."""
    done = []
    for place, row in enumerate(found):
        try:
            done.append(read(row))
        except Untrustworthy as problem:
            shown = row.get("id")
            shown = shown if isinstance(shown, int) or (isinstance(shown, str) and shown.isdecimal()) else "unreadable"
            raise Untrustworthy(f"row {place}, id {shown}: {problem}") from None
    return tuple(done)


def _listed(value: object) -> list[Any]:
    if isinstance(value, Mapping):
        numbered = all(isinstance(key, str) and key.isdecimal() for key in value)
        return [value[key] for key in sorted(value, key=int)] if numbered else [value]
    return value if isinstance(value, list) else [None]


# A character reference as WHMCS stores it always ends in a semicolon; without, "&copy=1" in an address would be one.
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


LONGEST_TEXT = 70_000
"""Characters that are looked at. MySQL's TEXT holds 65,535 bytes."""

_UNREADABLE = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f"  # control characters but tab and the ends of lines
    "\\u202a-\\u202e\\u2066-\\u2069"  # embeddings, overrides and isolates: they turn around what follows them
    "\\ud800-\\udfff]"  # halves of a character, which cannot be written anywhere
)
"""What nobody can read, and what makes a page, a file or the database say something else, or nothing."""


def text(row: Row, key: str) -> str:
    """Stored HTML-escaped: decoded once, "&amp;lt;" is "&lt;". Missing, null and PHP's empty array are "". Without
    characters that are none.
    """
    value = row.get(key)
    if isinstance(value, str):
        value = value[:LONGEST_TEXT]
        decoded = _REFERENCE.sub(lambda found: html.unescape(found[0]), value) if "&" in value else value
        return (decoded if decoded.isprintable() else _UNREADABLE.sub("", decoded)).strip()
    if value is None or value in ([], {}):
        return ""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    raise Untrustworthy(f"{key} is no text")


LONGEST_PROSE = 20_000
"""Characters of it that are read. Nobody writes more about a product."""

# None of these may begin with blanks, or look past the next "<": a text of blanks would take the square of its length.
_UNSHOWN = re.compile(r"<!--|<(script|style)\b", re.IGNORECASE)
_ENDS = {
    "": re.compile(r"-->"),
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
}
_LINE_END = re.compile(r"<(?:br|hr|/?(?:p|div|ul|ol|li|dl|dt|dd|table|tr|h[1-6]))\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)


def prose(row: Row, key: str) -> str:
    """Text that an administrator may have written as HTML: its words, one line for each of its blocks."""
    first, *others = _LINE_END.split(_without_unshown(text(row, key)[:LONGEST_PROSE]))
    last = others.pop() if others else None
    lines = [first.rstrip(), *filter(None, map(str.strip, others))] if last is not None else [first]
    lines += [last.lstrip()] if last is not None else []
    return _TAG.sub("", "\n".join(lines)).replace("\u00a0", " ").strip()


def _without_unshown(written: str) -> str:
    """Without comments, scripts and styles. One that does not end is none."""
    kept, position = [], 0
    unended = set()
    while found := _UNSHOWN.search(written, position):
        kind = (found[1] or "").lower()
        end = None if kind in unended else _ENDS[kind].search(written, found.end())
        if end is None:
            unended.add(kind)
            kept.append(written[position : found.end()])
            position = found.end()
        else:
            kept.append(written[position : found.start()])
            position = end.end()
    return "".join([*kept, written[position:]])


_AMOUNT = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,10})?", re.ASCII)


def amount(row: Row, key: str) -> Decimal:
    """Money or a rate, exactly; it must be there."""
    value = row.get(key)
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        # JSON's 1e999999 stays that text, and is refused below.
        value = str(value)
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value.strip()):
        raise Untrustworthy(f"{key} is no amount")
    read = Decimal(value.strip())
    return read or abs(read)


def amount_or_zero(row: Row, key: str) -> Decimal:
    """The same for what WHMCS leaves out or empty when there is none."""
    return Decimal(0) if row.get(key) in (None, "") else amount(row, key)


def currency_code(row: Row, key: str) -> str:
    """It must be there."""
    code = text(row, key)
    if not 0 < len(code) <= LONGEST_CURRENCY:
        raise Untrustworthy(f"{key} is no currency")
    return code


_LARGEST_ID = 2**63 - 1


def identifier(row: Row, *keys: str) -> int:
    """The id under the first of `keys` that is there; a positive int, or the digits of one."""
    found = optional_identifier(row, *keys)
    if found is None:
        raise Untrustworthy(f"{keys[0]} is missing")
    return found


def optional_identifier(row: Row, *keys: str) -> int | None:
    """None when missing, null, "" or 0."""
    value = next((row[key] for key in keys if row.get(key) is not None), None)
    if value in (None, "", "0", 0):
        return None
    return _whole(value, keys[0], low=1)


def count(row: Row, key: str) -> int:
    """A number of rows; it must be there."""
    return _whole(row.get(key), key, low=0)


def _whole(value: object, key: str, low: int) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,19}", value.strip()):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= _LARGEST_ID:
        raise Untrustworthy(f"{key} is no whole number")
    return value


_SWITCHES = {
    **dict.fromkeys(("1", "true", "on", "yes"), True),
    **dict.fromkeys(("0", "false", "off", "no", ""), False),
}


def switch(row: Row, key: str, *, default: bool = False) -> bool:
    """true, 1, "1", "true", "on" and their opposites; `default` when it is not there."""
    value = row.get(key)
    if value is None:
        return default
    spelling = str(int(value)) if isinstance(value, bool) else str(value).strip().lower()
    if spelling not in _SWITCHES:
        raise Untrustworthy(f"{key} is no switch")
    return _SWITCHES[spelling]


# MySQL's zero date, and what PHP's date classes make of it.
_NO_DATE = ("0000-00-00", "-0001-11-30")


def moment(row: Row, key: str, zone: ZoneInfo) -> datetime | None:
    """WHMCS's naive local time, in the installation's zone. An hour that the clocks repeat is taken as its first."""
    value = row.get(key)
    if value is None or value == "" or (isinstance(value, str) and value.startswith(_NO_DATE)):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
    except (AttributeError, ValueError):
        raise Untrustworthy(f"{key} is no date") from None
    return read.replace(tzinfo=zone) if read.tzinfo is None else read.astimezone(zone)


def day(row: Row, key: str, zone: ZoneInfo) -> date | None:
    """A date; a time of day behind it is dropped."""
    read = moment(row, key, zone)
    return read.date() if read else None

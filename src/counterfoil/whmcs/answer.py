"""The bytes of WHMCS's answer -> the answer, through all the noise that PHP puts around it. What is in it: wire/.

Whatever the bytes are, the work grows with their number only, and no single step of it is long: a large answer is
decoded in a thread, and Python lets others go on between two steps, not within one.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from counterfoil.whmcs.failures import Failure

_BOM = b"\xef\xbb\xbf"
# A number with a point stays exact: it becomes a Decimal of its own digits.
_whole = msgspec.json.Decoder(float_hook=Decimal)
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_skipped = msgspec.json.Decoder(msgspec.Raw)
_array = msgspec.json.Decoder(list[msgspec.Raw])

LARGE = 64 * 1024
"""Bytes. More is decoded piece by piece: 10,000 invoices in one step would take 0.1 s."""
MOST_VALUES = 400_000
"""10,000 invoices are 260,000."""
_WIDEST = 60
"""Values of a row, on average. WHMCS's invoices have 26."""
_DEEPEST = 6
"""Levels at which something large may stand."""
_FALSE_STARTS = 200
"""Braces in noise that begin no JSON: after so many there is no answer in it."""
_LOOKS = 4
"""How often each byte may be looked at, on average, for that."""

_PLACE = re.compile(r"\(byte ([0-9]+)\)")
"""Where msgspec stopped. That its messages still say so, tests/whmcs/test_answer.py checks."""


class LargeAnswer(dict[str, Any]):
    """One that takes long to read, too (interpreting.py)."""


def decode(body: bytes) -> dict[str, Any]:
    """The one JSON object with a `result` in `body`. Raises Failure when there is none, or more than one.

    Some actions of some versions write an error as `status` alone; the answer then says it as `result` too.
    """
    body = body.removeprefix(_BOM).strip(b" \t\r\n\0")
    if not body:
        raise Failure("empty")
    if (values := body.count(b",")) > 1000 and values > min(MOST_VALUES, _WIDEST * _containers(body)):
        raise Failure("too_large")
    try:
        answer = _decoded(body)
    except (ValueError, InvalidOperation, RecursionError):
        return _among_noise(body)
    if not is_answer(answer):
        raise Failure("not_an_answer")
    return as_answer(answer, len(body))


def _containers(body: bytes) -> int:
    return body.count(b"{") + body.count(b"[")


def _decoded(body: bytes | msgspec.Raw, level: int = 0) -> Any:
    """Raises what msgspec raises."""
    size = len(memoryview(body))
    first = bytes(memoryview(body)[:1])
    if size < LARGE or first not in (b"{", b"["):
        return _whole.decode(body)
    if level == _DEEPEST:
        raise ValueError("nothing of WHMCS's is so large so deep")
    if first == b"{":
        return {name: _decoded(value, level + 1) for name, value in _object.decode(body).items()}
    return [_decoded(value, level + 1) for value in _array.decode(body)]


def as_answer(found: dict[str, Any], size: int) -> dict[str, Any]:
    """With its `result`, and known to be large where `size`, in bytes, is."""
    given = {**found, "result": found.get("result", "error")}
    return LargeAnswer(given) if size > LARGE else given


def is_answer(value: object) -> bool:
    """Good answers have a `status` of their own (an invoice's): beside a missing `result` it only counts as "error"."""
    if not isinstance(value, dict):
        return False
    return value["result"] in ("success", "error") if "result" in value else value.get("status") == "error"


def _among_noise(body: bytes) -> dict[str, Any]:
    # Noise may be in any encoding; the answer itself must be UTF-8, which decoding its own bytes makes sure of.
    found = list(_objects(body))
    said = [value for value in found if is_answer(value)]
    # What only has a `status` may be a plug-in's: it is the answer where nothing else is.
    answers = [value for value in said if "result" in value] or said
    if len(answers) == 1:
        return as_answer(answers[0], len(body))
    if found:
        raise Failure("not_an_answer")
    raise Failure("html" if body.lstrip()[:1] == b"<" else "not_json")


def _objects(body: bytes) -> Iterator[dict[str, Any]]:
    """The JSON objects that stand in `body`, not those inside them. Raises Failure at one that is cut off."""
    looks = _LOOKS * len(body)
    position = body.find(b"{")
    for _ in range(_FALSE_STARTS):
        if position < 0 or looks < 0:
            return
        end, is_object = _scanned(body, position)
        looks -= end - position
        if is_object:
            with suppress(ValueError, InvalidOperation):  # what is no UTF-8 is no answer either
                yield _decoded(body[position:end])
        position = body.find(b"{", end if is_object else position + 1)


def _scanned(body: bytes, start: int) -> tuple[int, bool]:
    """How far the object that begins at `start` can be read, and whether that is to its end. Nothing is built."""
    try:
        _skipped.decode(memoryview(body)[start:])
    except RecursionError:
        raise Failure("not_json") from None
    except msgspec.DecodeError as error:
        place = _PLACE.search(str(error))
        end = start + int(place[1]) if place else len(body)
        if end >= len(body):
            # A row of a cut-off answer must never pass for the answer.
            raise Failure("truncated") from None
        is_whole = "trailing characters" in str(error)
        return (body.rindex(b"}", start, end) + 1, True) if is_whole else (end, False)
    return len(body), True

"""The bytes of WHMCS's answer -> the answer, through all the noise that PHP puts around it. What is in it: wire.py."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from counterfoil.whmcs.failures import Failure

_BOM = b"\xef\xbb\xbf"
# A number with a point stays exact: it becomes a Decimal of its own digits.
_whole = msgspec.json.Decoder(float_hook=Decimal)
_scanner = json.JSONDecoder(parse_float=str, parse_int=str)
_FALSE_STARTS = 200
"""Braces in noise that begin no JSON: after so many there is no answer in it, and looking on would take long."""


def decode(body: bytes) -> dict[str, Any]:
    """The one JSON object with a `result` in `body`. Raises Failure when there is none, or more than one.

    Some actions of some versions write an error as `status` alone; the answer then says it as `result` too.
    """
    body = body.removeprefix(_BOM).strip(b" \t\r\n\0")
    if not body:
        raise Failure("empty")
    try:
        answer = _whole.decode(body)
    except (ValueError, InvalidOperation, RecursionError):
        return _among_noise(body)
    if not is_answer(answer):
        raise Failure("not_an_answer")
    return {**answer, "result": answer.get("result", "error")}


def is_answer(value: object) -> bool:
    """Good answers have a `status` of their own (an invoice's): beside a missing `result` it only counts as "error"."""
    if not isinstance(value, dict):
        return False
    return value["result"] in ("success", "error") if "result" in value else value.get("status") == "error"


def _among_noise(body: bytes) -> dict[str, Any]:
    # Noise may be in any encoding; the answer itself must be UTF-8, which decoding its own bytes again makes sure of.
    text = body.decode("utf-8", "surrogateescape")
    found = _objects(text)
    said = [(start, end, value) for start, end, value in found if is_answer(value)]
    # What only has a `status` may be a plug-in's: it is the answer where nothing else is.
    answers = [(start, end) for start, end, value in said if "result" in value] or [place[:2] for place in said]
    if len(answers) == 1:
        start, end = answers[0]
        try:
            answer = _whole.decode(text[start:end].encode())
        except (ValueError, InvalidOperation, RecursionError):
            raise Failure("not_json") from None
        return {**answer, "result": answer.get("result", "error")}
    if answers or found:
        raise Failure("not_an_answer")
    raise Failure("html" if text.lstrip()[:1] == "<" else "not_json")


def _objects(text: str) -> list[tuple[int, int, Any]]:
    """The JSON objects that stand in `text`, not those inside them. Raises Failure at one that is cut off."""
    found = []
    position = text.find("{")
    false_starts = 0
    while position >= 0 and false_starts < _FALSE_STARTS:
        try:
            value, end = _scanner.raw_decode(text, position)
        except json.JSONDecodeError as error:
            # A row of a cut-off answer must never pass for the answer.
            if error.pos >= len(text) or error.msg.startswith("Unterminated"):
                raise Failure("truncated") from None
            false_starts, end = false_starts + 1, position + 1
        except RecursionError:
            raise Failure("not_json") from None
        else:
            found.append((position, end, value))
        position = text.find("{", end)
    return found

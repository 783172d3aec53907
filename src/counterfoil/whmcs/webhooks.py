"""Standard Webhooks from WHMCS: is one genuine and fresh, and what does it say. What it changes: billing/freshness.py.

Our own verifier: the public one raises uncaught errors on malformed input and takes secrets of one byte.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

TOLERANCE = 300
"""Seconds, both ways: the clocks differ, and whatever is older may be a replay."""
MOST_SIGNATURES = 5
SHORTEST_SECRET = 24

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TIMESTAMP = re.compile(r"[0-9]{10}")
_NUMBERED = re.compile(r"cf_([0-9a-f]{12})_[0-9]{1,18}")
_IDS = ("invoice_id", "client_id", "merged_client_id", "service_id", "order_id", "user_id")


class BadSignature(Exception):
    """Not genuine, or not fresh: 401."""


class BadBody(Exception):
    """Genuine, but not a message as the contract has it: 400."""


class Event(Struct, frozen=True):
    """`data` holds ids only. `type` may be one that this version does not know."""

    id: str
    type: str
    timestamp: str
    data: dict[str, int]


class _Message(Struct):
    type: str
    timestamp: str
    data: Any = msgspec.UNSET


_message = msgspec.json.Decoder(_Message)


def verify(secrets: Sequence[bytes], headers: Mapping[str, str], body: bytes, now: float) -> Event:
    """The event in `body`. `headers` by lower-case names; `now` in Unix seconds. Raises BadSignature, then BadBody."""
    webhook_id = headers.get("webhook-id") or ""
    timestamp = headers.get("webhook-timestamp") or ""
    if not _ID.fullmatch(webhook_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise BadSignature("webhook-id or webhook-timestamp is missing or malformed")
    if abs(now - int(timestamp)) > TOLERANCE:
        raise BadSignature("webhook-timestamp is too far from now")
    content = f"{webhook_id}.{timestamp}.".encode() + body
    if not _is_signed(secrets, content, headers.get("webhook-signature") or ""):
        raise BadSignature("no signature matches")
    return _event(webhook_id, body)


def _is_signed(secrets: Sequence[bytes], content: bytes, header: str) -> bool:
    given = header.encode("utf-8", "replace").split(b" ")
    if len(given) > MOST_SIGNATURES:
        return False
    # An empty or short secret is one that anybody can guess: it never verifies.
    expected = [_signature(secret, content) for secret in secrets if len(secret) >= SHORTEST_SECRET]
    # The texts are compared, so only the one strict base64 form matches; all of them, so time does not tell which.
    return sum(hmac.compare_digest(one, other) for one in expected for other in given) > 0


def _signature(secret: bytes, content: bytes) -> bytes:
    return b"v1," + base64.b64encode(hmac.digest(secret, content, "sha256"))


def _event(webhook_id: str, body: bytes) -> Event:
    try:
        message = _message.decode(body)
    except (ValueError, RecursionError):
        raise BadBody("not JSON with type, timestamp and data") from None
    if not 0 < len(message.type) <= 100 or not message.type.isprintable():
        raise BadBody("type is empty, too long, or not text")
    return Event(webhook_id, message.type, message.timestamp, ids_of(message.data))


def ids_of(data: object) -> dict[str, int]:
    """The ids that we know in an event's `data`. Raises BadBody."""
    # PHP writes an empty array where an empty object is meant.
    given = {} if data == [] else data
    if not isinstance(given, dict):
        raise BadBody("data is no object")
    return {key: _id(key, given[key]) for key in _IDS if given.get(key) is not None}


def series_of(webhook_id: str) -> str:
    """Which numbering of our addon a message belongs to; empty when another sender made it."""
    found = _NUMBERED.fullmatch(webhook_id)
    return found[1] if found else ""


def _id(key: str, value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,19}", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**63:
        raise BadBody(f"{key} is no id")
    return value

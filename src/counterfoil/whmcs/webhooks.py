"""Webhooks from WHMCS: what a genuine one says. What it changes: the room changes."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from counterfoil.signing import BadBody

DOCTORS = "doctor_"
"""What the ids of the doctor's test messages begin with: they say nothing about WHMCS."""

_NUMBERED = re.compile(r"cf_([0-9a-f]{12})_[0-9]{1,18}")
_IDS = ("invoice_id", "client_id", "merged_client_id", "service_id", "order_id", "user_id")

CLOCKS_DIFFER = timedelta(minutes=5)
"""At most: a signature that is older, or as far in the future, is refused."""


class Event(Struct, frozen=True):
    """`data` holds ids only. `type` may be one that this version does not know."""

    id: str
    type: str
    timestamp: str
    data: dict[str, int]

    @property
    def happened_at(self) -> datetime | None:
        """As the sender says; None for what is no moment, or one that is yet to come."""
        try:
            said = datetime.fromisoformat(self.timestamp)
        except ValueError:
            return None
        if said.tzinfo is None or said > datetime.now(UTC) + CLOCKS_DIFFER:
            return None
        return said


class _Message(Struct):
    type: str
    timestamp: str
    data: Any = msgspec.UNSET


_message = msgspec.json.Decoder(_Message)


def read_event(webhook_id: str, body: bytes) -> Event:
    """Of a message that was verified. Raises BadBody."""
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

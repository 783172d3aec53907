"""Calls from Salesforce: which order each is about. They carry its id alone; the order itself is read again."""

from typing import Any

import msgspec
from msgspec import Struct

from counterfoil.salesforce.wire import is_id
from counterfoil.signing import BadBody


class Nudge(Struct, frozen=True):
    """`type`: "order.approved", "order.cancelled", or one that this version does not know."""

    id: str
    type: str
    order_id: str


class _Message(Struct):
    type: str
    data: dict[str, Any] = {}


_message = msgspec.json.Decoder(_Message)


def read_nudge(webhook_id: str, body: bytes) -> Nudge:
    """Of a message that was verified. Raises BadBody."""
    try:
        message = _message.decode(body)
    except (ValueError, RecursionError):
        raise BadBody("not JSON with type and data") from None
    order_id = message.data.get("order_id")
    if not is_id(order_id) or not 0 < len(message.type) <= 100 or not message.type.isprintable():
        raise BadBody("type or order_id is missing or malformed")
    return Nudge(webhook_id, message.type, str(order_id))

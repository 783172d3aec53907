"""Standard Webhooks: is a call genuine and fresh. What it says is for whoever knows the sender.

Our own verifier: the public one raises uncaught errors on malformed input and takes secrets of one byte.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hmac
import re
from collections.abc import Mapping, Sequence

TOLERANCE = 300
"""Seconds, both ways: the clocks differ, and whatever is older may be a replay."""
MOST_SIGNATURES = 5
SHORTEST_SECRET = 24

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TIMESTAMP = re.compile(r"[0-9]{10}")


class BadSignature(Exception):
    """Not genuine, or not fresh: 401."""


class BadBody(Exception):
    """Genuine, but not a message as the contract has it: 400."""


def verify(secrets: Sequence[bytes], headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The message's id. `headers` by lower-case names; `now` in Unix seconds. Raises BadSignature."""
    webhook_id = headers.get("webhook-id") or ""
    timestamp = headers.get("webhook-timestamp") or ""
    if not _ID.fullmatch(webhook_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise BadSignature("webhook-id or webhook-timestamp is missing or malformed")
    if abs(off := int(timestamp) - now) > TOLERANCE:
        raise BadSignature(f"webhook-timestamp is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} our clock")
    content = f"{webhook_id}.{timestamp}.".encode() + body
    if not _is_signed(secrets, content, headers.get("webhook-signature") or ""):
        raise BadSignature("no signature matches")
    return webhook_id


def sign(secret: bytes, webhook_id: str, now: int, body: bytes) -> str:
    """The header of a message of our own; `now` in Unix seconds, as its timestamp says."""
    return _signature(secret, f"{webhook_id}.{now}.".encode() + body).decode()


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

"""What a genuine call from Salesforce says. Whether it is genuine: tests/test_signing.py."""

import json

import pytest

from counterfoil.salesforce.webhooks import Nudge, read_nudge
from counterfoil.signing import BadBody

ORDER = "801000000000001AAA"


@pytest.mark.parametrize("kind", ["order.approved", "order.cancelled", "order.something_new"])
def test_a_call_names_an_order(kind: str) -> None:
    """And what happened to it, which may be something that this version does not know. The rest is not looked at."""
    body = json.dumps({"type": kind, "data": {"order_id": ORDER, "total": 1}, "by": "somebody"}).encode()
    assert read_nudge("msg_1", body) == Nudge("msg_1", kind, ORDER)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 50_000,
        b'{"type":"order.approved"}',
        b'{"type":"order.approved","data":[]}',
        b'{"type":"order.approved","data":{"order_id":7}}',
        b'{"type":"order.approved","data":{"order_id":"\' OR Id != \'"}}',
        b'{"type":"","data":{"order_id":"801000000000001AAA"}}',
        b'{"type":"a\\nb","data":{"order_id":"801000000000001AAA"}}',
        b'{"type":"' + b"x" * 101 + b'","data":{"order_id":"801000000000001AAA"}}',
    ],
)
def test_what_names_none_is_refused(body: bytes) -> None:
    """A refusal of its own, and no other exception."""
    with pytest.raises(BadBody):
        read_nudge("msg_1", body)

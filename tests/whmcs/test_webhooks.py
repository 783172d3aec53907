"""What a genuine webhook of WHMCS's says. Whether it is genuine: tests/test_signing.py."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.signing import BadBody
from counterfoil.whmcs.webhooks import Event, read_event

BODY = b'{"type":"invoice.paid","timestamp":"2026-09-21T14:13:20Z","data":{"invoice_id":5,"client_id":"7"}}'


def event(body: object) -> Event:
    return read_event("msg_1", body if isinstance(body, bytes) else json.dumps(body).encode())


def message(**changes: Any) -> dict[str, Any]:
    return {"type": "invoice.paid", "timestamp": "2026-09-21T14:13:20Z", "data": {}} | changes


def test_an_event() -> None:
    """Ids may be numbers or, as PHP likes them, digits."""
    expected = Event("msg_1", "invoice.paid", "2026-09-21T14:13:20Z", {"invoice_id": 5, "client_id": 7})
    assert event(BODY) == expected


def test_unknown_types_are_kept_and_unknown_keys_dropped() -> None:
    """A newer sender is understood as far as possible; data is ids and nothing else."""
    sent = message(type="contract.signed", data={"client_id": 7, "email": "canary", "card": {"n": 1}}, extra=1)
    assert event(sent) == Event("msg_1", "contract.signed", "2026-09-21T14:13:20Z", {"client_id": 7})


def test_data_may_be_empty() -> None:
    """PHP writes an empty array for an empty object; an id that is null is not there."""
    shapes: list[object] = [{}, [], {"client_id": None}]
    for data in shapes:
        assert event(message(type="ping", data=data)).data == {}


@pytest.mark.parametrize("value", [0, -1, "0", "-1", "", "x", "7x", 7.5, True, [], {}, 2**63, "9" * 30, "٣"], ids=str)
def test_what_is_no_id_is_refused(value: object) -> None:
    with pytest.raises(BadBody):
        event(message(data={"client_id": value}))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"7",
        b"{}",
        b"{",
        b"\xff",
        b'{"type":"x","timestamp":"t"}',
        b'{"type":"x","data":{}}',
        b'{"timestamp":"t","data":{}}',
        b'{"type":7,"timestamp":"t","data":{}}',
        b'{"type":"","timestamp":"t","data":{}}',
        b'{"type":"a\\nb","timestamp":"t","data":{}}',
        b'{"type":"' + b"x" * 101 + b'","timestamp":"t","data":{}}',
        b'{"type":"x","timestamp":7,"data":{}}',
        b'{"type":"x","timestamp":"t","data":null}',
        b'{"type":"x","timestamp":"t","data":"x"}',
        b'{"type":"x","timestamp":"t","data":[1]}',
        b'{"type":"x","timestamp":"t","data":' + b"[" * 50_000,
    ],
)
def test_what_is_no_message_is_refused(body: bytes) -> None:
    """Genuine, but not what the contract says: a refusal of its own, and no other exception."""
    with pytest.raises(BadBody):
        event(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()) | st.builds(
    lambda kind, data: json.dumps(message(type=kind, data=data)).encode(), JSON,
    st.dictionaries(st.sampled_from(["client_id", "invoice_id", "x"]), JSON)))  # fmt: skip
def test_whatever_is_genuine_is_an_event_or_refused(body: bytes) -> None:
    """A sender with the secret cannot make the verifier fail in another way; ids are ids."""
    try:
        read = event(body)
    except BadBody:
        return
    assert all(type(value) is int and value > 0 for value in read.data.values())

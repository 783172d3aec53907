"""The verifier of webhooks, against the public library as the sender and against whatever anybody may send."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from counterfoil.signing import TOLERANCE, BadSignature, verify

SECRET = b"0123456789abcdef01234567"
OTHER = b"another secret of 24 bytes.."
NOW = 1_790_000_000.0
BODY = b'{"type":"invoice.paid","timestamp":"2026-09-21T14:13:20Z","data":{"invoice_id":5,"client_id":"7"}}'


def signed(body: bytes, *, secret: bytes = SECRET, at: float = NOW, webhook_id: str = "msg_1") -> dict[str, str]:
    """Headers as the public library writes them."""
    text = body.decode("utf-8", "surrogateescape")
    if text.encode("utf-8", "replace") == body:
        signature = Webhook(secret).sign(webhook_id, datetime.fromtimestamp(at, UTC), text)
    else:
        content = f"{webhook_id}.{int(at)}.".encode() + body
        signature = "v1," + base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
    return {"webhook-id": webhook_id, "webhook-timestamp": str(int(at)), "webhook-signature": signature}


def test_the_public_library_is_understood() -> None:
    """What `standardwebhooks` signs is genuine here: its id is what the sender called it."""
    assert verify([SECRET], signed(BODY, webhook_id="msg_2"), BODY, NOW) == "msg_2"


def test_the_public_library_agrees() -> None:
    """And what we take as genuine now, it takes as genuine too."""
    headers = signed(BODY, at=datetime.now(UTC).timestamp())
    assert Webhook(SECRET).verify(BODY, headers) == json.loads(BODY)
    assert verify([SECRET], headers, BODY, datetime.now(UTC).timestamp()) == "msg_1"


def test_any_of_several_secrets_and_signatures_will_do() -> None:
    """Secrets rotate: the sender may sign with both, the receiver may know both."""
    assert verify([OTHER, SECRET], signed(BODY), BODY, NOW) == "msg_1"
    both = signed(BODY)
    both["webhook-signature"] = " ".join(["v1a,ignored", signed(BODY, secret=OTHER)["webhook-signature"],
                                          both["webhook-signature"]])  # fmt: skip
    assert verify([SECRET], both, BODY, NOW) == "msg_1"


@pytest.mark.parametrize("secrets", [[], [b""], [OTHER], [SECRET[:-1]]], ids=["none", "empty", "other", "short"])
def test_without_the_secret_nothing_is_genuine(secrets: list[bytes]) -> None:
    """Not even what was signed with an empty or a short secret that is configured."""
    for secret in [*secrets, SECRET]:
        if secret != OTHER and secret:
            with pytest.raises(BadSignature):
                verify(secrets, signed(BODY, secret=secret), BODY, NOW)


def test_an_empty_secret_verifies_nothing() -> None:
    """An empty key is one that anybody has."""
    headers = signed(BODY)
    content = f"msg_1.{int(NOW)}.".encode() + BODY
    headers["webhook-signature"] = "v1," + base64.b64encode(hmac.new(b"", content, "sha256").digest()).decode()
    with pytest.raises(BadSignature):
        verify([b""], headers, BODY, NOW)


@pytest.mark.parametrize("late", [-TOLERANCE, TOLERANCE])
def test_five_minutes_either_way_are_tolerated(late: int) -> None:
    assert verify([SECRET], signed(BODY, at=NOW + late), BODY, NOW) == "msg_1"
    with pytest.raises(BadSignature):
        verify([SECRET], signed(BODY, at=NOW + late + (1 if late > 0 else -1)), BODY, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-id": None},
        {"webhook-id": ""},
        {"webhook-id": "msg_2"},
        {"webhook-id": "a b"},
        {"webhook-id": "a.b"},
        {"webhook-id": "x" * 65},
        {"webhook-id": "msg_1\n"},
        {"webhook-timestamp": None},
        {"webhook-timestamp": "1790000001"},
        {"webhook-timestamp": "1790000000.0"},
        {"webhook-timestamp": "+1790000000"},
        {"webhook-timestamp": " 1790000000"},
        {"webhook-timestamp": "1790000000\n"},
        {"webhook-timestamp": "١٧٩٠٠٠٠٠٠٠"},
        {"webhook-timestamp": "nan"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-signature": None},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,ü"},
        {"webhook-signature": "v1,\udcff"},
        {"webhook-signature": "v1,====" + "A" * 44},
    ],
    ids=str,
)
def test_malformed_headers_are_refused(changes: dict[str, str | None]) -> None:
    """Missing, empty, altered or odd: always the same refusal."""
    headers = {name: value for name, value in (signed(BODY) | changes).items() if value is not None}
    with pytest.raises(BadSignature):
        verify([SECRET], headers, BODY, NOW)


def test_only_strict_base64_is_a_signature() -> None:
    """Other spellings of the same bytes are refused."""
    genuine = signed(BODY)["webhook-signature"]
    for other in (genuine.rstrip("="), genuine + "=", genuine + "\n", genuine.replace(",", ", "), genuine.upper()):
        with pytest.raises(BadSignature):
            verify([SECRET], signed(BODY) | {"webhook-signature": other}, BODY, NOW)


def test_more_than_five_signatures_are_not_looked_at() -> None:
    genuine = signed(BODY)["webhook-signature"]
    five = " ".join(["v1,x"] * 4 + [genuine])
    assert verify([SECRET], signed(BODY) | {"webhook-signature": five}, BODY, NOW) == "msg_1"
    with pytest.raises(BadSignature):
        verify([SECRET], signed(BODY) | {"webhook-signature": "v1,x " + five}, BODY, NOW)


def test_the_body_is_covered_byte_by_byte() -> None:
    for other in (BODY + b" ", BODY.replace(b"5", b"6"), b""):
        with pytest.raises(BadSignature):
            verify([SECRET], signed(BODY), other, NOW)


@given(
    st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()), st.binary()
)
def test_whatever_is_sent_is_refused_politely(headers: dict[str, str], body: bytes) -> None:
    """No headers and no body raise anything else."""
    with pytest.raises(BadSignature):
        verify([SECRET], headers, body, NOW)
    for value in headers.values():
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
            with pytest.raises(BadSignature):
                verify([SECRET], signed(body) | {name: value}, body, NOW)

"""One sign-in between the way there and the way back: a short-lived cookie, from which its secrets are derived.

    <random>.<begun at>["a"].<next>.<signature>        a: the person is to prove anew who they are

State, nonce and PKCE verifier are made of `random` with our key: the browser that began can come back, and what it
holds is worth nothing without us. Nothing is stored here for whoever only begins.
"""

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Sequence

from msgspec import Struct

from counterfoil.web.sign_in.next_address import safe_next

LIFETIME = 600
"""Seconds for the way there and back."""

_COOKIE = re.compile(r"(([A-Za-z0-9_-]{43})\.([0-9]{10,11})(a?)\.([A-Za-z0-9_-]{0,2700}))\.([A-Za-z0-9_-]{43})")
_PURPOSE = b"counterfoil sign-in\0"


class Flow(Struct, frozen=True):
    state: str
    nonce: str
    verifier: str
    next: str
    """Where to go afterwards; a path of this portal."""
    proof_since: float | None = None
    """Unix seconds: who comes back must have proven who they are since then. None: whenever."""


def begin(keys: Sequence[bytes], next_address: str, now: float, *, afresh: bool = False) -> tuple[Flow, str]:
    """A new one, and the value of its cookie. The first key signs, all verify."""
    random, address = secrets.token_urlsafe(32), safe_next(next_address)
    signed = (
        f"{random}.{int(now)}{'a' if afresh else ''}.{base64.urlsafe_b64encode(address.encode()).decode().rstrip('=')}"
    )
    return _flow(
        keys[0], random, address, int(now) if afresh else None
    ), f"{signed}.{_derived(keys[0], 'cookie', signed)}"


def read(keys: Sequence[bytes], cookie: str, now: float) -> Flow | None:
    """None for what this portal did not write, or wrote too long ago."""
    match = _COOKIE.fullmatch(cookie)
    if match is None:
        return None
    signed, random, begun_at, mark, encoded, signature = match.groups()
    for key in keys:
        if hmac.compare_digest(_derived(key, "cookie", signed), signature):
            if not 0 <= now - int(begun_at) <= LIFETIME:
                return None
            return _flow(key, random, _address(encoded), int(begun_at) if mark else None)
    return None


def is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))


def _flow(key: bytes, random: str, address: str, proof_since: float | None) -> Flow:
    state, nonce, verifier = (_derived(key, purpose, random) for purpose in ("state", "nonce", "verifier"))
    return Flow(state, nonce, verifier, address, proof_since)


def _address(encoded: str) -> str:
    try:
        return safe_next(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode("ascii"))
    except (binascii.Error, ValueError):
        return "/"


def _derived(key: bytes, purpose: str, text: str) -> str:
    digest = hmac.digest(key, _PURPOSE + f"{purpose}\0{text}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")

"""What the session cookie says and how it is signed. Whether such a session lives: sessions.py.

    <client>.<random>.<signature>

`client` is the WHMCS client looked at (0: none); it names the cache's scope, so that one round trip finds the
session and what it asks for. `random` are 256 bits in base64url; only their SHA-256 is stored, anywhere. The
signature lets forged and damaged cookies cost nothing.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from counterfoil.cache.scopes import session_scope

_COOKIE = re.compile(r"((0|[1-9][0-9]{0,9})\.([A-Za-z0-9_-]{43}))\.([A-Za-z0-9_-]{43})")
_LONGEST = len(f"{2**32}.{'r' * 43}.{'s' * 43}")
"""Longer ones are not even looked at, let alone remembered: anybody may send them."""

_PURPOSE = b"counterfoil session\0"
"""So that nothing else that is signed with the same key passes as a session."""


class Handle(NamedTuple):
    """A cookie that this portal wrote. It says which session is meant, not that there is one."""

    scope: str
    key: str
    """SHA-256 of the random part, hexadecimal: the session's name in the database and in the cache."""
    random: str
    client_id: int | None
    is_outdated: bool = False
    """Signed with a key that is not the first any more, and may soon be none."""

    @property
    def is_token(self) -> bool:
        """Of a program (tokens.py): no cookie was read, so there is nothing random of one."""
        return not self.random


class CookieJar:
    def __init__(self, keys: Sequence[bytes]) -> None:
        """The first key signs, all verify."""
        # Begun once: on the hot path a copy costs half of what a new HMAC does.
        self._signers = [hmac.new(key, _PURPOSE, "sha256") for key in keys]
        # A browser sends the same cookie again and again; checking it is an eighth of a warm read.
        self._checked = lru_cache(maxsize=1024)(self._check)

    def new_random(self) -> str:
        return secrets.token_urlsafe(32)

    def write(self, random: str, client_id: int | None) -> str:
        signed = f"{client_id or 0}.{random}"
        return f"{signed}.{_signature(self._signers[0], signed)}"

    def read(self, text: str) -> Handle | None:
        """None for whatever we did not write."""
        return self._checked(text) if len(text) <= _LONGEST else None

    def _check(self, text: str) -> Handle | None:
        match = _COOKIE.fullmatch(text)
        if match is None:
            return None
        signed, client, random, signature = match.groups()
        for at, signer in enumerate(self._signers):
            if hmac.compare_digest(_signature(signer, signed), signature):
                client_id = int(client) or None
                return Handle(session_scope(client_id), key_of(random), random, client_id, is_outdated=at > 0)
        return None


def key_of(random: str) -> str:
    return hashlib.sha256(random.encode()).hexdigest()


def _signature(signer: hmac.HMAC, signed: str) -> str:
    # Compared as text, in its one canonical form: base64 has spare bits that a decoder would overlook.
    signing = signer.copy()
    signing.update(signed.encode())
    return base64.urlsafe_b64encode(signing.digest())[:43].decode()

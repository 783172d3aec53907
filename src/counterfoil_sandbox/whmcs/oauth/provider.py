"""The provider's keys, codes and tokens. What is wrong with them on purpose: behaviour.py."""

import base64
import hashlib
import secrets
import time
from typing import Any, NamedTuple

import msgspec

from counterfoil_sandbox.whmcs.records import User

from .behaviour import Behaviour

CODE_LIFETIME = 60.0
_SIGNERS: dict[str, tuple[str, str | int]] = {
    "RS256": ("RSA", 2048),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
}


class Asked(NamedTuple):
    """What the authorization request said."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    max_age: str = ""
    """Seconds for which an older proof would do; "" when any would."""


class Code(NamedTuple):
    asked: Asked
    subject: dict[str, Any]
    expires_at: float


class OpenId:
    def __init__(self) -> None:
        self.behaviour = Behaviour()
        self.asked: list[dict[str, str]] = []
        """Every authorization request, for tests."""
        self._codes: dict[str, Code] = {}
        self._tokens: dict[str, dict[str, Any]] = {}
        self._keys: dict[str, Any] = {}

    def rotate(self) -> None:
        """From now on other keys sign."""
        self._keys.clear()

    def code_for(self, asked: Asked, user: User) -> str:
        code = secrets.token_urlsafe(24)
        self._codes[code] = Code(asked, self._subject(user), time.monotonic() + CODE_LIFETIME)
        return code

    def _subject(self, user: User) -> dict[str, Any]:
        person = self.behaviour.person
        if person is not None:
            return {"sub": person.sub, "email": person.email, "name": person.name}
        return {"sub": f"user-{user.id}", "email": user.email, "name": f"{user.firstname} {user.lastname}"}

    def redeem(self, code: str, verifier: str, redirect_uri: str) -> Code | None:
        """Once, in time, by whoever asked for it; else None."""
        found = self._codes.pop(code, None)
        if found is None or found.expires_at < time.monotonic() or found.asked.redirect_uri != redirect_uri:
            return None
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        return found if found.asked.challenge == challenge else None

    def answer(self, code: Code, issuer: str) -> dict[str, Any]:
        """Of the token endpoint."""
        access_token = secrets.token_urlsafe(24)
        self._tokens[access_token] = code.subject
        answer: dict[str, Any] = {"access_token": access_token, "token_type": "Bearer", "expires_in": 3600}
        kind = self.behaviour.kind
        if kind == "no-id-token":
            return answer
        if kind in {"number-id-token", "garbage-id-token"}:
            return answer | {"id_token": 7 if kind == "number-id-token" else "not.a.token"}
        return answer | {"id_token": self._signed(self._claims(code, issuer, access_token))}

    def userinfo(self, access_token: str) -> dict[str, Any] | None:
        """None for a token that is not ours."""
        subject = self._tokens.get(access_token)
        if subject is None:
            return None
        said = {**subject, "email_verified": True, **self.behaviour.claims}
        kind = self.behaviour.kind
        changes: dict[str, dict[str, Any]] = {
            "other-userinfo-sub": {"sub": "user-2"},
            "no-userinfo-sub": {"sub": None},
            "unverified-email": {"email_verified": False},
            "says-verified": {"email_verified": "true"},
            "silent-about-email": {"email_verified": None},
            "no-email": {"email": None},
        }
        return {name: value for name, value in (said | changes.get(kind, {})).items() if value is not None}

    def _claims(self, code: Code, issuer: str, access_token: str) -> dict[str, Any]:
        """As in WHMCS without an address."""
        now = int(time.time())
        client_id = code.asked.client_id
        half = hashlib.sha512 if self.behaviour.algorithm == "EdDSA" else hashlib.sha256
        digest = half(access_token.encode()).digest()
        claims: dict[str, Any] = {
            "iss": issuer,
            "sub": code.subject["sub"],
            "aud": client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": code.asked.nonce,
            "at_hash": base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("="),
        }
        if code.asked.max_age:
            # Whoever chooses does so anew each time.
            claims["auth_time"] = now
        changes: dict[str, dict[str, Any]] = {
            "no-auth-time": {"auth_time": None},
            "old-auth-time": {"auth_time": now - 3600},
            "missing-nonce": {"nonce": None},
            "wrong-nonce": {"nonce": secrets.token_urlsafe(32)},
            "wrong-audience": {"aud": "another-client"},
            "several-audiences": {"aud": [client_id, "another-client"]},
            "wrong-party": {"azp": "another-client"},
            "wrong-issuer": {"iss": "https://somebody.example"},
            "expired": {"iat": now - 3600, "exp": now - 60},
            "from-the-future": {"iat": now + 3600, "exp": now + 7200},
            "no-sub": {"sub": None},
            "empty-sub": {"sub": ""},
            "number-sub": {"sub": 7},
            "no-exp": {"exp": None},
            "no-iat": {"iat": None},
            "wrong-at-hash": {"at_hash": "A" * 22},
        }
        claims |= changes.get(self.behaviour.kind, {})
        return {name: value for name, value in claims.items() if value is not None} | self.behaviour.claims

    def _signed(self, claims: dict[str, Any]) -> str:
        # Measured: 0.3 s that a sandbox without sign-ins by it need not wait for.
        from joserfc import jws, jwt  # noqa: PLC0415 -- see the line above
        from joserfc.jwk import OctKey  # noqa: PLC0415 -- see the line above

        kind, algorithm = self.behaviour.kind, self.behaviour.algorithm
        key = self._key(algorithm)
        header = {"alg": algorithm, "kid": key.kid}
        if kind == "alg-none":
            return _joined({"alg": "none"}, claims) + "."
        if kind == "hs256":
            secret = OctKey.import_key(base64.urlsafe_b64encode(key.as_pem(private=False)).decode())
            return jwt.encode({"alg": "HS256", "kid": key.kid}, claims, secret)
        if kind in {"bad-signature", "unknown-key"}:
            key = _new_key(algorithm)
            header |= {"kid": key.kid} if kind == "unknown-key" else {}
        return jwt.encode(header, claims, key, registry=jws.JWSRegistry(algorithms=[algorithm]))

    def published(self) -> dict[str, Any]:
        """The key set: of each algorithm one."""
        return {"keys": [self._key(each).as_dict(private=False, use="sig", alg=each) for each in _SIGNERS]}

    def _key(self, algorithm: str) -> Any:
        if algorithm not in self._keys:
            self._keys[algorithm] = _new_key(algorithm)
        return self._keys[algorithm]


def _new_key(algorithm: str) -> Any:
    # Measured: as above.
    from joserfc.jwk import JWKRegistry  # noqa: PLC0415 -- see the line above

    key_type, size = _SIGNERS[algorithm]
    return JWKRegistry.generate_key(key_type, size, auto_kid=True)


def _joined(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = [base64.urlsafe_b64encode(msgspec.json.encode(part)).decode().rstrip("=") for part in (header, claims)]
    return ".".join(parts)

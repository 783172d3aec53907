"""What an id_token proves: who signed it, for whom, when, in answer to which sign-in. Nothing here asks anybody.

https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

import base64
import binascii
import warnings
from collections.abc import Mapping
from typing import Any

import msgspec
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError, SecurityWarning
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from msgspec import Struct

from counterfoil.web.sign_in.openid.discovery import ALGORITHMS, Provider

LEEWAY = 120
"""Seconds by which the provider's clock may be ahead of ours. That its time is over counts to the second."""
LONGEST = 64 * 1024
LONGEST_SUBJECT = 255
"""Characters (OpenID Connect Core 2)."""


class NotProven(Exception):
    """`args` say why, for the log. No claim stands there."""


class UnknownKey(NotProven):
    """None of the keys made the signature; there may be newer ones."""


class Expected(Struct, frozen=True):
    """What this sign-in was begun with."""

    client_id: str
    nonce: str
    requires_nonce: bool
    proof_since: float | None = None
    """Unix seconds. The person was sent to prove anew who they are, and must have done so since."""
    requires_auth_time: bool = True


class _Typed(Struct):
    """The claims that are compared, each of the one type in which it means something."""

    iss: str
    sub: str
    aud: str | list[str]
    exp: int | float
    iat: int | float
    nbf: int | float | None = None
    nonce: str | None = None
    azp: str | None = None
    at_hash: str | None = None


def proven_claims(
    id_token: object, provider: Provider, expected: Expected, access_token: str, now: float
) -> dict[str, Any]:
    """The claims, when all of it holds. Raises NotProven; UnknownKey."""
    if not isinstance(id_token, str) or not id_token:
        # Authlib goes on quietly without one.
        raise NotProven("no id_token")
    if len(id_token) > LONGEST:
        raise NotProven("too long an id_token")
    token = _verified(id_token, provider)
    try:
        typed = msgspec.convert(token.claims, _Typed)
    except msgspec.ValidationError:
        raise NotProven("claims are missing or of another type") from None
    if not 0 < len(typed.sub) <= LONGEST_SUBJECT or not typed.sub.isprintable():
        raise NotProven("no subject")
    if typed.exp <= now:
        raise NotProven("expired")
    if typed.nonce is None and not expected.requires_nonce:
        expected = msgspec.structs.replace(expected, nonce="")
    claims = CodeIDToken(
        token.claims,
        token.header,
        {
            "iss": {"essential": True, "value": provider.metadata.issuer},
            "aud": {"essential": True, "value": expected.client_id},
        },
        {"client_id": expected.client_id, "nonce": expected.nonce, "access_token": access_token},
    )
    try:
        claims.validate(now=int(now), leeway=LEEWAY)
    except JoseError as error:
        raise NotProven(str(getattr(error, "claim", "")) or error.error) from None
    _check_proof(auth_time_of(token.claims), expected, now)
    return dict(token.claims)


def auth_time_of(claims: Mapping[str, Any]) -> float | None:
    """When the person proved to the provider who they are, in Unix seconds. None: it does not say."""
    said = claims.get("auth_time")
    return said if isinstance(said, int | float) and not isinstance(said, bool) else None


def _check_proof(auth_time: float | None, expected: Expected, now: float) -> None:
    """OpenID Connect Core 3.1.2.1: who is asked with max_age must say when, and Authlib does not compare it."""
    if auth_time is None:
        if expected.proof_since is not None and expected.requires_auth_time:
            raise NotProven("auth_time is missing")
    elif not (expected.proof_since or 0.0) - LEEWAY <= auth_time <= now + LEEWAY:
        raise NotProven("auth_time")


def _verified(id_token: str, provider: Provider) -> jwt.Token:
    algorithm, kid = _header(id_token)
    if algorithm not in provider.metadata.algorithms:
        raise NotProven("an algorithm that is not taken")
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    for key in _candidates(provider.keys, ALGORITHMS[algorithm], kid):
        try:
            with warnings.catch_warnings():
                # EdDSA is called outdated for naming two curves at once; the key names its one.
                warnings.simplefilter("ignore", SecurityWarning)
                return jwt.decode(id_token, key, registry=registry)
        except BadSignatureError:
            continue
        except (JoseError, ValueError, TypeError):
            raise NotProven("an id_token that cannot be read") from None
    raise UnknownKey("no key made the signature")


def _candidates(keys: tuple[Key, ...], key_type: str, kid: str | None) -> list[Key]:
    """A key without a name may be any."""
    return [key for key in keys if key.key_type == key_type and (kid is None or key.kid in {None, kid})]


def _header(id_token: str) -> tuple[str, str | None]:
    """The algorithm and the key's name, before anything is proven: they only choose what is tried."""
    head = id_token.partition(".")[0]
    try:
        header = msgspec.json.decode(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        algorithm, kid = header["alg"], header.get("kid")
    except (binascii.Error, ValueError, RecursionError, TypeError, KeyError, AttributeError):
        raise NotProven("an id_token that cannot be read") from None
    if not isinstance(algorithm, str) or not isinstance(kid, str | None):
        raise NotProven("an id_token that cannot be read")
    return algorithm, kid

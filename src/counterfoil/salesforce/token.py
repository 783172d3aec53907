"""Signing in to Salesforce: OAuth 2.0 JWT bearer flow, one sign-in for all who wait. Nothing of it is ever logged."""

import asyncio
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec
import structlog
from msgspec import Struct

from counterfoil.errors import CrmUnavailable
from counterfoil.salesforce.failures import sign_in_hint
from counterfoil.salesforce.key import private_key_in
from counterfoil.urls import is_loopback, origin

_log = structlog.get_logger(__name__)

LIFETIME = 150
"""Seconds for which the signed request is valid; Salesforce takes at most three minutes."""

_OWN_HOSTS = (".salesforce.com", ".force.com", ".salesforce.mil", ".cloudforce.com")


class Token(Struct, frozen=True):
    access_token: str
    instance_url: str


class _Error(Struct):
    error: str = ""
    error_description: str = ""


class SignIn:
    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        url: str,
        client_id: str,
        username: str,
        private_key: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`private_key` in PEM, as the file is: key.py takes the key out of it."""
        self._http = http
        self._url = url
        self._client_id, self._username = client_id, username
        self._private_key = private_key_in(private_key)
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self.count = 0
        self.hint = ""
        """What to do about the last refusal."""

    async def token(self, refused: Token | None = None) -> Token:
        """The one in use, or a new one if that one was `refused`. Raises CrmUnavailable."""
        if self._token is not None and self._token is not refused:
            return self._token
        async with self._lock:
            # Whoever waited finds that somebody else has signed in.
            if self._token is None or self._token is refused:
                self._token = await self._sign_in()
            return self._token

    def forget(self, refused: Token) -> None:
        """Whoever calls next signs in anew."""
        if self._token is refused:
            self._token = None

    async def _sign_in(self) -> Token:
        self.count += 1
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": self._assertion()}
        try:
            answer = await self._http.post(f"{self._url}/services/oauth2/token", data=form)
        except httpx2.TransportError as error:
            raise CrmUnavailable("sign-in", type(error).__name__) from None
        if answer.status_code in {400, 401, 403}:
            # Wrong for every order alike, so none of them stops for it.
            reason, hint = _reason(answer)
            _log.error("Salesforce refuses the sign-in", reason=reason, hint=hint)
            self.hint = hint
            raise CrmUnavailable("sign-in", reason)
        try:
            token = msgspec.json.decode(answer.content, type=Token)
        except msgspec.DecodeError:
            raise CrmUnavailable("sign-in", f"HTTP {answer.status_code} without a token") from None
        _check_host(token.instance_url, self._url)
        _log.info("signed in to Salesforce", host=urlsplit(token.instance_url).hostname)
        return token

    def _assertion(self) -> str:
        # Measured: 25 MB and 0.26 s that a portal without Salesforce does not need.
        from joserfc import jwt  # noqa: PLC0415 -- see the line above
        from joserfc.jwk import RSAKey  # noqa: PLC0415 -- see the line above

        claims: dict[str, Any] = {
            "iss": self._client_id,
            "sub": self._username,
            "aud": audience(self._url),
            "exp": int(self._clock()) + LIFETIME,
        }
        return jwt.encode({"alg": "RS256"}, claims, RSAKey.import_key(self._private_key))


def audience(url: str) -> str:
    """Whom the signed request is for: the login host or the test host, whatever the org's own address is."""
    host = urlsplit(url).hostname or ""
    if not host.endswith(_OWN_HOSTS):
        return origin(urlsplit(url))
    is_test = host == "test.salesforce.com" or ".sandbox." in host or ".scratch." in host
    return "https://test.salesforce.com" if is_test else "https://login.salesforce.com"


def _check_host(instance_url: str, url: str) -> None:
    """The token goes to whatever host the answer names, so that host must be Salesforce's."""
    named, own = urlsplit(instance_url), urlsplit(url)
    host, scheme = named.hostname or "", named.scheme
    both_here = is_loopback(host) and is_loopback(own.hostname or "")
    is_theirs = host == own.hostname or (host.endswith(_OWN_HOSTS) and (own.hostname or "").endswith(_OWN_HOSTS))
    if not (both_here or (is_theirs and scheme == own.scheme)):
        raise CrmUnavailable("sign-in", "the instance is not on Salesforce's own hosts")


def _reason(answer: httpx2.Response) -> tuple[str, str]:
    """The error's name, and what to do. The description decides about that, and is not carried further."""
    try:
        error = msgspec.json.decode(answer.content, type=_Error)
    except msgspec.DecodeError:
        error = _Error()
    return error.error[:60] or f"HTTP_{answer.status_code}", sign_in_hint(error.error, error.error_description)

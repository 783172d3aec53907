"""What the provider says of itself: its endpoints and its keys, checked, and read again every few minutes."""

import asyncio
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, RSAKey
from msgspec import Struct

from counterfoil.accounts.vouching import ProviderUnavailable
from counterfoil.settings import Settings
from counterfoil.urls import is_loopback
from counterfoil.web.sign_in.openid.connection import ProviderConnection

LIFETIME = 600.0
"""Seconds for which metadata and keys are believed."""
KEYS_AGAIN = 5.0
"""Seconds after which keys are read again for a signature that none of them made: they may have been replaced."""
FAILURE_LIFETIME = 2.0
"""Seconds for which a provider that failed is not asked again: whoever waits with others fails with them."""
MOST_KEYS = 32
ALGORITHMS = {"RS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
"""Those that are taken, with the type of their keys: never none, never one with a shared secret."""
SMALLEST_RSA = 2048
SANDBOX_MARK = "counterfoil_sandbox"


class Metadata(Struct, frozen=True):
    """See https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata ."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] | None = None
    id_token_signing_alg_values_supported: list[str] | None = None
    response_types_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool | None = None
    counterfoil_sandbox: bool = False
    """Our stand-in lets anybody in as anybody, and says so."""

    @property
    def algorithms(self) -> list[str]:
        offered = self.id_token_signing_alg_values_supported or ["RS256"]
        return [each for each in ALGORITHMS if each in offered]


class Provider(Struct, frozen=True):
    metadata: Metadata
    keys: tuple[Key, ...]
    read_at: float


class Discovery:
    """`current()` is one read for all who wait."""

    def __init__(
        self, connection: ProviderConnection, settings: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._clock = clock
        self._lock = asyncio.Lock()
        self._known: Provider | None = None
        self._failure: tuple[float, ProviderUnavailable] | None = None

    async def current(self, *, newer_than: float | None = None) -> Provider:
        """`newer_than`: the time of one whose keys did not do. Raises ProviderUnavailable."""
        if (known := self._usable(newer_than)) is not None:
            return known
        async with self._lock:
            if (known := self._usable(newer_than)) is not None:
                return known
            if self._failure is not None and self._clock() - self._failure[0] < FAILURE_LIFETIME:
                raise ProviderUnavailable(*self._failure[1].args)
            try:
                self._known = await self._read()
            except ProviderUnavailable as error:
                self._failure = (self._clock(), error)
                raise
            return self._known

    def _usable(self, newer_than: float | None) -> Provider | None:
        known = self._known
        if known is None or self._clock() - known.read_at > LIFETIME:
            return None
        if newer_than is None or known.read_at > newer_than or self._clock() - known.read_at < KEYS_AGAIN:
            return known
        return None

    async def _read(self) -> Provider:
        read_at = self._clock()
        said = await self._connection.get(discovery_url(self._settings))
        try:
            metadata = msgspec.convert(said, Metadata)
        except msgspec.ValidationError:
            raise ProviderUnavailable("metadata that is not to be understood") from None
        if problem := problem_of(metadata, self._settings):
            raise ProviderUnavailable(problem)
        return Provider(metadata, _keys(await self._connection.get(metadata.jwks_uri)), read_at)


def discovery_url(settings: Settings) -> str:
    return settings.oidc_discovery_url or settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration"


def problem_of(metadata: Metadata, settings: Settings) -> str:
    """Why this provider is not taken; empty when it is."""
    if metadata.issuer != settings.oidc_issuer:
        return f"its metadata is of the issuer {metadata.issuer[:200]}, not of OIDC_ISSUER"
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint"):
        url = getattr(metadata, name)
        if url and not is_allowed(url, settings):
            return f"its {name} is on a host that OIDC_ALLOWED_HOSTS does not name, or not https"
    if not metadata.algorithms:
        return f"it signs with none of {', '.join(ALGORITHMS)}"
    if metadata.response_types_supported and "code" not in metadata.response_types_supported:
        return "it has no authorization code flow"
    hosts = [settings.base_url, settings.oidc_issuer]
    if metadata.counterfoil_sandbox and not all(is_loopback(urlsplit(url).hostname or "") for url in hosts):
        return "it is the sandbox's provider, which lets anybody in, and not everything is on loopback"
    return ""


def is_allowed(url: str, settings: Settings) -> bool:
    """Whether an endpoint may be asked: encrypted, and on a host that the operator named, or on the issuer's."""
    try:
        parts = urlsplit(url)
        host, place = (parts.hostname or "").lower(), _place(parts)
    except ValueError:
        return False
    if not host or parts.username is not None or "\\" in url or parts.fragment:
        return False
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        return False
    named = [each.lower() for each in settings.oidc_allowed_hosts]
    if named:
        return host in named or place in named
    return place == _place(urlsplit(settings.oidc_issuer))


def _place(parts: SplitResult) -> str:
    port = parts.port or {"http": 80}.get(parts.scheme, 443)
    return f"{(parts.hostname or '').lower()}:{port}"


def _keys(said: dict[str, Any]) -> tuple[Key, ...]:
    """Public keys for signatures that are taken. What cannot be understood, and shared secrets, are passed over."""
    rows = said.get("keys")
    found = [_key(row) for row in rows[:MOST_KEYS] if isinstance(row, dict)] if isinstance(rows, list) else []
    keys = tuple(key for key in found if key is not None)
    if not keys:
        raise ProviderUnavailable("no key that could be used")
    return keys


def _key(row: dict[str, Any]) -> Key | None:
    if row.get("kty") not in ALGORITHMS.values() or row.get("use", "sig") != "sig":
        return None
    try:
        key = JWKRegistry.import_key(row)
        is_weak = isinstance(key, RSAKey) and key.public_key.key_size < SMALLEST_RSA
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None if is_weak else key

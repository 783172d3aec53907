"""The provider as the rest of the portal knows it: where to send a person, who came back, where they sign out."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from authlib.integrations.httpx_client import AsyncOAuth2Client

from counterfoil.accounts.vouching import IdentityNotProven, ProviderUnavailable, Vouched
from counterfoil.settings import Settings
from counterfoil.urls import origin
from counterfoil.web.sign_in.openid.claims import email_of, has_claim, name_of
from counterfoil.web.sign_in.openid.connection import TIMEOUT, CodeRefused, ProviderConnection
from counterfoil.web.sign_in.openid.discovery import Discovery, Metadata, Provider
from counterfoil.web.sign_in.openid.id_token import Expected, NotProven, UnknownKey, auth_time_of, proven_claims

_log = structlog.get_logger(__name__)

SCOPE = "openid profile email"
CALLBACK = "/sign-in/callback"
_WHMCS_DISCOVERY = "/oauth/openid-configuration.php"


class OpenIdProvider:
    """Owns its connections: `close()` it."""

    def __init__(self, settings: Settings, *, now: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._connection = ProviderConnection()
        self.discovery = Discovery(self._connection, settings)
        self._now = now

    @property
    def redirect_uri(self) -> str:
        """To be registered at the provider, letter for letter."""
        return self._settings.base_url + CALLBACK

    async def authorization_url(self, state: str, nonce: str, verifier: str, *, afresh: bool = False) -> str:
        """`afresh`: the person is to prove anew who they are. Raises ProviderUnavailable."""
        async with _in_time():
            provider = await self.discovery.current()
        extra: dict[str, Any] = {"prompt": "login", "max_age": 0} if afresh else {}
        url, _ = self._client(provider.metadata).create_authorization_url(
            provider.metadata.authorization_endpoint, state=state, nonce=nonce, code_verifier=verifier, **extra
        )
        return str(url)

    async def identify(
        self, code: str, nonce: str, verifier: str, issuer: str, *, proof_since: float | None = None
    ) -> Vouched:
        """Who came back with `code`. `issuer`: as the address of the way back named it, or "" (RFC 9207).
        `proof_since`: they were sent `afresh` at that moment.

        Raises IdentityNotProven, ProviderUnavailable.
        """
        about = self._settings
        expected = Expected(
            about.oidc_client_id, nonce, about.oidc_require_nonce, proof_since, about.oidc_require_auth_time
        )
        try:
            async with _in_time():
                return await self._identified(code, verifier, issuer, expected)
        except CodeRefused:
            _log.warning("sign-in not proven", reason="the provider does not take the code")
            raise IdentityNotProven from None
        except NotProven as error:
            _log.warning("sign-in not proven", reason=str(error))
            raise IdentityNotProven from None

    async def _identified(self, code: str, verifier: str, issuer: str, expected: Expected) -> Vouched:
        provider = await self.discovery.current()
        metadata = provider.metadata
        if (issuer or metadata.authorization_response_iss_parameter_supported) and issuer != metadata.issuer:
            raise NotProven("the way back names another issuer")
        form = {"code": code, "code_verifier": verifier, "redirect_uri": self.redirect_uri}
        answer = await self._connection.token(self._client(metadata), metadata.token_endpoint, form)
        access_token = answer.get("access_token")
        access_token = access_token if isinstance(access_token, str) else ""
        claims = await self._proven(answer.get("id_token"), provider, expected, access_token)
        userinfo = await self._userinfo(metadata, access_token, claims["sub"])
        # Sent afresh, and let through without a time: then it is the provider's word that they did.
        proven_at = auth_time_of(claims)
        return self._vouched(claims, userinfo, expected.proof_since if proven_at is None else proven_at)

    async def _proven(
        self, id_token: object, provider: Provider, expected: Expected, access_token: str
    ) -> dict[str, Any]:
        try:
            return proven_claims(id_token, provider, expected, access_token, self._now())
        except UnknownKey:
            newer = await self.discovery.current(newer_than=provider.read_at)
            if newer is provider:
                raise
            return proven_claims(id_token, newer, expected, access_token, self._now())

    async def _userinfo(self, metadata: Metadata, access_token: str, subject: str) -> dict[str, Any]:
        if not metadata.userinfo_endpoint or not access_token:
            return {}
        said = await self._connection.get(metadata.userinfo_endpoint, access_token)
        if said.get("sub") != subject:
            raise NotProven("userinfo is about somebody else")
        return said

    def _vouched(self, claims: dict[str, Any], userinfo: dict[str, Any], proven_at: float | None) -> Vouched:
        email, is_verified = email_of(userinfo, claims, trusts_all=self.is_whmcs)
        claim, value = self._settings.oidc_staff_claim, self._settings.oidc_staff_value
        return Vouched(
            issuer=self._settings.oidc_issuer,
            subject=claims["sub"],
            email=email if is_verified else "",
            name=name_of(userinfo) or name_of(claims),
            is_staff=bool(claim) and (has_claim(claims, claim, value) or has_claim(userinfo, claim, value)),
            proven_at=proven_at,
        )

    @property
    def is_whmcs(self) -> bool:
        """Its addresses are those by which WHMCS itself lets people in, whether or not it calls them verified."""
        issuer = origin(urlsplit(self._settings.oidc_issuer))
        own = {origin(urlsplit(self._settings.whmcs_url)), self._settings.whmcs_origin}
        return issuer in own or self._settings.oidc_discovery_url.endswith(_WHMCS_DISCOVERY)

    async def knows_us(self) -> bool:
        """Whether the provider refuses a code that it never gave, and not the portal. Raises ProviderUnavailable."""
        metadata = (await self.discovery.current()).metadata
        form = {"code": "counterfoil-doctor", "code_verifier": "v" * 43, "redirect_uri": self.redirect_uri}
        try:
            await self._connection.token(self._client(metadata), metadata.token_endpoint, form)
        except CodeRefused:
            return True
        return False

    async def sign_out_url(self, back: str, state: str) -> str:
        """Where the person signs out of the provider too; "" when it has no such place, or does not answer.

        https://openid.net/specs/openid-connect-rpinitiated-1_0.html
        """
        try:
            async with _in_time():
                endpoint = (await self.discovery.current()).metadata.end_session_endpoint
        except ProviderUnavailable:
            return ""
        if not endpoint:
            return ""
        query = {"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back, "state": state}
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def _client(self, metadata: Metadata) -> AsyncOAuth2Client:
        return self._connection.client(
            client_id=self._settings.oidc_client_id,
            client_secret=self._settings.oidc_client_secret,
            token_endpoint_auth_method=auth_method(metadata, self._settings),
            redirect_uri=self.redirect_uri,
            scope=SCOPE,
            code_challenge_method="S256",
        )

    async def close(self) -> None:
        await self._connection.close()


def auth_method(metadata: Metadata, settings: Settings) -> str:
    """How the portal proves itself to the token endpoint; Basic where the provider does not say."""
    if not settings.oidc_client_secret:
        return "none"
    offered = metadata.token_endpoint_auth_methods_supported or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(TIMEOUT):
            yield
    except TimeoutError:
        raise _noted(ProviderUnavailable("timeout")) from None
    except ProviderUnavailable as error:
        raise _noted(error) from None


def _noted(error: ProviderUnavailable) -> ProviderUnavailable:
    """For the operator, who may have to act."""
    _log.warning("the OpenID Connect provider did not do its part", reason=str(error.args[0]))
    return error

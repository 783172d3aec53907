"""Signing in by the OpenID Connect provider: setting out for it, and coming back. What its answer proves: openid/."""

import time
from collections.abc import Mapping
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import urlsplit

import structlog
from litestar.datastructures import Cookie

from counterfoil.accounts.vouching import ProviderUnavailable, SignInCancelled, SignInNotBegun
from counterfoil.errors import NotFound, RateLimited
from counterfoil.settings import Settings
from counterfoil.urls import is_loopback, origin
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.services import IdentityProvider, Services
from counterfoil.web.sign_in.openid import flow
from counterfoil.web.sign_in.outcomes import admitted, noting_refusal
from counterfoil.web.sign_in.sessions import session_cookie

_log = structlog.get_logger(__name__)

SIGNED_OUT = "signed-out"
_LONGEST = 2048
"""Characters of what the provider may send back in an address."""
_CANCELLED = {
    "access_denied",
    "login_required",
    "interaction_required",
    "consent_required",
    "account_selection_required",
}
"""Errors that say no more than that the person did not go on."""


class Return(NamedTuple):
    """Of somebody who came back and is signed in now."""

    next: str
    cookies: list[Cookie]


async def set_out(
    request: AnyRequest, services: Services, next_address: str, *, afresh: bool = False
) -> tuple[str, Cookie]:
    """Where to send the browser, and the cookie with which it comes back. Raises NotFound, ProviderUnavailable."""
    provider, settings = _provider(services), services.settings
    begun, cookie = flow.begin(settings.secret_key, next_address, time.time(), afresh=afresh)
    async with noting_refusal(request, services):
        url = await provider.authorization_url(begun.state, begun.nonce, begun.verifier, afresh=afresh)
    return url, _flow_cookie(settings, cookie, flow.LIFETIME)


async def come_back(request: AnyRequest, services: Services) -> Return:
    """Raises NotFound, SignInNotBegun, SignInCancelled, IdentityNotProven, ProviderUnavailable, RateLimited,
    NoBillingUser, EmailNotVerified, BillingUnavailable.
    """
    provider = _provider(services)
    where = context_of(request.scope).address
    async with noting_refusal(request, services), services.limits.failures(("sign_in_address", where)):
        query = {name: request.query_params.get(name, "")[:_LONGEST] for name in ("state", "code", "iss", "error")}
        begun = await _begun(request, services, query["state"])
        code = _code(query)
        said = await provider.identify(code, begun.nonce, begun.verifier, query["iss"], proof_since=begun.proof_since)
        account = await services.sign_in.with_provider(said)
    session = session_cookie(services.settings, await admitted(request, services, account, said.proven_at))
    return Return(begun.next, [session, forget_flow(services.settings)])


async def _begun(request: AnyRequest, services: Services, state: str) -> flow.Flow:
    """What this browser set out with, once: whoever has copied the way back finds it used."""
    cookie = request.cookies.get(_cookie_name(services.settings), "")
    begun = flow.read(services.settings.secret_key, cookie, time.time())
    if begun is None or not flow.is_same(begun.state, state):
        raise SignInNotBegun
    try:
        await services.limits.hit("sign_in_return", blake2b(state.encode(), digest_size=16).hexdigest())
    except RateLimited:
        raise SignInNotBegun from None
    return begun


def _code(query: Mapping[str, str]) -> str:
    if error := query["error"]:
        if error in _CANCELLED:
            raise SignInCancelled
        name = error if error.isascii() and error.isidentifier() else "an error"
        _log.error("the OpenID Connect provider sends people back", error=name[:40])
        raise ProviderUnavailable("the provider sends people back with an error")
    if not query["code"]:
        raise ProviderUnavailable("the provider sends people back without a code")
    return query["code"]


async def provider_sign_out(services: Services) -> str:
    """Where to sign out of the provider as well; "" when there is no such place."""
    if services.provider is None:
        return ""
    return await services.provider.sign_out_url(f"{services.settings.base_url}/sign-in", SIGNED_OUT)


def is_by_another_name(request: AnyRequest, services: Services) -> bool:
    """Whether the portal is asked as localhost and sent back to as 127.0.0.1, or the like: the provider sends people
    back to BASE_URL, where the cookie of another name would be missing.
    """
    base, host = urlsplit(services.settings.base_url), context_of(request.scope).headers.get(b"host", b"")
    return services.provider is not None and is_loopback(base.hostname or "") and host != base.netloc.encode()


def form_targets(settings: Settings) -> list[str]:
    """Origins to which signing out may lead: a browser that minds form-action would stop on the way."""
    if not settings.oidc_issuer:
        return []
    issuer = urlsplit(settings.oidc_issuer)
    hosts = [f"{issuer.scheme}://{host}" for host in settings.oidc_allowed_hosts]
    return list(dict.fromkeys([origin(issuer), *hosts]))


def _provider(services: Services) -> IdentityProvider:
    if services.provider is None:
        raise NotFound
    return services.provider


def forget_flow(settings: Settings) -> Cookie:
    return _flow_cookie(settings, "", 0)


def _cookie_name(settings: Settings) -> str:
    return "__Host-counterfoil_sign_in" if settings.is_https else "counterfoil_sign_in"


def _flow_cookie(settings: Settings, value: str, max_age: int) -> Cookie:
    return Cookie(
        key=_cookie_name(settings),
        value=value,
        path="/",
        max_age=max_age,
        secure=settings.is_https,
        httponly=True,
        # Lax: coming back is a navigation from the provider's site.
        samesite="lax",
    )

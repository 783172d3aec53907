"""The doctor's look at the OpenID Connect provider: what it says of itself, and whether it knows this portal."""

from collections.abc import AsyncIterator

from counterfoil.accounts.vouching import ProviderUnavailable
from counterfoil.cli.findings import Finding, fail, ok, warn
from counterfoil.settings import Settings
from counterfoil.web.sign_in.openid.discovery import Metadata, discovery_url
from counterfoil.web.sign_in.openid.provider import OpenIdProvider, auth_method

_GUIDE = "docs/sign-in.md has each setting, and WHMCS's ways."


async def provider_findings(settings: Settings) -> AsyncIterator[Finding]:
    provider = OpenIdProvider(settings)
    try:
        said = await provider.discovery.current()
        metadata = said.metadata
        keys = f"{len(said.keys)} key{'s' if len(said.keys) > 1 else ''}"
        yield ok(
            "sign-in provider", f"is {metadata.issuer}, with {keys}, and signs with {', '.join(metadata.algorithms)}"
        )
        yield await _credentials(provider, metadata, settings)
        for finding in _offers(metadata):
            yield finding
    except ProviderUnavailable as error:
        yield fail(
            "sign-in provider", f"cannot be used: {error.args[0]}", f"Asked: {discovery_url(settings)}. {_GUIDE}"
        )
    finally:
        await provider.close()
    yield ok("sign-in redirect", f"to be registered at the provider, letter for letter: {provider.redirect_uri}")
    if settings.oidc_require_nonce and provider.is_whmcs:
        advice = "if the log says that it is missing, as of some versions of WHMCS: OIDC_REQUIRE_NONCE=false"
        yield ok("sign-in nonce", f"required; {advice}")
    if settings.oidc_require_auth_time and provider.is_whmcs:
        advice = "if the log says that it is missing where people sign in again: OIDC_REQUIRE_AUTH_TIME=false"
        yield ok("sign-in auth_time", f"required; {advice}")


async def _credentials(provider: OpenIdProvider, metadata: Metadata, settings: Settings) -> Finding:
    """By a code that cannot be: a provider that knows the portal says so of the code, not of the portal."""
    method = auth_method(metadata, settings)
    try:
        is_known = await provider.knows_us()
    except ProviderUnavailable as error:
        advice = "Are OIDC_CLIENT_ID and OIDC_CLIENT_SECRET those of this provider?"
        return fail("sign-in credentials", f"are not taken ({method}): {error.args[0]}", advice)
    return ok("sign-in credentials", f"taken ({method})") if is_known else _odd()


def _odd() -> Finding:
    return fail("sign-in credentials", "the provider takes a code that it never gave out", "Do not use this provider.")


def _offers(metadata: Metadata) -> list[Finding]:
    if not metadata.userinfo_endpoint:
        advice = "Its id_token must then hold email and email_verified."
        return [warn("sign-in userinfo", "the provider has no userinfo endpoint", advice)]
    leaving = (
        "signs people out as well"
        if metadata.end_session_endpoint
        else "goes on with its own session after signing out"
    )
    return [ok("sign-in userinfo", "there"), ok("sign-in sign-out", f"the provider {leaving}")]

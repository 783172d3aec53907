"""The doctor's look at how people sign in: the OpenID Connect provider, or WHMCS's passwords."""

from collections.abc import AsyncIterator

from counterfoil.cli.findings import Finding, ok
from counterfoil.settings import Settings

_PASSWORDS = (
    "by the e-mail address and password that WHMCS knows. People with two-factor authentication cannot, and are sent "
    "to WHMCS: OpenID Connect, for which WHMCS itself can be the provider, lets them in here (docs/sign-in.md)"
)


async def sign_in(settings: Settings) -> AsyncIterator[Finding]:
    if not settings.oidc_issuer:
        yield ok("sign-in", _PASSWORDS)
        return
    # Measured: 0.4 s that a doctor without a provider need not wait for.
    from counterfoil.cli.openid_checks import provider_findings  # noqa: PLC0415 -- see the line above

    async for finding in provider_findings(settings):
        yield finding

"""The pages of signing in, as the tests of the templates show them."""

from counterfoil import errors
from counterfoil.accounts.vouching import IdentityNotProven, ProviderUnavailable
from counterfoil.web.views.shell import Shell, View
from counterfoil.web.views.sign_in import SignInPage, TwoFactorPage
from tests.web.views.texts import ENDLESS, HOSTILE

_NOBODY = Shell("en")
_WAYS = {"reset_url": "https://billing.example.com/reset?a=1&b=2", "register_url": "/register"}
_PROVIDER = {"provider_href": "/sign-in/start?next=/", "provider_name": HOSTILE}

SIGN_IN_PAGES: dict[str, tuple[View, Shell]] = {
    "sign-in": (SignInPage(next="/invoices", **_WAYS), _NOBODY),
    "sign-in-failed": (
        SignInPage(email=HOSTILE, error=errors.SignInFailed(), reference="0123456789", **_WAYS),
        _NOBODY,
    ),
    "locked-out": (SignInPage(email="ada@example.com", error=errors.RateLimited(840), **_WAYS), _NOBODY),
    "signed-out": (SignInPage(is_signed_out=True), _NOBODY),
    "expired": (SignInPage(has_expired=True), _NOBODY),
    "provider": (SignInPage(**_PROVIDER), _NOBODY),
    "provider-off": (SignInPage(error=ProviderUnavailable("off"), reference="0123456789", **_PROVIDER), _NOBODY),
    "provider-lies": (SignInPage(error=IdentityNotProven(), provider_href="/sign-in/start?next=/"), _NOBODY),
    "provider-long": (SignInPage(provider_href="/sign-in/start", provider_name=ENDLESS), _NOBODY),
    "two-factor": (TwoFactorPage("https://billing.example.com/clientarea.php", "/invoices?view=paid&q=1"), _NOBODY),
}

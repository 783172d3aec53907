"""What the templates of signing in and of switching between accounts get."""

from typing import ClassVar
from urllib.parse import quote

from msgspec import Struct

from counterfoil.errors import CounterfoilError, RateLimited
from counterfoil.settings import Settings
from counterfoil.web.http.http_errors import UnderMaintenance
from counterfoil.web.views.shell import View

_WHMCS_RESET, _WHMCS_HOME = "/index.php?rp=/password/reset", "/clientarea.php"


class SignInPage(View, frozen=True):
    template: ClassVar[str] = "sign_in.html"

    next: str = ""
    """Where to go afterwards; the handler has checked it."""
    email: str = ""
    error: CounterfoilError | None = None
    """What refused the sign-in; RateLimited or an Unavailable, too."""
    is_signed_out: bool = False
    has_expired: bool = False
    provider_href: str = ""
    """Where the way to the identity provider begins; "" where WHMCS checks passwords."""
    provider_name: str = ""
    reset_url: str = ""
    register_url: str = ""
    reference: str = ""
    """Of the request, for whoever asks for help."""

    @property
    def has_error(self) -> bool:
        return self.error is not None

    @property
    def wait_minutes(self) -> int:
        """Until somebody who is locked out may try again; 0 for anybody else."""
        return -(-self.error.retry_after // 60) if isinstance(self.error, RateLimited) else 0

    @property
    def words(self) -> str:
        """The operator's own, under maintenance; shown as they are. The form is for staff."""
        return self.error.words if isinstance(self.error, UnderMaintenance) else ""


def sign_in_page(
    settings: Settings,
    next_address: str,
    *,
    email: str = "",
    error: CounterfoilError | None = None,
    reference: str = "",
    is_signed_out: bool = False,
    has_expired: bool = False,
) -> SignInPage:
    is_provider = bool(settings.oidc_issuer)
    return SignInPage(
        next=next_address,
        email=email,
        error=error,
        is_signed_out=is_signed_out,
        has_expired=has_expired,
        provider_href=f"/sign-in/start?next={quote(next_address, safe='/')}" if is_provider else "",
        provider_name=settings.oidc_name,
        reset_url=_reset_url(settings),
        register_url=settings.register_url,
        reference=reference,
    )


def _reset_url(settings: Settings) -> str:
    """A page that says the same to every address. Of another provider's passwords WHMCS knows nothing."""
    if settings.password_reset_url or settings.oidc_issuer:
        return settings.password_reset_url
    return settings.pages_url + _WHMCS_RESET


class TwoFactorPage(View, frozen=True):
    """For people whom WHMCS asks for a second factor, which a password alone must not pass by."""

    template: ClassVar[str] = "two_factor.html"

    billing_url: str
    next: str = "/"


def two_factor_page(settings: Settings, next_address: str) -> TwoFactorPage:
    return TwoFactorPage(settings.pages_url + _WHMCS_HOME, next_address)


class ClientChoice(Struct, frozen=True):
    """`rights`: message ids, by the menu's names."""

    client_id: int
    name: str
    rights: tuple[str, ...] = ()
    has_all_rights: bool = False


class SwitchClient(View, frozen=True):
    """`current` is the client id in use, `next` where to go afterwards."""

    template: ClassVar[str] = "switch_client.html"

    clients: tuple[ClientChoice, ...]
    current: int | None
    closed: tuple[int, ...] = ()
    next: str = "/"

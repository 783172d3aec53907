"""What the templates of signing in and of switching between accounts get."""

from typing import ClassVar

from msgspec import Struct

from counterfoil.errors import CounterfoilError
from counterfoil.web.views.shell import View


class SignInPage(View, frozen=True):
    template: ClassVar[str] = "sign_in.html"

    next: str = ""
    """Where to go afterwards; the handler has checked it."""
    email: str = ""
    error: CounterfoilError | None = None
    """SignInFailed, TwoFactorRequired, RateLimited or an Unavailable."""
    is_signed_out: bool = False
    has_expired: bool = False
    billing_url: str = ""
    """WHMCS, for people who have to sign in there."""


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

"""What the template gets when the way to WHMCS leads to its own sign-in."""

from typing import ClassVar

from counterfoil.web.views.shell import View


class SsoRefused(View, frozen=True):
    """WHMCS signs nobody in by link here: `billing_url` is its plain page, `back_href` ours."""

    template: ClassVar[str] = "sso_refused.html"

    billing_url: str
    back_href: str

"""What the template of payment methods gets, and what may stand against one of them."""

from typing import ClassVar

from counterfoil.billing.payment_methods import PaymentMethodsOverview, SavedMethod
from counterfoil.web.text.catalogue import in_context, translatable
from counterfoil.web.views.badges import Badge
from counterfoil.web.views.navigation import PAYMENT_METHODS
from counterfoil.web.views.shell import View

_EXPIRED = Badge(in_context("card", "Expired"), "late", "alert")
_SOON = Badge(translatable("Expires soon"), "due", "clock")
_EXPIRY_UNKNOWN = Badge(translatable("Expiry date unknown"), "due", "alert")
_NOT_ACCEPTED = Badge(translatable("Not accepted any more"), "mute", "cross")


class PaymentMethodsPage(View, frozen=True):
    template: ClassVar[str] = "payment_methods/list.html"
    section: ClassVar[str] = PAYMENT_METHODS.section

    shown: PaymentMethodsOverview

    @property
    def live(self) -> str:
        return "payment_methods profile"

    def badge(self, method: SavedMethod) -> Badge | None:
        """What stands against it, if anything; an expired one is nothing else besides."""
        if method.is_expired:
            return _EXPIRED
        if "expires_on" in method.method.unreadable:
            return _EXPIRY_UNKNOWN
        if not method.is_usable:
            return _NOT_ACCEPTED
        return _SOON if method.expires_soon else None

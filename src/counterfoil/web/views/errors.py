"""What the templates of errors get."""

from typing import ClassVar

from counterfoil.billing.hand_offs.payments import PaymentPageUnavailable
from counterfoil.errors import (
    AccountChanged,
    CounterfoilError,
    NotFound,
    NotSignedIn,
    PermissionDenied,
    RateLimited,
    ValidationFailed,
)
from counterfoil.web.http.http_errors import UnderMaintenance
from counterfoil.web.text.catalogue import in_context, translatable
from counterfoil.web.views.profile.words import LABELS
from counterfoil.web.views.shell import View
from counterfoil.web.views.sign_in import ClientChoice


class Problem(View, frozen=True):
    """Any error. `retry_href` is where "Try again" leads: the address that failed. `back_href`: for what failed of a
    form, the page that it is on, where that is known; for an address with a wrong value, the page without any.
    """

    template: ClassVar[str] = "problem.html"

    error: CounterfoilError
    reference: str = ""
    retry_href: str = ""
    back_href: str = ""
    missing: tuple[str, ...] = ()
    """What the owner of the account could permit: message ids."""
    others: tuple[ClientChoice, ...] = ()
    """Those of their accounts in which they may see it."""
    is_deed: bool = False
    """Not seeing was refused, but doing something."""

    @property
    def kind(self) -> str:
        match self.error:
            case NotSignedIn():
                return "signed_out"
            case CounterfoilError(status=status) if status >= 500:
                return "unavailable"
            case NotFound():
                return "missing"
            case _:
                return "refused"

    @property
    def is_for_staff(self) -> bool:
        """Refused whatever the account: no permission of an account opens the console."""
        return isinstance(self.error, PermissionDenied) and self.error.args == ("staff",)

    @property
    def heading(self) -> str:
        """What a person would say. Titles of the API that are HTTP's have words of their own here."""
        if type(self.error) is NotFound:
            return translatable("Page not found")
        if self.is_deed:
            return translatable("You may not do this")
        return _HEADINGS.get(self.error.code, self.error.title)

    @property
    def words(self) -> str:
        """The operator's own, in the place of ours; shown as they are."""
        return self.error.words if isinstance(self.error, UnderMaintenance) else ""

    @property
    def plain_page(self) -> str:
        """WHMCS's own page, where the way there failed."""
        return self.error.plain_page if isinstance(self.error, PaymentPageUnavailable) else ""

    @property
    def retry_after(self) -> int:
        """Seconds to wait, 0 when waiting does not help."""
        return self.error.retry_after if isinstance(self.error, RateLimited) else 0

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Each by what the page calls it, or "" where it has no name there; and what is wrong with it."""
        errors = self.error.errors if isinstance(self.error, ValidationFailed) else ()
        return tuple((_FIELDS.get(field.partition(".")[0], ""), message) for field, message in errors)


_HEADINGS = {
    "bad_request": translatable("This did not work"),
    "method_not_allowed": translatable("This page cannot be opened like this"),
    "not_acceptable": translatable("This page cannot be opened like this"),
    "unsupported_media_type": translatable("This did not work"),
    "content_too_large": translatable("That was too much at once"),
    "cross_site_request": translatable("This came from another site"),
    "permission_denied": translatable("You may not see this"),
    "validation_failed": translatable("Please check what you entered"),
    "internal_error": translatable("Something went wrong"),
    "temporarily_unavailable": translatable("Please try again in a moment"),
}

_FIELDS = {
    **LABELS,
    "from": in_context("period", "From"),
    "to": translatable("To"),
    "year": translatable("Year"),
    "q": translatable("Search"),
    "sort": translatable("Sort order"),
    "view": translatable("Status"),
    "page": translatable("Page"),
    "invoice_ids": translatable("Invoices"),
    "quantity": translatable("Quantity"),
    "offer": translatable("Product"),
    "name": translatable("Name"),
}


class OtherAccount(View, frozen=True):
    """What was begun for one account came in for another. Names of persons and clients; those of the page are empty
    when it does not say.
    """

    template: ClassVar[str] = "account_changed.html"

    error: AccountChanged
    began_as: str
    began_for: str
    person: str
    client: str
    reference: str = ""


class Elsewhere(View, frozen=True):
    """What was asked for belongs to another of this person's clients. `next`: the same address."""

    template: ClassVar[str] = "elsewhere.html"

    client: ClientChoice
    next: str


class NoClient(View, frozen=True):
    """Signed in, but no WHMCS client belongs to this person."""

    template: ClassVar[str] = "no_client.html"

    email: str

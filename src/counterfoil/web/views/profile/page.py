"""What the profile's template gets. How its form is put together: form.py; words: words.py."""

from datetime import datetime
from typing import ClassVar

from msgspec import Struct

from counterfoil.errors import CounterfoilError
from counterfoil.web.views.navigation import PROFILE
from counterfoil.web.views.shell import View


class Option(Struct, frozen=True):
    value: str
    label: str
    is_chosen: bool
    is_word: bool = False
    """The label is a text of the catalogue."""


class Field(Struct, frozen=True):
    """`label`, `hint` and `message` are texts of the catalogue. With `options` it is a choice, else `kind` is an
    input's type.
    """

    name: str
    label: str
    value: str
    autocomplete: str
    kind: str = "text"
    is_half: bool = False
    is_required: bool = False
    longest: int = 255
    options: tuple[Option, ...] = ()
    example: str = ""
    hint: str = ""
    message: str = ""


class Preference(Struct, frozen=True):
    name: str
    label: str
    is_on: bool
    message: str = ""


class Difference(Struct, frozen=True):
    """One field of which the person and WHMCS have two versions. `is_word`: the values are texts of the catalogue."""

    label: str
    yours: str
    stored: str
    is_word: bool = False


class ProfilePage(View, frozen=True):
    """`notice`: "saved", "conflict", "unknown", "failed" (nothing was saved because of `error`) or empty."""

    template: ClassVar[str] = "profile/edit.html"
    section: ClassVar[str] = PROFILE.section

    fields: tuple[Field, ...]
    preferences: tuple[Preference, ...]
    seen: str
    notice: str = ""
    error: CounterfoilError | None = None
    message: str = ""
    """What is wrong with the whole of it."""
    custom_field: str = ""
    """The name of a field of WHMCS's own that must have a value first: `message` speaks of it."""
    altered: tuple[str, ...] = ()
    """Labels of what WHMCS stored otherwise than it was sent."""
    differences: tuple[Difference, ...] = ()
    is_compared: bool = False
    """`differences` are all there are."""
    is_draft: bool = False
    """Holds what somebody has entered."""
    asks_password: bool = False
    password_message: str = ""
    keeps_issued: bool = False
    """Issued invoices keep their address."""
    as_of: datetime | None = None

    @property
    def live(self) -> str:
        return "profile"

    @property
    def has_error(self) -> bool:
        return bool(self.error or self.message or self.faulty)

    @property
    def faulty(self) -> list[tuple[str, str, str]]:
        """Id, label and message, in the order of the page."""
        found = [(field.name, field.label, field.message) for field in self.fields if field.message]
        found += [(each.name, each.label, each.message) for each in self.preferences if each.message]
        return found

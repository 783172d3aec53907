"""Phone numbers: read as people write them in a country, written as programs, people and WHMCS want them."""

import re
from functools import lru_cache
from typing import Any

from counterfoil.billing.typed.cleaning import code


class Phone:
    """A number that can exist."""

    def __init__(self, number: Any) -> None:
        self._number = number

    @property
    def e164(self) -> str:
        """As in +442079460958."""
        return f"+{self._number.country_code}{self._national}"

    @property
    def for_whmcs(self) -> str:
        """+44.2079460958: so it keeps the country's code by itself."""
        return f"+{self._number.country_code}.{self._national}"

    @property
    def for_people(self) -> str:
        """As in +44 20 7946 0958."""
        library = _library()
        return str(library.format_number(self._number, library.PhoneNumberFormat.INTERNATIONAL))

    @property
    def _national(self) -> str:
        return str(_library().national_significant_number(self._number))


_WRITTEN = re.compile(r"[+(]{0,2}[0-9][0-9\s().\-/]*")


LONGEST = 64
"""Characters that are looked at. A number has 15 digits, and people write more between them than programs."""


def read_phone(text: str, country: str) -> Phone | None:
    """None for what cannot be a number: also words, as in 1-800-FLOWERS, and extensions, which WHMCS has no place for.

    Only the length is judged: ranges are opened faster than any list of them is updated.
    """
    return _read(text, country if len(country) == 2 else "") if len(text) <= LONGEST else None


@lru_cache(1024)
def _read(text: str, country: str) -> Phone | None:
    text = code(text)
    if not _WRITTEN.fullmatch(text):
        return None
    library = _library()
    try:
        number = library.parse(text, country or None)
    except library.NumberParseException:
        return None
    return Phone(number) if library.is_possible_number(number) else None


def canonical(text: str, country: str) -> str:
    """E.164, or what cannot be read as it is."""
    phone = read_phone(text, country)
    return phone.e164 if phone else text


def _library() -> Any:
    # Measured: 50 ms and 6 MB, which a process that shows no profile need not have.
    import phonenumbers  # noqa: PLC0415

    return phonenumbers

"""What may be written into a profile. An edit is judged by what it changes: old oddities do not stand in its way."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum

from counterfoil.billing.profile.addresses import countries, form_of
from counterfoil.billing.profile.phones import read_phone
from counterfoil.billing.profile.postcodes import canonical_postcode
from counterfoil.billing.profile.tax_ids import is_tax_id
from counterfoil.billing.typed.cleaning import address, code, prose


class Fault(StrEnum):
    """Why a field cannot be saved as it is. The words: web/views/profile/words.py."""

    REQUIRED = "required"
    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    COUNTRY = "country"
    STATE = "state"
    POSTCODE = "postcode"
    PHONE = "phone"
    TAX_ID = "tax_id"
    EMAIL = "email"
    EMAIL_TAKEN = "email_taken"
    LANGUAGE = "language"
    DOMAIN_NOTICES = "domain_notices"
    UNCHANGEABLE = "unchangeable"
    NOT_ACCEPTED = "not_accepted"
    CUSTOM_FIELD = "custom_field"
    """Of the whole: WHMCS takes no change before a field of its own has a value."""


TEXTS = (
    *("first_name", "last_name", "company_name", "email", "address1", "address2", "city", "state", "postcode"),
    *("country", "phone", "tax_id", "language"),
)
"""What a customer may change, by the names of model.Client."""

LONGEST = {"email": 254, "postcode": 32, "phone": 32, "tax_id": 128, "country": 2, "language": 64}
LONGEST_OTHER = 255
"""Characters. WHMCS's columns are TEXT, a tax id's VARCHAR(128); an address that is longer is no address."""

LANGUAGES = frozenset(
    {
        *("arabic", "azerbaijani", "catalan", "chinese", "croatian", "czech", "danish", "dutch", "english", "estonian"),
        *("farsi", "french", "german", "hebrew", "hungarian", "italian", "japanese", "macedonian", "norwegian"),
        *("portuguese-br", "portuguese-pt", "romanian", "russian", "spanish", "swedish", "turkish", "ukranian"),
    }
)
"""Those that WHMCS ships, in its own spelling, and Japanese, which the portal speaks. "" is the installation's."""

_ADDRESS = frozenset({"address1", "city", "state", "postcode"})
_ALWAYS = frozenset({"first_name", "last_name", "email", "country"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def tidy(name: str, text: str) -> str:
    """As it is written down: without spaces around it and what nobody sees; letters and digits of codes in their plain
    form. What is far too long stays as it is, and is refused: one character may become eighteen, and many marks take
    long to be put in order.
    """
    text = text.strip()
    if len(text) > 2 * LONGEST.get(name, LONGEST_OTHER):
        return text
    if name == "email":
        return address(text)
    if name not in _CODES:
        return prose(text)
    return code(text).upper() if name in {"postcode", "country"} else code(text)


_CODES = frozenset({"postcode", "phone", "tax_id", "country"})


def faults(before: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, Fault]:
    """Of each field that `changes` names, at most one; after a move to another country, of the whole address."""
    after = {**before, **changes}
    found: dict[str, Fault] = {}
    judged = set(changes) | (_ADDRESS if "country" in changes else set())
    for name in TEXTS:
        if name in judged and (fault := _fault(name, after)):
            found[name] = fault
    return found


def _fault(name: str, after: Mapping[str, str]) -> Fault | None:
    text, country = after[name], after["country"]
    if len(country) > LONGEST["country"] and name != "country":
        country = ""  # it has a fault of its own
    if not text:
        is_needed = name in _ALWAYS or name in form_of(country).required
        return Fault.REQUIRED if is_needed else None
    if len(text) > LONGEST.get(name, LONGEST_OTHER):
        return Fault.TOO_LONG
    if any(map(_is_hidden, text)):
        return Fault.NOT_TEXT
    return None if name not in _RULES or _RULES[name](text, country) else Fault(name)


def _is_hidden(character: str) -> bool:
    """Line ends, and what turns the direction of the text after it: an invoice could be made to read otherwise."""
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _TURNING


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


_RULES: dict[str, Callable[[str, str], bool]] = {
    "country": lambda text, _: text in countries(),
    "state": lambda text, country: form_of(country).knows_state(text),
    "postcode": lambda text, country: form_of(country).knows_postcode(canonical_postcode(text, country)),
    "phone": lambda text, country: read_phone(text, country) is not None,
    "tax_id": is_tax_id,
    "email": lambda text, _: _EMAIL.fullmatch(text) is not None,
    "language": lambda text, _: text in LANGUAGES,
}

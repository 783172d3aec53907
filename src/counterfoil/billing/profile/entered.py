"""What somebody has entered in a profile's field, as it is meant: what they have not touched stays as it was stored."""

import re

from counterfoil.billing.profile.phones import canonical
from counterfoil.billing.profile.postcodes import canonical_postcode
from counterfoil.billing.profile.rules import tidy


def meant(name: str, text: str, held: str, country: str) -> str:
    """What is to be stored instead of `held`. `country`: of the address as it will be."""
    return held if is_untouched(name, text, held) else written(name, text, country)


def written(name: str, text: str, country: str) -> str:
    """As it is stored: clean, and in the country's own spelling."""
    text = tidy(name, text)
    if name == "phone":
        return canonical(text, country)
    return canonical_postcode(text, country) if name == "postcode" else text


def is_untouched(name: str, text: str, held: str) -> bool:
    """Whether the form that shows `held` sends `text` by itself: browsers take ends of lines out of a field, and some
    write international domains of e-mail addresses in their own way.
    """
    if as_sent(text) == as_sent(held):
        return True
    return name == "email" and _in_ascii(text) == _in_ascii(held)


def as_sent(text: str) -> str:
    """As a field of one line sends it."""
    return re.sub(r"[\r\n]", "", text).strip()


def _in_ascii(email: str) -> str:
    """With its domain in the form that the Domain Name System takes; the part before the @ as it is."""
    local, _, domain = email.strip().rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}".lower()
    except UnicodeError:
        return email

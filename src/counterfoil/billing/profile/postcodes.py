"""Postcodes: read as people write and paste them, written as their country writes them."""

import re
from collections.abc import Iterator

from counterfoil.billing.profile.addresses import AddressForm, form_of

LONGEST = 32
"""Characters that are looked at."""

_SIGNS = {
    "AT": "A",
    "BE": "B",
    "DE": "D",
    "ES": "E",
    "FI": "FIN",
    "FR": "F",
    "HU": "H",
    "IT": "I",
    "LI": "FL",
    "LU": "L",
    "NO": "N",
    "PT": "P",
    "SE": "S",
    "SI": "SLO",
    "VA": "V",
}
"""What stands before a postcode in international mail where it is not the country's code."""


def canonical_postcode(text: str, country: str) -> str:
    """As the country writes it; what is none of its postcodes as it is. `text` is clean (typed/cleaning.py) and in
    capitals.
    """
    form = form_of(country)
    if not form.postcode or len(text) > LONGEST:
        return text
    return next((each for each in _readings(text, country, form) if form.knows_postcode(each)), text)


def _readings(text: str, country: str, form: AddressForm) -> Iterator[str]:
    yield text
    signs = "|".join(filter(None, (country, _SIGNS.get(country))))
    for each in (text, re.sub(rf"^(?:{signs})[- ]+", "", text)):
        compact = re.sub(r"[^A-Z0-9]", "", each)
        yield each
        yield from (_shaped(compact, example) for example in form.postcode_examples)
        yield compact
        yield f"{country}-{compact}"


def _shaped(compact: str, example: str) -> str:
    """With the example's dashes and spaces."""
    rest = iter(compact)
    shaped = "".join(next(rest, "") if character.isalnum() else character for character in example)
    return shaped + "".join(rest)

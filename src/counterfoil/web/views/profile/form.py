"""The profile as a form: which fields a country has, in which order, with which names. Rules live in billing/."""

import unicodedata
from collections.abc import Collection, Mapping
from functools import cache

from counterfoil.billing.profile.addresses import AddressForm, State, countries, form_of
from counterfoil.billing.profile.contents import KINDS, texts_of
from counterfoil.billing.profile.entered import is_untouched
from counterfoil.billing.profile.phones import read_phone
from counterfoil.billing.profile.rules import LONGEST, LONGEST_OTHER
from counterfoil.model import Client, EmailPreferences
from counterfoil.web.text.catalogue import locale_of, negotiate_language, translatable
from counterfoil.web.views.profile.page import Difference, Field, Option, Preference
from counterfoil.web.views.profile.words import IN_JAPAN, KINDS_OF_PLACE, LABELS, LANGUAGES, PREFERENCES

_AUTOCOMPLETE = {
    "country": "billing country",
    "company_name": "billing organization",
    "first_name": "billing given-name",
    "last_name": "billing family-name",
    "address1": "billing address-line1",
    "address2": "billing address-line2",
    "city": "billing address-level2",
    "state": "billing address-level1",
    "postcode": "billing postal-code",
    "phone": "billing tel",
    "email": "billing email",
    "language": "language",
}
"""https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill; it has no word for a tax id."""

_KINDS = {"phone": "tel", "email": "email"}
_HALF = {"first_name", "last_name", "city", "state", "postcode", "phone", "tax_id"}
_NEEDED = {"country", "first_name", "last_name", "email"}
_NOT_SHOWN = translatable("What is stored here cannot be shown. It stays as it is unless you enter something.")
_OWN_SIGN_IN = translatable("This does not change the address that you sign in with.")


def fields_for(
    texts: Mapping[str, str],
    language: str,
    messages: Mapping[str, str],
    *,
    has_user: bool = False,
    unreadable: Collection[str] = (),
) -> tuple[Field, ...]:
    """`texts`: what the fields hold. `has_user`: the person signs in with an address of their own. `unreadable`: fields
    in which WHMCS has something that cannot be read.
    """
    form = form_of(texts["country"])
    names = ["first_name", "last_name"]
    if language == "ja":
        names.reverse()
    # What a country's addresses do not have is shown all the same while there is something in it.
    left = [name for name in ("state", "postcode") if name not in form.fields and texts[name]]
    order = ["country", "company_name", *names, *form.fields, *left, "phone", "tax_id", "email", "language"]
    needed = _NEEDED | form.required
    return tuple(
        Field(
            name=name,
            label=_label(name, form, texts["country"]),
            value=shown(name, texts[name], texts["country"]),
            autocomplete=_AUTOCOMPLETE.get(name, "off"),
            kind=_KINDS.get(name, "text"),
            is_half=name in _HALF,
            is_required=name in needed,
            longest=LONGEST.get(name, LONGEST_OTHER),
            options=_options(name, texts, form, language),
            example=form.postcode_example if name == "postcode" else "",
            hint=_NOT_SHOWN if name in unreadable else _OWN_SIGN_IN if has_user and name == "email" else "",
            message=messages.get(name, ""),
        )
        for name in order
    )


def _label(name: str, form: AddressForm, country: str) -> str:
    if country == "JP" and name in IN_JAPAN:
        return IN_JAPAN[name]
    kinds = {"state": form.state_kind, "city": form.city_kind, "postcode": form.postcode_kind}
    return KINDS_OF_PLACE.get(kinds.get(name, ""), LABELS[name])


def shown(name: str, text: str, country: str) -> str:
    phone = read_phone(text, country) if name == "phone" else None
    return phone.for_people if phone else text


def _options(name: str, texts: Mapping[str, str], form: AddressForm, language: str) -> tuple[Option, ...]:
    match name:
        case "country":
            return _chosen(texts[name], dict(_countries(language)))
        case "language":
            browsers = Option("", translatable("As in the browser"), not texts[name], is_word=True)
            named = LANGUAGES if texts[name] in {"", *LANGUAGES} else {texts[name]: texts[name], **LANGUAGES}
            return (browsers, *(Option(value, label, value == texts[name]) for value, label in named.items()))
        case "state" if form.states and name in form.required:
            is_local = language == "ja" and texts["country"] == "JP"
            return _states(texts[name], form.states, is_local=is_local)
    return ()


def _chosen(current: str, labels: dict[str, str]) -> tuple[Option, ...]:
    """What is stored stays to be chosen, even if it is not on the list."""
    known = labels if current in labels else {current: current or "\N{EN DASH}", **labels}
    return tuple(Option(value, label, value == current) for value, label in known.items())


def _states(current: str, states: tuple[State, ...], *, is_local: bool) -> tuple[Option, ...]:
    """The stored spelling ("CA") is kept for the one that it means."""
    names = {state: state.local if is_local else state.latin for state in states}
    meant = next((state for state in states if current.casefold() in state.spellings), None)
    return _chosen(current, {current if state is meant else name: name for state, name in names.items()})


@cache
def _countries(language: str) -> tuple[tuple[str, str], ...]:
    names = locale_of(language).territories
    found = [(code, names.get(code, code)) for code in countries()]
    return tuple(sorted(found, key=lambda each: _sorting(each[1])))


def _sorting(name: str) -> str:
    """Without accents: Österreich stands beside Oman, not behind Zypern."""
    return "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each)).casefold()


def preferences_for(preferences: EmailPreferences | None, messages: Mapping[str, str]) -> tuple[Preference, ...]:
    if preferences is None:
        return ()
    return tuple(
        Preference(f"prefer_{kind}", label, getattr(preferences, kind), messages.get(f"email_preferences.{kind}", ""))
        for kind, label in PREFERENCES.items()
    )


def differences(
    texts: Mapping[str, str], preferences: Mapping[str, bool], now: Client, language: str
) -> tuple[Difference, ...]:
    """Between what somebody has on their page and what WHMCS holds."""
    stored = texts_of(now)
    labels = {**dict(_countries(negotiate_language("", language))), **LANGUAGES}

    def worded(name: str, text: str, country: str) -> str:
        return labels.get(text, text) if name in {"country", "language"} else shown(name, text, country)

    found = [
        Difference(LABELS[name], worded(name, text, texts["country"]), worded(name, stored[name], now.country))
        for name, text in texts.items()
        if not is_untouched(name, text, stored[name])
    ]
    held = now.email_preferences or EmailPreferences()
    words = {True: translatable("Yes"), False: translatable("No")}
    found += [
        Difference(PREFERENCES[kind], words[preferences[kind]], words[getattr(held, kind)], is_word=True)
        for kind in KINDS
        if kind in preferences and preferences[kind] != getattr(held, kind)
    ]
    return tuple(found)

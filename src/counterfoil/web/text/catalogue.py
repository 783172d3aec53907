"""The languages that the portal speaks, their texts, and which one a person gets. Amounts and dates: formats.py."""

from collections.abc import Callable, Iterable
from functools import cache
from importlib import resources
from io import BytesIO

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

SOURCE = "en"
"""Message ids are English texts, so English needs no catalogue."""

LANGUAGES = (SOURCE, "ja", "de", "fr", "es")

OWN_NAMES = {"en": "English", "ja": "日本語", "de": "Deutsch", "fr": "Français", "es": "Español"}
"""As people look for their own."""

_LOCALES = {SOURCE: "en_GB"}
"""English without a country: day before month in words, which nobody misreads."""

_NAMES = {
    "english": "en",
    "japanese": "ja",
    "german": "de",
    "french": "fr",
    "spanish": "es",
}
"""WHMCS names a client's language by its file, e.g. "german" or "german-formal"."""


def translatable(text: str) -> str:
    """Marks a text that a template translates later, so that the test of the catalogues finds it."""
    return text


def in_context(context: str, text: str) -> str:
    """The same for a word that other languages say in several ways: an order is not cancelled as an invoice is."""
    return context + _CONTEXT + text


_CONTEXT = "\x04"
"""Gettext's own way to name the two together."""


def locale_of(language: str) -> Locale:
    return Locale.parse(_LOCALES.get(language, language))


@cache
def translations(language: str) -> Translations:
    """Compiled when loaded: the .po files are the only truth, with nothing beside them that could be stale."""
    if language == SOURCE:
        return Translations()
    text = resources.files("counterfoil.web").joinpath("locale", f"{language}.po").read_bytes()
    return compiled(read_po(BytesIO(text), locale=language))


def compiled(catalogue: Catalog) -> Translations:
    held = BytesIO()
    write_mo(held, catalogue)
    held.seek(0)
    return Translations(held)


def translator(language: str) -> Callable[[str], str]:
    """For texts outside templates, such as `detail` in the JSON API."""
    return word_of(translations(language))


def word_of(known: Translations) -> Callable[[str], str]:
    # gettext("") answers with the catalogue's header, and what is not in it comes back with its context.
    return lambda text: known.ugettext(text).rpartition(_CONTEXT)[2] if text else ""


def negotiate_language(accept_language: str, preferred: str = "") -> str:
    """`preferred` is the profile's language, WHMCS's word or a tag; then the browser's wishes; then English."""
    for wish in (preferred, *_wishes(accept_language)):
        name = wish.strip().lower().replace("_", "-").split("-")[0]
        name = _NAMES.get(name, name)
        if name in LANGUAGES:
            return name
    return SOURCE


def _wishes(accept_language: str) -> Iterable[str]:
    # The header is hostile input: at most 20 ranges are looked at.
    ranges = [_weighted(part) for part in accept_language.split(",", 20)[:20]]
    return (tag for weight, tag in sorted(ranges, key=lambda range_: -range_[0]) if weight > 0)


def _weighted(part: str) -> tuple[float, str]:
    tag, _, parameter = part.partition(";")
    try:
        weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
    except ValueError:
        weight = 0.0
    return (weight if 0 <= weight <= 1 else 0.0), tag.strip()

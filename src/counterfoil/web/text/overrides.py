"""TEXTS_DIR: an operator's own words on pages, a catalogue for each language with only the texts that differ."""

import re
from collections.abc import Iterator
from importlib import resources
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po
from babel.support import Translations

from counterfoil.web.text.catalogue import LANGUAGES, SOURCE, compiled, translations


class Unreadable(Exception):
    """A file of an operator's own texts or templates: which it is, and what is wrong with it, in one line."""


def overridden(language: str, folder: Path | None) -> Translations:
    """Theirs, and ours for whatever they do not say. Raises Unreadable."""
    if folder is None or not (file := folder / f"{language}.po").is_file():
        return translations(language)
    _, theirs = _read(file)
    theirs.add_fallback(translations(language))
    return theirs


def _read(file: Path) -> tuple[Catalog, Translations]:
    try:
        catalogue = read_po(BytesIO(file.read_bytes()), locale=file.stem, abort_invalid=True)
        return catalogue, compiled(catalogue)
    except (PoFileError, ValueError, LookupError, OSError) as error:
        # No catalogue, a plural rule that is none, an encoding that nobody knows, no right to read it.
        raise Unreadable(f"{file.name} cannot be read: {' '.join(str(error).split())}") from error


def problems_of(file: Path) -> Iterator[str]:
    """What of a catalogue does nothing, or would break a page."""
    if file.suffix != ".po" or file.stem not in LANGUAGES:
        yield "is no catalogue of a language: " + ", ".join(f"{each}.po" for each in LANGUAGES)
        return
    try:
        catalogue, _ = _read(file)
    except Unreadable as error:
        yield str(error).removeprefix(f"{file.name} ")
        return
    ours = _ours()
    for message in (each for each in catalogue if each.id):
        if ours.get(message.id, message.context) is None:
            yield f"the portal has no text {_said(message)!r} (line {message.lineno})"
        elif message.fuzzy:
            yield f"is marked fuzzy, and so not used: {_said(message)!r} (line {message.lineno})"
        else:
            yield from _unfit(message)


def _ours() -> Catalog:
    """Every text that the portal has: any of our catalogues has them all."""
    language = next(each for each in LANGUAGES if each != SOURCE)
    text = resources.files("counterfoil.web").joinpath("locale", f"{language}.po").read_bytes()
    return read_po(BytesIO(text))


def _said(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def _unfit(message: Message) -> Iterator[str]:
    """Of a placeholder that the text does not have, or a % that is none: %% is written for that."""
    ids, strings = ([each] if isinstance(each, str) else list(each or ()) for each in (message.id, message.string))
    names = {name for each in ids for name in _PLACEHOLDER.findall(each)}
    for string in strings:
        found = set(_PLACEHOLDER.findall(string))
        if unknown := found - names:
            yield f"{_said(message)!r} has no placeholder {min(unknown)!r} (line {message.lineno})"
        elif "%" in _PLACEHOLDER.sub("", string.replace("%%", "")):
            yield f"a % that belongs to no placeholder is written %% (line {message.lineno})"

"""Every text that a person can see exists in every language."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from counterfoil import web
from counterfoil.errors import CounterfoilError
from counterfoil.web import statuses  # its errors are part of the tree once it is imported
from counterfoil.web.catalogue import LANGUAGES, SOURCE, translations, translator
from tests.web.specimens import PAGES
from tests.web.test_templates import RENDERER

ROOM = Path(web.__file__).parent
PLACES = re.compile(r"%\(\w+\)s")

Text = str | tuple[str, ...]


def texts() -> set[Text]:
    """Of templates, of code that marks them as translatable, and of the errors."""
    kinds = [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
    options = {"templates/**.html": {"newstyle_gettext": "true", "silent": "false"}}
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "translatable": None}
    extracted = extract_from_dir(ROOM, kinds, options, keywords=keywords)
    return {message for _, _, message, _, _ in extracted} | set(error_texts(CounterfoilError))


def error_texts(error: type[CounterfoilError]) -> Iterator[str]:
    for kind in error.__subclasses__():
        yield from (text for name in ("title", "detail") if (text := getattr(kind, name, "")))
        yield from error_texts(kind)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != SOURCE])
def test_catalogue_is_complete(language: str) -> None:
    """Nothing untranslated, nothing left over, the same places for values, and nothing that HTML would misread."""
    with (ROOM / "locale" / f"{language}.po").open("rb") as file:
        catalogue = read_po(file)
    entries = {message.id: message for message in catalogue if message.id}
    wanted = texts()
    assert len(wanted) > 100
    assert wanted - set(entries) == set(), "missing"
    assert set(entries) - wanted == set(), "not used any more"
    for text, message in entries.items():
        translated = message.string if isinstance(message.string, tuple) else (message.string,)
        assert len(translated) == (1 if isinstance(text, str) else catalogue.num_plurals)
        # "One day" may do without its number.
        source = text if isinstance(text, str) else text[-1]
        assert all(translated), text
        assert not message.fuzzy
        assert set(PLACES.findall(translated[-1])) == set(PLACES.findall(source)), text
        assert all(set(PLACES.findall(each)) <= set(PLACES.findall(source)) for each in translated), text
        assert not any(set('<>&"') & set(each) for each in translated), text


def test_every_error_is_known() -> None:
    """The errors of HTTP itself are translated as well."""
    assert statuses.InternalError.title in texts()
    assert translator("ja")("Internal error") == "内部エラー"
    assert translator("ja")("") == ""


@pytest.mark.parametrize(("language", "shown"), [("en", "1 day late"), ("de", "1 Tag überfällig"), ("ja", "1日超過")])
def test_plurals(language: str, shown: str) -> None:
    """One day is not "1 days"."""
    text = translations(language).ungettext("%(days)s day late", "%(days)s days late", 1)
    assert text % {"days": 1} == shown


@pytest.mark.parametrize("name", PAGES)
def test_japanese_pages_have_no_english(name: str) -> None:
    """Read by eye before, by machine ever after: no English words of ours are left on a Japanese page."""
    view, shell = PAGES[name]
    page = RENDERER.page(view, type(shell)("ja", shell.is_signed_in, nav=shell.nav)).decode()
    main = re.sub(r"<[^>]*>", "\n", page.partition("<main")[2])
    english = {text for text in texts() if isinstance(text, str) and " " in text}
    assert [text for text in english if text in main] == []

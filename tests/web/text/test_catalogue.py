"""Every text that a person can see exists in every language, and who gets which language."""

import re
from functools import cache
from html import unescape

import pytest
from babel.messages.pofile import read_po

from counterfoil.web.http import http_errors
from counterfoil.web.text.catalogue import LANGUAGES, SOURCE, in_context, negotiate_language, translations, translator
from tests.web.views.served import RENDERER
from tests.web.views.specimens import PAGES
from tools.texts import ROOM, read, updated
from tools.texts import texts as extracted

PLACES = re.compile(r"%\(\w+\)s")

texts = cache(extracted)
"""Extracting takes a second."""


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != SOURCE])
def test_catalogue_is_complete(language: str) -> None:
    """Nothing untranslated, nothing left over, the same places for values, and nothing that HTML would misread."""
    with (ROOM / "locale" / f"{language}.po").open("rb") as file:
        catalogue = read_po(file)
    entries = {f"{each.context}\x04{each.id}" if each.context else each.id: each for each in catalogue if each.id}
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
    assert http_errors.InternalError.title in texts()
    assert translator("ja")("Internal error") == "内部エラー"
    assert translator("ja")("") == ""


@pytest.mark.parametrize(("language", "shown"), [("en", "1 day late"), ("de", "1 Tag überfällig"), ("ja", "1日超過")])
def test_plurals(language: str, shown: str) -> None:
    """One day is not "1 days"."""
    text = translations(language).ungettext("%(days)s day late", "%(days)s days late", 1)
    assert text % {"days": 1} == shown


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith("staff")])
def test_japanese_pages_have_no_english(name: str) -> None:
    """Read by eye before, by machine ever after: no English words of ours are left on a Japanese page. The staff
    console is in English, and says so to whoever reads it aloud.
    """
    view, shell = PAGES[name]
    page = RENDERER.page(view, type(shell)("ja", shell.is_signed_in, nav=shell.nav)).decode()
    main = re.sub(r"<[^>]*>", "\n", page.partition("<main")[2])
    said = unescape(re.sub(r"<[^>]*>", "", page.partition("<main")[2]))
    assert re.findall(r"[\u3040-\u9fff]\s*[,:;](?=\s)|[,:;]\s+[\u3040-\u9fff]", said) == []
    english = {text for text in texts() if isinstance(text, str) and " " in text}
    assert [text for text in english if text in main] == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != SOURCE])
def test_a_text_stands_once(language: str) -> None:
    """Of two, nobody knows which counts."""
    text = (ROOM / "locale" / f"{language}.po").read_text()
    found = re.findall(r'^((?:msgctxt ".*"\n)?msgid ".+")$', text, re.MULTILINE)
    assert [each for each in found if found.count(each) > 1] == []


ONE_TERM = {
    "de": "Zahlungsmethode|gespeicherte[nr]? Zahlungsart",
    "es": "[Ff]orma de pago",
    "ja": "(?<!お)支払い方法|請求サイト",
}
"""Other words for what we call Zahlungsart (saved: Zahlungsmittel), método de pago, お支払い方法, お支払いサイト."""


@pytest.mark.parametrize("language", ONE_TERM)
def test_one_thing_has_one_name(language: str) -> None:
    assert re.findall(ONE_TERM[language], (ROOM / "locale" / f"{language}.po").read_text()) == []


def test_japanese_sentences_have_japanese_punctuation() -> None:
    text = (ROOM / "locale" / "ja.po").read_text().partition("\n\n")[2]
    said = re.findall(r'^msgstr(?:\[0\])? "(.*)"$', text, re.MULTILINE)
    assert [each for each in said if re.search(r"[,.:;!?()]", PLACES.sub("", each))] == []


def test_a_word_in_another_place_may_be_another() -> None:
    """A period begins, an invoice comes from somebody; orders and subscriptions are no invoices."""
    known = translations("ja")
    assert (known.upgettext("period", "From"), known.ugettext("From")) == ("開始日", "発行元")
    assert translator("fr")(in_context("order", "Cancelled")) == "Annulée"
    assert translator("fr")(in_context("subscription", "Cancelled")) == "Résilié"
    assert translator("en")(in_context("order", "Cancelled")) == "Cancelled"


@pytest.mark.parametrize(
    ("accepted", "preferred", "language"),
    [
        ("", "", "en"),
        ("ja-JP,ja;q=0.9,en;q=0.8", "", "ja"),
        ("de;q=0.5, fr;q=0.9", "", "fr"),
        ("de;q=0, es", "", "es"),
        ("ja", "german", "de"),
        ("ja", "klingon", "ja"),
        ("pt-BR, zh", "", "en"),
        ("de;q=x;;,;=,\0", "", "en"),
        ("*", "", "en"),
    ],
)
def test_language(accepted: str, preferred: str, language: str) -> None:
    """The profile's language, then the browser's wishes by weight, then English; nonsense is no wish."""
    assert negotiate_language(accepted, preferred) == language


def test_make_texts_adds_what_is_new_and_takes_out_what_is_gone() -> None:
    """A translator finds what is to be done at the end of the file; what has been translated stays as it is."""
    head = (ROOM / "locale" / "de.po").read_text(encoding="utf-8").partition("\n\n")[0]
    before = f'{head}\n\nmsgid "Kept"\nmsgstr "Bleibt"\n\nmsgid "Gone"\nmsgstr "Weg"\n'
    after, missing, gone = updated(
        before, frozenset({"Kept", "New", "order\x04New", ("%(days)s day", "%(days)s days")})
    )
    assert (missing, gone) == (3, 1)
    assert after.startswith(f'{head}\n\nmsgid "Kept"\nmsgstr "Bleibt"\n\n')
    added = [each for each in read(after) if each.id and each.id != "Kept"]
    assert [(each.context, each.id, any(each.string)) for each in added] == [
        (None, ("%(days)s day", "%(days)s days"), False),
        (None, "New", False),
        ("order", "New", False),
    ]

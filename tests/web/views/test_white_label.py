"""An operator's own templates and words: tried on made-up pages, found out by the doctor, survived where they break."""

import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
import pytest
from click import ClickException
from msgspec.structs import replace

from counterfoil.cli.findings import Finding, Verdict
from counterfoil.cli.white_label_checks import require_readable, white_label
from counterfoil.web import routes
from counterfoil.web.http.assets import Assets
from counterfoil.web.views.rendering import Renderer
from counterfoil.web.views.shell import Brand, View
from counterfoil.web.views.white_label.specimens import every_view, specimens
from tests.stack import Stack, running_stack
from tests.web.settings import settings
from tests.web.views.specimens import ADA, PAGES

assert routes.HANDLERS  # importing them makes every page known
VIEWS = sorted(set(every_view()), key=lambda each: each.__name__)


@pytest.mark.parametrize("kind", VIEWS, ids=lambda kind: kind.__name__)
def test_there_is_a_specimen_of_every_page(kind: type[View]) -> None:
    """Full and bare, and our own templates show both."""
    renderer = Renderer(Brand("Northwind"), Assets().address, zone=ZoneInfo("UTC"))
    full, bare = (renderer.page(each, ADA) for each in specimens(kind))
    assert b"<h1" in full
    assert b"<h1" in bare


PLURALS = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals={}\\n"

msgid "Pay"
msgstr "Zahl"
"""


def findings(folder: Path, **given: Path) -> list[Finding]:
    return list(white_label(settings(**{name: str(path) for name, path in given.items()})))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("baar.html", "x", "baar.html takes no template's place -> Did you mean bar.html?"),
        ("bar.htm", "x", "bar.htm takes no template's place"),
        ("bar.html", "{% if %}", "bar.html, line 1: Expected an expression"),
        ("invoices/ticket.html", "{{ page.invoice.surname }}", "invoices/detail.html: UndefinedError: "),
        ("foot.html", "{{ page.poll / 0 }}", "ZeroDivisionError"),
        ("bar.html", "{% include 'missing.html' %}", "TemplateNotFound"),
    ],
)
def test_the_doctor_finds_what_would_break(tmp_path: Path, name: str, content: str, said: str) -> None:
    """A misspelt name, a template that cannot be read, and one that fails on any page."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(content)
    found = findings(tmp_path, template_dir=tmp_path)
    assert found
    assert {each.verdict for each in found} == {Verdict.FAIL}
    assert said in f"{found[0].message} -> {found[0].advice}"


def test_the_doctor_is_content_with_what_works(tmp_path: Path) -> None:
    """Parts of their own, used by an override, are no misspelt names."""
    (tmp_path / "foot.html").write_text('{% include "our/address.html" %}{{ brand.name }}')
    (tmp_path / "our").mkdir()
    (tmp_path / "our/address.html").write_text("{{ _('Pay') }}")
    (found,) = findings(tmp_path, template_dir=tmp_path)
    assert found.verdict is Verdict.OK
    assert findings(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("xx.po", "", "is no catalogue of a language"),
        ("de.po", 'msgid "Pay up"\nmsgstr "Zahl"\n', "has no text 'Pay up'"),
        ("de.po", 'msgid "Expires %(month)s"\nmsgstr "%(tag)s"\n', "has no placeholder 'tag'"),
        ("en.po", 'msgid "Pay"\nmsgstr "100 % safe"\n', "is written %%"),
        ("en.po", "msgid Pay\n", "cannot be read"),
        ("de.po", PLURALS.format("a page"), "cannot be read"),
        ("de.po", PLURALS.format("2; plural=n")[:-40].replace("UTF-8", "latin-99"), "cannot be read"),
        ("en.po", '#, fuzzy\nmsgid "Pay"\nmsgstr "Pay now"\n', "is marked fuzzy"),
    ],
)
def test_the_doctor_finds_words_that_do_nothing(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content)
    found = findings(tmp_path, texts_dir=tmp_path)
    assert [said in each.message for each in found] == [True]


@pytest.mark.parametrize(
    ("kind", "name", "content", "said"),
    [
        ("texts_dir", "en.po", b"msgid Pay\n", "en.po cannot be read: "),
        ("texts_dir", "de.po", PLURALS.format("a page").encode(), "de.po cannot be read: "),
        ("template_dir", "foot.html", b"\n{% if %}", "foot.html, line 2: Expected an expression"),
        ("template_dir", "foot.html", b"\xff", "foot.html cannot be read: "),
    ],
)
def test_what_cannot_be_read_stops_the_start_in_one_line(
    tmp_path: Path, kind: str, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ClickException, match=re.escape(said)) as stopped:
        require_readable(settings(**{kind: str(tmp_path)}))
    assert "\n" not in stopped.value.message


def test_words_of_an_operators_own(tmp_path: Path) -> None:
    """In English, too; in a context; and whatever is not said differently is as it was."""
    (tmp_path / "en.po").write_text('msgid "Overview"\nmsgstr "My account"\n')
    (tmp_path / "de.po").write_text('msgid "Overview"\nmsgstr "Mein Konto"\n')
    renderer = Renderer(Brand("Northwind"), Assets().address, zone=ZoneInfo("UTC"), texts_dir=tmp_path)
    view, shell = PAGES["home"]
    for language, heading, other in (
        ("en", "My account", "Open invoices"),
        ("de", "Mein Konto", "Offene Rechnungen"),
        ("es", "Resumen", "Facturas"),
    ):
        page = renderer.page(view, replace(shell, language=language)).decode()
        assert f"<h1>{heading}</h1>" in page, language
        assert other in page


@pytest.fixture(scope="module")
def dressed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Path]]:
    """A portal with templates of its own, which break as soon as a file says so."""
    folder = tmp_path_factory.mktemp("portal")
    (folder / "own").mkdir()
    (folder / "own/foot.html").write_text("<footer>Our own{{ page.surname if page.section == 'contacts' }}</footer>")
    (folder / "own/subscriptions").mkdir()
    (folder / "own/subscriptions/list.html").write_text(
        '{% extends "layout.html" %}{% block title %}S{% endblock %}{% block main %}{{ 1 / 0 }}{% endblock %}'
    )
    with running_stack(folder, template_dir=str(folder / "own")) as stack:
        yield stack, folder


def test_a_template_that_breaks_is_an_error_page(dressed: tuple[Stack, Path]) -> None:
    """500 with a reference, which finds the cause in the log; counted; told by /readyz until it is mended. A part that
    breaks on the error page as well is ours there. Nobody else's page is touched.
    """
    stack, _ = dressed
    with stack.visitor("ada@example.com") as ada:
        assert "Our own" in ada.get("/invoices").text
        assert ada.get("/readyz").json()["neighbours"]["templates"] == "ok"
        own, broken = ada.get("/contacts"), ada.get("/subscriptions")
        assert (own.status_code, broken.status_code) == (500, 500)
        for answer in (own, broken):
            (reference,) = re.findall(r"<code>([0-9a-f]{20})</code>", answer.text)
            line = next(each for each in stack.logged() if each.get("request_id") == reference)
            assert line["code"] == "internal_error"
        assert "Our own" in broken.text
        ready = ada.get("/readyz")
        assert (ready.status_code, ready.json()["neighbours"]["templates"]) == (200, "degraded")
        counted = httpx2.get(f"{stack.url}/metrics", timeout=60).text
        assert re.search(r'_count\{[^}]*route="/subscriptions"[^}]*status="500"', counted)
        assert "Our own" in ada.get("/invoices").text

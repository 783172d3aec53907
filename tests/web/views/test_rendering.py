"""Amounts, dates, white label, assets and the address of the list: what goes into pages, one by one."""

import gzip
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest
from jinja2 import TemplateSyntaxError, UndefinedError
from msgspec import structs

from counterfoil.billing.invoices.query import InvoiceQuery, Sort, StatusFilter
from counterfoil.errors import NotFound, ValidationFailed
from counterfoil.model import Money
from counterfoil.web.http.accent import accent_css, contrast
from counterfoil.web.http.assets import Assets
from counterfoil.web.text.catalogue import locale_of, negotiate_language
from counterfoil.web.text.formats import Formats
from counterfoil.web.views.invoices import InvoicesPage
from counterfoil.web.views.list_query import ListQuery, read_list_query
from counterfoil.web.views.rendering import Renderer
from counterfoil.web.views.shell import Brand
from tests.web.views.specimens import ADA, PAGES


def formats(language: str) -> Formats:
    return Formats(locale_of(language), ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize(
    ("language", "amount", "currency", "shown"),
    [
        ("en", "1234.5", "EUR", "€1,234.50"),
        ("de", "1234.5", "EUR", "1.234,50\N{NO-BREAK SPACE}€"),
        ("ja", "120000", "JPY", "\N{FULLWIDTH YEN SIGN}120,000"),
        ("en", "1.5", "BHD", "BHD1.500"),
        ("en", "-40", "EUR", "\N{MINUS SIGN}€40.00"),
        ("en", "0.005", "EUR", "€0.005"),
    ],
)
def test_amounts(language: str, amount: str, currency: str, shown: str) -> None:
    """In the reader's way of writing and the currency's own digits; digits that carry value are never dropped."""
    assert formats(language).money(Money.of(amount, currency)) == shown


def test_dates() -> None:
    """Nobody mixes up day and month, and a time says its zone."""
    english = formats("en")
    assert english.date(date(2026, 5, 12)) == "12 May 2026"
    assert formats("ja").date(date(2026, 5, 12)) == "2026/05/12"
    assert english.date(None) == "\N{EN DASH}"
    assert english.time(datetime(2026, 5, 12, 23, tzinfo=UTC)) == "13 May 2026 08:00 JST"


def test_percent() -> None:
    """A tax rate keeps the digits that it has."""
    assert formats("en").percent(Decimal("7.7")) == "7.7%"
    assert formats("en").percent(Decimal(20)) == "20%"


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


def test_time_zone_of_the_page_is_the_installations() -> None:
    """Without a script, "Updated" tells the time in the installation's zone."""
    renderer = Renderer(Brand("Northwind"), Assets().address, zone=ZoneInfo("Asia/Tokyo"))
    assert b"22 Nov 2026 18:30 JST</time>" in renderer.page(*PAGES["list"])


def test_one_template_can_be_replaced(tmp_path: Path) -> None:
    """TEMPLATE_DIR overrides single templates; the others stay ours."""
    (tmp_path / "bar.html").write_text("<p>Our own bar for {{ shell.user_name }}</p>")
    renderer = Renderer(Brand("Northwind"), Assets().address, zone=ZoneInfo("UTC"), template_dir=tmp_path)
    page = renderer.page(*PAGES["list"]).decode()
    assert "Our own bar for Ada Lovelace" in page
    assert "INV-2026-0412" in page


def test_a_broken_template_stops_the_start(tmp_path: Path) -> None:
    """Not the first customer finds out."""
    (tmp_path / "bar.html").write_text("{% if %}")
    with pytest.raises(TemplateSyntaxError):
        Renderer(Brand("Northwind"), Assets().address, zone=ZoneInfo("UTC"), template_dir=tmp_path)


def test_an_unknown_name_is_an_error(tmp_path: Path) -> None:
    """A template never shows an empty place where data was meant to be."""
    (tmp_path / "bar.html").write_text("{{ shell.surname }}")
    renderer = Renderer(Brand("Northwind"), Assets().address, zone=ZoneInfo("UTC"), template_dir=tmp_path)
    with pytest.raises(UndefinedError):
        renderer.page(PAGES["list"][0], ADA)


class Counted(InvoicesPage, frozen=True):
    """Remembers how often it was asked whether there are several invoices to choose from."""

    asked: ClassVar[list[str]] = []

    @property
    def chooses(self) -> bool:
        self.asked.append("chooses")
        return super().chooses


def test_a_page_of_invoices_is_gone_through_once() -> None:
    """Whether several can be chosen is found out once for a page, and not again for each of its rows."""
    view, shell = PAGES["list"]
    renderer = Renderer(Brand("Northwind"), Assets().address, zone=ZoneInfo("UTC"))
    page = renderer.page(Counted(**structs.asdict(view)), shell)
    assert page == renderer.page(view, shell)
    assert page.count(b'name="invoice_ids"') > 1
    assert Counted.asked == ["chooses"]


def test_logo() -> None:
    """The brand's logo stands in place of its name, and is called by it."""
    renderer = Renderer(Brand("North & wind", "https://cdn.example.com/l.svg"), Assets().address, zone=ZoneInfo("UTC"))
    assert b'<img src="https://cdn.example.com/l.svg" alt="North &amp; wind"' in renderer.page(*PAGES["sign-in"])


def test_assets_are_named_by_their_content() -> None:
    """Another accent is another file, so that both may be kept for ever."""
    plain, branded = Assets(), Assets("#ffd400")
    assert plain.address("portal.css") == Assets().address("portal.css")
    assert plain.address("portal.css") != branded.address("portal.css")
    file = branded.file(branded.address("portal.css").removeprefix("/static/"))
    assert b"--accent:#ffd400" in file.body
    assert gzip.decompress(file.zipped) == file.body
    with pytest.raises(NotFound):
        plain.file("portal.css")


def test_the_first_page_is_light() -> None:
    """Page, style sheet, script and icon are under 60 KB, even before they are compressed."""
    assets = Assets()
    files = [assets.file(assets.address(name).rpartition("/")[2]) for name in ("portal.css", "portal.js", "icon.svg")]
    renderer = Renderer(Brand("Northwind"), assets.address, zone=ZoneInfo("UTC"))
    page = renderer.page(*PAGES["list"])
    assert sum(len(file.zipped) for file in files) + len(page) < 60_000


COLOUR = re.compile("#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})")


@pytest.mark.parametrize("accent", ["#ffd400", "#0b6e4f", "#777777", "#ffffff", "#000000", "#ff2d55"])
def test_any_accent_can_be_read(accent: str) -> None:
    """Whatever the brand's colour, words in it and on it have a contrast of 4.5."""
    tokens = {
        name: [(int(red, 16), int(green, 16), int(blue, 16)) for red, green, blue in COLOUR.findall(colours)]
        for name, colours in re.findall(r"--([a-z-]+):([^;}]+)", accent_css(accent))
    }
    (over,) = tokens["on-accent"]
    assert [contrast(fill, over) >= 4.5 for fill in tokens["accent"] + tokens["accent-hover"]] == [True, True]
    surfaces = [((246, 247, 249), tokens["accent-tint"][0]), ((35, 42, 52), tokens["accent-tint"][1])]
    for colour, under in zip(tokens["accent-ink"], surfaces, strict=True):
        assert [contrast(colour, surface) >= 4.5 for surface in under] == [True, True]


def test_address_of_the_list() -> None:
    """Links keep what is chosen, leave out what is default, and start again at page 1 with another choice."""
    query = read_list_query({"view": "overdue", "q": "  fibre & co ", "year": "2026", "page": "3", "utm": "x"})
    assert query == ListQuery(view="overdue", q="fibre & co", year=2026, page=3)
    assert query.href == "/invoices?view=overdue&q=fibre+%26+co&year=2026&page=3"
    assert query.with_view("paid") == "/invoices?view=paid&q=fibre+%26+co&year=2026"
    assert query.with_page(1) == "/invoices?view=overdue&q=fibre+%26+co&year=2026"
    assert ListQuery().href == "/invoices"


def test_address_as_question_to_billing() -> None:
    """The address says which invoices, in billing's words."""
    assert ListQuery(view="processing", q="a", year=2025, sort="-total", page=2).as_invoice_query() == InvoiceQuery(
        status=StatusFilter.PAYMENT_PENDING,
        issued_from=date(2025, 1, 1),
        issued_to=date(2025, 12, 31),
        text="a",
        sort=Sort.TOTAL,
        descending=True,
        page=2,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("view", "unpayed"),
        ("sort", "id"),
        ("year", "26"),
        ("year", "٢٠٢٦"),
        ("page", "0"),
        ("page", "-1"),
        ("page", "1000000000"),
        ("page", "9" * 5000),
        ("q", "x" * 101),
        ("q", "a\0b"),
    ],
)
def test_impossible_address(name: str, value: str) -> None:
    """A value that means nothing is refused by name."""
    with pytest.raises(ValidationFailed) as caught:
        read_list_query({name: value})
    assert [field for field, _ in caught.value.errors] == [name]

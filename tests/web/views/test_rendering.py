"""Amounts, dates, white label, assets and the address of the list: what goes into pages, one by one."""

import gzip
import re
from datetime import date
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError
from msgspec import structs

from counterfoil.billing.invoices.query import InvoiceQuery, Sort, StatusFilter
from counterfoil.errors import ValidationFailed
from counterfoil.model import Gateway
from counterfoil.web.http.assets import Assets
from counterfoil.web.text.overrides import Unreadable
from counterfoil.web.views.invoices import InvoicesPage
from counterfoil.web.views.list_query import ListQuery, read_list_query
from counterfoil.web.views.money.gateways import OTHER, naming
from counterfoil.web.views.rendering import PageBroken, Renderer
from counterfoil.web.views.shell import Brand
from counterfoil.web.views.spreadsheets import Sheets
from tests.web.views.specimens import ADA, PAGES


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
    with pytest.raises(Unreadable, match=r"bar\.html, line 1"):
        Renderer(Brand("Northwind"), Assets().address, zone=ZoneInfo("UTC"), template_dir=tmp_path)


def test_an_unknown_name_is_an_error(tmp_path: Path) -> None:
    """A template never shows an empty place where data was meant to be."""
    (tmp_path / "bar.html").write_text("{{ shell.surname }}")
    renderer = Renderer(Brand("Northwind"), Assets().address, zone=ZoneInfo("UTC"), template_dir=tmp_path)
    with pytest.raises(PageBroken) as caught:
        renderer.page(PAGES["list"][0], ADA)
    assert isinstance(caught.value.__cause__, UndefinedError)


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


def test_a_logo_for_the_dark() -> None:
    """BRAND_LOGO_DARK_URL stands where the reader's system is dark; without it there is one logo."""
    light, dark = "https://cdn.example.com/l.svg", "/logo-dark.svg"
    brand = Brand("Northwind", light, logo_dark_url=dark)
    page = Renderer(brand, Assets().address, zone=ZoneInfo("UTC")).page(*PAGES["sign-in"]).decode()
    assert f'<source srcset="{dark}" media="(prefers-color-scheme: dark)">' in page
    plain = Renderer(Brand("Northwind", light), Assets().address, zone=ZoneInfo("UTC")).page(*PAGES["sign-in"])
    assert b"<source" not in plain


def test_the_first_page_is_light() -> None:
    """Page, style sheet, script, icon and font are under 60 KB as they are sent."""
    assets = Assets()
    names = ("portal.css", "portal.js", "icon.svg", "inter.woff2")
    files = [assets.file(assets.address(name).rpartition("/")[2]) for name in names]
    renderer = Renderer(Brand("Northwind"), assets.address, zone=ZoneInfo("UTC"))
    page = renderer.page(*PAGES["list"])
    assert sum(len(file.zipped) for file in files) + len(gzip.compress(page)) < 60_000


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


@pytest.mark.parametrize(
    ("include_tax", "label", "said"),
    [
        (None, "First payment", "Taxes may be added to these prices."),
        (True, "First payment, taxes included", "Prices include taxes."),
        (False, "First payment, before taxes", "Prices are before taxes."),
    ],
)
def test_an_order_says_of_taxes_what_is_known(include_tax: bool | None, label: str, said: str) -> None:
    """PRICES_INCLUDE_TAX is what WHMCS's API does not tell: unset, taxes may come. Of whom WHMCS calls exempt, that."""
    brand = Brand("Northwind", prices_include_tax=include_tax)
    renderer = Renderer(brand, Assets().address, zone=ZoneInfo("UTC"))

    def shown(name: str, **changes: bool) -> str:
        view, shell = PAGES[name]
        return re.sub(r"\s*\n\s*", "", renderer.page(structs.replace(view, **changes), shell).decode())

    assert f"<dt>{label}</dt>" in shown("order-review")
    assert said in shown("order")
    exempt = [shown(name, is_tax_exempt=True) for name in ("order", "order-review")]
    assert "<dt>First payment</dt>" in exempt[1]
    assert all("Your account is exempt from taxes." in page and said not in page for page in exempt)
    assert ("Taxes included" if include_tax else "Before taxes") in shown("home")


def test_a_style_sheet_of_the_operators_comes_after_ours() -> None:
    """CUSTOM_CSS, escaped; without it there is one sheet only."""
    brand = Brand("Northwind", style_sheet="https://brand.example/a.css?b&c")
    page = Renderer(brand, Assets().address, zone=ZoneInfo("UTC")).page(*PAGES["list"]).decode()
    ours, theirs = page.index("/static/"), page.index('href="https://brand.example/a.css?b&amp;c"')
    assert ours < theirs
    plain = Renderer(Brand("Northwind"), Assets().address, zone=ZoneInfo("UTC")).page(*PAGES["list"]).decode()
    assert plain.count('rel="stylesheet"') == 1


def test_nobody_reads_the_name_of_a_module() -> None:
    """Of a gateway that was switched off WHMCS tells no more: it has words in the reader's language, in files too."""
    name_of = naming([Gateway("stripe", "Credit card (Stripe)")])
    assert (name_of("stripe"), name_of(""), name_of("paypalcheckout_v2")) == ("Credit card (Stripe)", "", OTHER)
    renderer = Renderer(Brand("Northwind"), Assets().address, zone=ZoneInfo("UTC"))
    view, shell = PAGES["transactions"]
    moved = [structs.replace(each, gateway=name_of("gone")) for each in view.transactions.items]
    page = structs.replace(view, transactions=structs.replace(view.transactions, items=tuple(moved)))
    assert "Andere Zahlungsart" in renderer.page(page, structs.replace(shell, language="de")).decode()
    sheet = Sheets("ja", name_of).transactions([structs.replace(moved[0], gateway="gone")])
    assert ("その他のお支払い方法" in sheet.rows[0], "取引番号" in sheet.heads) == (True, True)


def test_what_has_no_name_is_called_what_it_is() -> None:
    """Not by a bare number: a subscription of which WHMCS has neither name nor domain."""
    view, shell = PAGES["subscriptions"]
    nameless = structs.replace(view.subscriptions.items[0], name="", domain="", id=4711)
    page = structs.replace(view, subscriptions=structs.replace(view.subscriptions, items=(nameless,)))
    shown = Renderer(Brand("Northwind"), Assets().address, zone=ZoneInfo("UTC")).page(page, shell).decode()
    assert "<strong>Subscription 4711</strong>" in shown

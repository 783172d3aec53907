"""What people type into the search and paste from a page finds its row, and no other."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.billing.invoices.ledger import Ledger
from counterfoil.billing.invoices.query import InvoiceQuery, select
from counterfoil.billing.invoices.search import Search
from counterfoil.billing.typed.cleaning import searched
from counterfoil.model import InvoiceRow, InvoiceStatus, Money
from counterfoil.web.text.catalogue import LANGUAGES, locale_of
from counterfoil.web.text.formats import Formats
from tests.billing.books import TODAY, invoice, row

FORMATS = {language: Formats(locale_of(language), ZoneInfo("UTC")) for language in LANGUAGES}
OTHER = row(2, number="X-9", total="7.77", issued_on=date(1999, 1, 2), due_on=date(1999, 1, 3))


def billed(amount: str, currency: str = "EUR", **changes: object) -> InvoiceRow:
    money = Money.of(amount, currency)
    changes = {"issued_on": date(1999, 1, 2), "due_on": None, "gross": money.amount} | changes
    return row(1, number="X-1", **changes, total=amount) if currency == "EUR" else _in(money, changes)


def _in(money: Money, changes: dict[str, object]) -> InvoiceRow:
    made = row(1, number="X-1", **changes)
    return InvoiceRow(**{name: getattr(made, name) for name in made.__struct_fields__} | {"total": money})


def found(text: str, *rows: InvoiceRow) -> list[int]:
    return [each.id for each in select(rows, InvoiceQuery(text=searched(text)), TODAY)]


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    st.sampled_from(["EUR", "USD", "JPY", "BHD", "CHF", "RSD", "BRL", "PLN", "SEK", "IRT", "USDT"]),
    st.sampled_from(LANGUAGES),
)
def test_an_amount_copied_from_a_page_finds_its_row(amount: Decimal, currency: str, language: str) -> None:
    """In every language and currency, also in one that the operator has made up."""
    bill = billed(str(amount), currency)
    assert 1 in found(FORMATS[language].money(bill.total), bill, OTHER)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(LANGUAGES))
def test_a_date_copied_from_a_page_finds_its_row(day: date, language: str) -> None:
    """Issued, due or paid then; and no row of another day."""
    shown = FORMATS[language].date(day)
    for name in ("issued_on", "due_on"):
        assert found(shown, billed("1.00", **{name: day}), OTHER) == [1]
    paid = billed("1.00", paid_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    assert found(shown, paid, OTHER) == [1]


@pytest.mark.parametrize("text", ["12. Mai 2026", "12 de mayo de 2026", "May 12, 2026", "2026-05-12", "12/5/2026"])
def test_dates_as_people_write_them(text: str) -> None:
    assert found(text, billed("1.00", issued_on=date(2026, 5, 12)), OTHER) == [1]


@pytest.mark.parametrize(
    "text",
    [
        "INV-2026-0412",
        "#INV-2026-0412",
        "inv-2026-0412",
        "\uff29\uff2e\uff36\uff0d\uff12\uff10\uff12\uff16\uff0d\uff10\uff14\uff11\uff12",
        "INV-2026\u200b-0412",
        "\u202aINV-2026-0412\u202c",
        "INV\u20112026\u20130412",
        "\u00a0INV-2026-0412\u00a0",
        "0412",
        "120,00",
        "120.00",
        "\u20ac120.00",
        "120,00 \u20ac",
        "EUR 120.00",
        "120.00 EUR",
        "Stra\u00dfe 7",
        "\u30eb\u30fc\u30bf\u30fc",
    ],
)
def test_numbers_words_and_amounts(text: str) -> None:
    """Full-width, with marks that nobody sees, with a sign before it or a currency beside it."""
    bill = row(1, number="INV-2026-0412", total="120.00", notes="STRASSE 7, \u30eb\u30fc\u30bf\u30fc")
    assert found(text, bill, OTHER) == [1]


@pytest.mark.parametrize("text", ["120,01", "\u20ac12.00", "13 May 2026", "INV-2026-0413", "12 May"])
def test_what_is_not_there_is_not_found(text: str) -> None:
    bill = row(1, number="INV-2026-0412", total="120.00", issued_on=date(2026, 5, 12), due_on=None)
    assert found(text, bill) == []


def test_what_is_due_is_found_as_well() -> None:
    """Of a partly paid invoice, once its balance is known: until then it may be the one that is meant."""
    rows = (row(1), row(2, InvoiceStatus.PAID), row(3))
    query = InvoiceQuery(text="60,00", page_size=1)
    assert Ledger(rows, {}, TODAY).needed_for(query) == {1, 3}
    ledger = Ledger(rows, {1: invoice(1, "60.00", paid="40.00"), 3: invoice(3)}, TODAY)
    page = ledger.page(query, datetime(2026, 11, 23, tzinfo=UTC))
    assert ([item.id for item in page.items], page.total) == ([1], 1)


def test_a_plain_number_costs_no_balance() -> None:
    """It is a piece of an invoice's number more often than an amount."""
    assert not Search("0412").has_amount
    assert Ledger((row(1), row(2)), {}, TODAY).needed_for(InvoiceQuery(text="INV-2")) == {2}


@given(st.text(max_size=100))
def test_any_text_is_a_search(text: str) -> None:
    """Whatever it is, it is no error."""
    found(text, billed("1.00"), OTHER)

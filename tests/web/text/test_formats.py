"""How amounts, dates and numbers look in each language."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from counterfoil.model import Money
from counterfoil.web.text.catalogue import locale_of
from counterfoil.web.text.formats import Formats


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
        ("en", "12.5", "RSD", "RSD12.50"),
        ("es", "1234.5", "HUF", "1.234,50\N{NO-BREAK SPACE}HUF"),
        ("en", "-0.00", "EUR", "€0.00"),
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

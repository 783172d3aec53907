"""The axis of a chart: round amounts, as many as can be told apart."""

from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from counterfoil.model import Money, currency_digits
from counterfoil.web.text.catalogue import locale_of
from counterfoil.web.text.formats import Formats
from counterfoil.web.views.home import HEIGHT, chart_of
from counterfoil.web.views.money.axis import axis
from tests.web.views.specimens_of_money import months

FORMATS = Formats(locale_of("en"), ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("highest", "currency", "labels"),
    [
        ("278.50", "EUR", "€0 €100 €200 €300"),
        ("134.50", "EUR", "€0 €50 €100 €150"),
        ("100", "EUR", "€0 €25 €50 €75 €100"),
        ("100.01", "EUR", "€0 €50 €100 €150"),
        ("8", "EUR", "€0 €2 €4 €6 €8"),
        ("10", "EUR", "€0.00 €2.50 €5.00 €7.50 €10.00"),
        ("0.35", "EUR", "€0.00 €0.10 €0.20 €0.30 €0.40"),
        ("0.10", "EUR", "€0.00 €0.05 €0.10"),
        ("0.01", "EUR", "€0.00 €0.01 €0.02"),
        ("999999999999.99", "EUR", "€0 €250,000,000,000 €500,000,000,000 €750,000,000,000 €1,000,000,000,000"),
        ("1000000000000.01", "EUR", "€0 €500,000,000,000 €1,000,000,000,000 €1,500,000,000,000"),
        ("7000", "JPY", "JP¥0 JP¥2,000 JP¥4,000 JP¥6,000 JP¥8,000"),
        ("10", "JPY", "JP¥0 JP¥5 JP¥10"),
        ("1", "JPY", "JP¥0 JP¥1 JP¥2"),
        ("0.010", "KWD", "KWD0.000 KWD0.005 KWD0.010"),
        ("0", "EUR", "€0"),
        ("-5", "JPY", "JP¥0"),
    ],
)
def test_lines_at_round_amounts(highest: str, currency: str, labels: str) -> None:
    """From 0 up, without decimals that say nothing, and with the currency's own where one of them needs them."""
    ticks = axis(Money.of(highest, currency))
    assert " ".join(FORMATS.axis_labels(tick.amount for tick in reversed(ticks))).replace("\xa0", "") == labels


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_three_to_five_lines_whatever_is_paid(currency: str) -> None:
    """The highest line is at the highest amount or above it, the lowest at 0, and each can be paid in the currency."""
    unit = Decimal(1).scaleb(-currency_digits(currency))
    for units in (*range(1, 1200), 10**6 + 1, 25 * 10**7, 10**12 - 1, 10**12, 10**14 + 7):
        ticks = axis(Money.of(units * unit, currency))
        amounts = [tick.amount.amount for tick in ticks]
        assert 3 <= len(ticks) <= 5, units
        assert (amounts[-1], ticks[-1].share, ticks[0].share) == (0, 0, 100)
        assert amounts[0] >= units * unit
        assert [each for each in amounts if each % unit] == []
        assert len({higher - lower for higher, lower in pairwise(amounts)}) == 1


def test_bars_are_drawn_to_the_axis() -> None:
    """A month of 150.00 under an axis of up to 300 is half as high as the drawing."""
    chart = chart_of(months("278.50", "150.00", "-20.00", currency="EUR"))
    assert chart.ticks[0].amount == Money.of("300", "EUR")
    assert [bar.height for bar in chart.bars[:3]] == [round(Decimal("278.50") * HEIGHT / 300), 50, 0]

"""Amounts: in their currency's own digits, and never changed by being written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.model.money import Money, currency_digits


@pytest.mark.parametrize(
    ("given_", "currency", "amount"),
    [
        ("1200.00", "JPY", "1200"),
        ("12.5", "EUR", "12.50"),
        ("1", "BHD", "1.000"),
        ("0.005", "EUR", "0.005"),
        ("-3", "USD", "-3.00"),
        ("7", "IRT", "7.00"),
        ("12.5", "RSD", "12.50"),
        ("1234.50", "HUF", "1234.50"),
        ("3", "ALL", "3.00"),
        ("5", "IQD", "5.000"),
        ("100.00", "ISK", "100"),
        ("100.00", "XOF", "100"),
        ("1", "CLF", "1.0000"),
        ("-0.00", "EUR", "0.00"),
        ("-0", "JPY", "0"),
    ],
)
def test_an_amount_has_the_digits_of_its_currency(given_: str, currency: str, amount: str) -> None:
    """By ISO 4217, not by how people usually write it; what carries value is never dropped, and nothing has no sign."""
    assert str(Money.of(given_, currency).amount) == amount


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12),
    st.sampled_from(["EUR", "JPY"]),
)
def test_an_amount_keeps_its_value(amount: Decimal, currency: str) -> None:
    """Whatever WHMCS says is what is shown."""
    assert Money.of(amount, currency).amount == amount
    assert currency_digits(currency) in {0, 2}

"""What was paid, by month."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec

from counterfoil.billing.spending import spending
from counterfoil.model import InvoiceRow, InvoiceStatus, Money
from tests.billing.books import row

TODAY = date(2026, 2, 14)
PAID = InvoiceStatus.PAID


def paid(id_: int, gross: str, on: date, currency: str = "EUR", **more: object) -> InvoiceRow:
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    found = row(id_, PAID, **({"gross": Decimal(gross), "paid_at": at} | more))
    return msgspec.structs.replace(found, total=Money.of(gross, currency))


def test_twelve_months_up_to_this_one() -> None:
    """By the day of payment; what lies before them is not in the chart."""
    rows = [paid(1, "10.00", date(2026, 2, 1)), paid(2, "5.50", date(2026, 2, 13)), paid(3, "9.00", date(2025, 3, 1))]
    (eur,) = spending([*rows, paid(4, "99.00", date(2025, 2, 28))], "EUR", TODAY)
    assert [month.first for month in eur.months][::11] == [date(2025, 3, 1), date(2026, 2, 1)]
    assert [str(month.spent.amount) for month in eur.months] == ["9.00", *["0.00"] * 10, "15.50"]


def test_only_what_was_paid_and_not_by_credit() -> None:
    rows = [
        row(1, InvoiceStatus.UNPAID, gross=Decimal(5)),
        row(2, InvoiceStatus.REFUNDED, gross=Decimal(5)),
        paid(3, "30.00", date(2026, 2, 2), credit_used=Decimal("12.00")),
        paid(4, "1.00", date(2026, 2, 2), paid_at=None, issued_on=date(2026, 1, 31)),
    ]
    (eur,) = spending(rows, "EUR", TODAY)
    assert [str(month.spent.amount) for month in eur.months][-2:] == ["1.00", "18.00"]


def test_each_currency_for_itself() -> None:
    """Never added, the client's own first; nothing paid is no chart."""
    rows = [paid(1, "7000", date(2026, 2, 2), "JPY"), paid(2, "1.00", date(2026, 2, 2))]
    assert [(each.currency, str(each.months[-1].spent.amount)) for each in spending(rows, "EUR", TODAY)] == [
        ("EUR", "1.00"),
        ("JPY", "7000"),
    ]
    assert spending([], "EUR", TODAY) == ()

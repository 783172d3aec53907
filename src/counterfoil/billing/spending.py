"""What a client has paid, month by month. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from counterfoil.model import InvoiceRow, InvoiceStatus, Money

MONTHS = 12


class Month(Struct, frozen=True):
    first: date
    spent: Money


class Spending(Struct, frozen=True):
    """The last twelve months in one currency, the current one last."""

    currency: str
    months: tuple[Month, ...]


def spending(rows: Sequence[InvoiceRow], own_currency: str, today: date) -> tuple[Spending, ...]:
    """Of invoices that are Paid, by the day on which they were: what credit paid is not spent again. The client's own
    currency first; none at all without a payment in these months.
    """
    paid = [row for row in rows if row.status is InvoiceStatus.PAID]
    months = _months_until(today)
    currencies = dict.fromkeys([own_currency, *(row.total.currency for row in paid)])
    found = (_in_currency([row for row in paid if row.total.currency == each], each, months) for each in currencies)
    return tuple(each for each in found if any(month.spent.amount for month in each.months))


def _in_currency(paid: Iterable[InvoiceRow], currency: str, months: list[date]) -> Spending:
    sums = dict.fromkeys(months, Decimal(0))
    for row in paid:
        day = row.paid_at.date() if row.paid_at else row.issued_on
        if day and day.replace(day=1) in sums:
            sums[day.replace(day=1)] += row.gross - row.credit_used
    return Spending(currency, tuple(Month(first, Money.of(amount, currency)) for first, amount in sums.items()))


def _months_until(today: date) -> list[date]:
    last = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(last - MONTHS + 1, last + 1)]

"""Statements that try their page."""

from datetime import UTC, date, datetime
from decimal import Decimal

from counterfoil.billing.credits import ShownCredit
from counterfoil.billing.statement import Books, statement
from counterfoil.billing.transactions import Kind, ShownTransaction
from counterfoil.model import InvoiceRow, InvoiceStatus, Money
from tests.web.texts import ENDLESS, HOSTILE

AS_OF = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def billed(id_: int, number: str, status: InvoiceStatus, issued_on: date | None, total: Money) -> InvoiceRow:
    return InvoiceRow(id_, 1, number, status, issued_on, None, None, total, "", "", total.amount)


STATEMENT = statement(
    Books(
        [
            (
                billed(412, HOSTILE, InvoiceStatus.UNPAID, date(2026, 11, 1), Money.of("134.50", "EUR")),
                Decimal("94.50"),
            ),
            (billed(413, ENDLESS, InvoiceStatus.CANCELLED, date(2026, 2, 1), Money.of("90", "USD")), Decimal(0)),
        ],
        [ShownTransaction(1, date(2026, 11, 9), Kind.PAYMENT, HOSTILE, "", ENDLESS, Money.of("40.00", "EUR"), 412)],
        [ShownCredit(1, date(2026, 11, 10), HOSTILE, Money.of("12.00", "EUR"))],
        Money.of("12.00", "EUR"),
    ),
    *YEAR,
    AS_OF,
)
ODD_STATEMENT = statement(Books([], [], [], Money.of("1000000000000.01", "EUR")), *YEAR, AS_OF)

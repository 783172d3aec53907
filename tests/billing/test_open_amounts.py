"""What a client owes by parts, which add up to what the statement says."""

from decimal import Decimal

from counterfoil.billing.invoices.open_amounts import open_amounts
from counterfoil.model import InvoiceStatus, Money
from tests.billing.books import row

UNPAID = InvoiceStatus.UNPAID


def test_each_open_invoice_is_in_one_part() -> None:
    """To pay, on its way, with collections, or neither; closed ones owe nothing."""
    books = [
        (row(1), Decimal("94.50")),
        (row(2, InvoiceStatus.PAYMENT_PENDING), Decimal(60)),
        (row(3, InvoiceStatus.COLLECTIONS), Decimal(45)),
        (row(4, UNPAID, "-25.00"), Decimal(-25)),
        (row(5, InvoiceStatus.PAID), Decimal(0)),
    ]
    parts = open_amounts(books, "EUR", Money.of("12", "EUR"))
    shown = (parts.to_pay, parts.processing, parts.collections, parts.other, parts.credit, parts.owed)
    assert [str(each.amount) for each in shown if each] == ["94.50", "60.00", "45.00", "-25.00", "12.00", "162.50"]


def test_credit_counts_in_its_own_currency_and_only_if_it_is_known() -> None:
    """Nothing is summed with what cannot be read."""
    yen = open_amounts([], "JPY", Money.of("12", "EUR"))
    assert (yen.credit, yen.owed) == (Money.of("0", "JPY"), Money.of("0", "JPY"))
    unknown = open_amounts([(row(1), Decimal(5))], "EUR", None)
    assert (unknown.credit, unknown.owed) == (None, None)

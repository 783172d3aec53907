"""What the filters of the list say of themselves."""

from datetime import date

import pytest

from counterfoil.billing.invoices.counts import counts_of
from counterfoil.billing.invoices.ledger import Ledger
from counterfoil.billing.invoices.query import InvoiceQuery, StatusFilter
from counterfoil.model import InvoiceStatus
from tests.billing.books import TODAY, invoice, row

ROWS = (
    row(1),
    row(2, due_on=date(2026, 12, 1)),
    row(3, total="0.00"),
    row(4, InvoiceStatus.PAID),
    row(5, InvoiceStatus.PAYMENT_PENDING),
    row(6, InvoiceStatus.COLLECTIONS),
    row(7, InvoiceStatus.REFUNDED, issued_on=date(2025, 5, 1)),
    row(8),
)
KNOWN = {id_: invoice(id_) for id_ in (1, 2, 3, 5, 6)} | {8: invoice(8, kind="Invoice")}
"""The last one stands for others, and is not shown."""


@pytest.mark.parametrize("query", [InvoiceQuery(), InvoiceQuery(issued_from=date(2026, 1, 1)), InvoiceQuery(text="5")])
def test_what_a_filter_shows_is_what_it_says(query: InvoiceQuery) -> None:
    """Each count is the length of the list behind it, with the same search and period."""
    ledger = Ledger(ROWS, KNOWN, TODAY, open_limit=100)
    counts = counts_of(ledger, query)
    assert set(counts) == {None, *StatusFilter} - {StatusFilter.PARTIALLY_PAID}
    for status, count in counts.items():
        shown = InvoiceQuery(status, query.issued_from, query.issued_to, query.text)
        assert count == len(ledger.matching(shown)), status


def test_counts() -> None:
    counts = counts_of(Ledger(ROWS, KNOWN, TODAY, open_limit=100), InvoiceQuery(status=StatusFilter.PAID, page=3))
    assert (counts[None], counts[StatusFilter.TO_PAY], counts[StatusFilter.OVERDUE]) == (7, 2, 1)
    assert (counts[StatusFilter.PAID], counts[StatusFilter.OTHER]) == (1, 2)


def test_what_is_not_known_is_not_counted() -> None:
    """Of more open invoices than are read, some may stand for others: only what is closed is counted."""
    counts = counts_of(Ledger(ROWS, {}, TODAY, open_limit=2), InvoiceQuery())
    assert counts == {StatusFilter.PAID: 1, StatusFilter.REFUNDED: 1, StatusFilter.CANCELLED: 0}

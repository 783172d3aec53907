"""Filters, search and order of the invoice list."""

from datetime import date
from decimal import Decimal
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.billing.invoices.query import InvoiceQuery, Sort, StatusFilter, is_overdue, select
from counterfoil.model import InvoiceRow, InvoiceStatus, Money
from tests.billing.books import TODAY, row

UNPAID, PAID = InvoiceStatus.UNPAID, InvoiceStatus.PAID


def ids(rows: list[InvoiceRow]) -> list[int]:
    return [each.id for each in rows]


def chosen(rows: list[InvoiceRow], **query: object) -> list[int]:
    return ids(select(rows, InvoiceQuery(**query), TODAY))


@pytest.mark.parametrize(
    ("status", "total", "due_on", "overdue"),
    [
        (UNPAID, "0.01", date(2026, 11, 22), True),
        (UNPAID, "0.01", TODAY, False),
        (UNPAID, "0.01", None, False),
        (UNPAID, "0.00", date(2026, 1, 1), False),
        (UNPAID, "-5.00", date(2026, 1, 1), False),
        (PAID, "0.01", date(2026, 1, 1), False),
        (InvoiceStatus.COLLECTIONS, "0.01", date(2026, 1, 1), False),
    ],
)
def test_overdue_is_to_pay_and_past_its_due_date(
    status: InvoiceStatus, total: str, due_on: date | None, overdue: bool
) -> None:
    """WHMCS's rows never say Overdue: the portal computes it, and the due date itself is still in time."""
    assert is_overdue(status, Decimal(total), due_on, TODAY) is overdue


def test_status_filters() -> None:
    """Each word of the API finds its own rows and no others."""
    rows = [row(place, status, due_on=TODAY) for place, status in enumerate(InvoiceStatus) if status != "draft"]
    rows.append(row(99, UNPAID, due_on=date(2026, 1, 1)))
    for wanted in StatusFilter:
        if wanted in {StatusFilter.TO_PAY, StatusFilter.OVERDUE, StatusFilter.OTHER, StatusFilter.PARTIALLY_PAID}:
            continue
        assert {each.status for each in select(rows, InvoiceQuery(status=wanted), TODAY)} == {wanted.value}
    assert chosen(rows, status=StatusFilter.OVERDUE) == [99]
    rows += [row(100, UNPAID, total="0.00"), row(101, UNPAID, total="-5.00")]
    assert set(chosen(rows, status=StatusFilter.UNPAID)) - set(chosen(rows, status=StatusFilter.TO_PAY)) == {100, 101}
    assert len(chosen(rows, status=StatusFilter.OTHER)) == 3


def test_dates_are_of_issue_and_inclusive() -> None:
    """`from` and `to` include their own days; an invoice without a date is in no period."""
    rows = [row(1, issued_on=date(2026, 1, 1)), row(2, issued_on=date(2026, 1, 31)), row(3, issued_on=None)]
    assert set(chosen(rows, issued_from=date(2026, 1, 1), issued_to=date(2026, 1, 31))) == {1, 2}
    assert chosen(rows, issued_from=date(2026, 1, 2)) == [2]
    assert chosen(rows, issued_to=date(2026, 1, 30)) == [1]


def test_search_finds_every_word_in_number_amount_and_notes() -> None:
    """All words must occur, in whatever case."""
    rows = [row(1, number="INV-2026-0412", notes="Straße 7"), row(2, number="", total="134.50")]
    assert chosen(rows, text="inv-2026 STRASSE") == [1]
    assert chosen(rows, text="134.5") == [2]
    assert chosen(rows, text="inv nothing") == []


def test_numbers_sort_as_people_count() -> None:
    """INV-9 stands before INV-10."""
    rows = [row(1, number="INV-10"), row(2, number="INV-9"), row(3, number="7"), row(4, number="")]
    assert chosen(rows, sort=Sort.NUMBER, descending=False) == [4, 3, 2, 1]


def test_what_needs_attention_comes_first() -> None:
    """Unpaid by due date, then everything else, newest first."""
    rows = [
        row(1, PAID, issued_on=date(2026, 11, 20)),
        row(2, UNPAID, due_on=date(2026, 12, 1)),
        row(3, UNPAID, due_on=date(2026, 11, 1)),
        row(4, PAID, issued_on=date(2026, 11, 21)),
    ]
    assert chosen(rows, sort=Sort.ATTENTION) == [3, 2, 4, 1]


rows_of_all_kinds = st.lists(
    st.builds(
        row,
        st.integers(1, 500),
        st.sampled_from([status for status in InvoiceStatus if status != "draft"]),
        number=st.sampled_from(["", "INV-1", "INV-10", "9"]),
        issued_on=st.none() | st.dates(date(2020, 1, 1), date(2026, 12, 31)),
        due_on=st.none() | st.dates(date(2020, 1, 1), date(2026, 12, 31)),
        total=st.sampled_from(["0", "10.00", "99.99"]),
    ),
    unique_by=lambda each: each.id,
)


@given(rows_of_all_kinds, st.sampled_from(Sort), st.booleans(), st.randoms())
def test_the_order_does_not_depend_on_how_whmcs_sent_the_rows(
    rows: list[InvoiceRow], sort: Sort, descending: bool, rng: Random
) -> None:
    """Pages of a list that WHMCS sends in another order neither overlap nor lose a row."""
    query = InvoiceQuery(sort=sort, descending=descending)
    shuffled = rows[:]
    rng.shuffle(shuffled)
    assert ids(select(rows, query, TODAY)) == ids(select(shuffled, query, TODAY))
    assert sorted(ids(select(rows, query, TODAY))) == sorted(ids(rows))


def test_amounts_of_one_currency_stay_together() -> None:
    """Sorting by total never compares yen with euros."""
    rows = [row(1, total="5000"), row(2, total="10"), msgspec.structs.replace(row(3), total=Money(Decimal(100), "JPY"))]
    assert chosen(rows, sort=Sort.TOTAL, descending=False) == [2, 1, 3]

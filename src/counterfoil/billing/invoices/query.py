"""Which invoices somebody asks for, and in which order. Pure: rows in, rows out."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from msgspec import Struct

from counterfoil.billing.invoices.search import Search
from counterfoil.model import InvoiceRow, InvoiceStatus


class StatusFilter(StrEnum):
    """The API's filter words, "to_pay" and "other" being the pages' own."""

    UNPAID = "unpaid"
    TO_PAY = "to_pay"
    OVERDUE = "overdue"
    PAID = "paid"
    PARTIALLY_PAID = "partially_paid"
    PAYMENT_PENDING = "payment_pending"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    COLLECTIONS = "collections"
    OTHER = "other"


class Sort(StrEnum):
    DATE = "date"
    DUE_DATE = "due_date"
    TOTAL = "total"
    NUMBER = "number"
    STATUS = "status"
    ATTENTION = "attention"
    """What to do first: unpaid by due date, then everything else, newest first."""


class InvoiceQuery(Struct, frozen=True):
    """Dates are of issue, both included. `page` counts from 1."""

    status: StatusFilter | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    text: str = ""
    sort: Sort = Sort.DATE
    descending: bool = True
    page: int = 1
    page_size: int = 25


_OTHER = frozenset({InvoiceStatus.CANCELLED, InvoiceStatus.REFUNDED, InvoiceStatus.COLLECTIONS})

OPEN = frozenset({InvoiceStatus.UNPAID, InvoiceStatus.PAYMENT_PENDING, InvoiceStatus.COLLECTIONS})
"""Money may still be owed: what is due is the invoice's own balance, not the row's total."""


def is_to_pay(status: InvoiceStatus, total: Decimal) -> bool:
    """Unpaid, and over an amount: one over 0.00, or in the customer's favour, asks nobody for anything. Told by what
    the list says, so that filters, counts and sums mean the same invoices; whether it can be paid, its balance says.
    """
    return status is InvoiceStatus.UNPAID and total > 0


def is_overdue(status: InvoiceStatus, total: Decimal, due_on: date | None, today: date) -> bool:
    """WHMCS has no such state: an overdue invoice is one to pay whose due date is over."""
    return is_to_pay(status, total) and due_on is not None and due_on < today


def select(
    rows: Sequence[InvoiceRow],
    query: InvoiceQuery,
    today: date,
    finds: Callable[[Search, InvoiceRow], bool] = Search.finds,
) -> list[InvoiceRow]:
    """The matching rows in order, of all pages. "Partially paid" is left to who knows the balances; so is, by `finds`,
    what is found by them.
    """
    search = Search(query.text, frozenset(row.total.currency for row in rows) if query.text else frozenset())
    chosen = [
        row
        for row in rows
        if has_status(row, query.status, today)
        and _issued_between(row, query.issued_from, query.issued_to)
        and finds(search, row)
    ]
    if query.sort is Sort.ATTENTION:
        return sorted(chosen, key=_attention)
    # Equal rows keep one order, newest first, whichever way the column is sorted: pages must not overlap.
    chosen.sort(key=lambda row: row.id, reverse=True)
    chosen.sort(key=_SORT_KEYS[query.sort], reverse=query.descending)
    return chosen


def has_status(row: InvoiceRow, wanted: StatusFilter | None, today: date) -> bool:
    """As far as a row tells: of "partially paid" only that it may be."""
    match wanted:
        case None:
            return True
        case StatusFilter.TO_PAY:
            return is_to_pay(row.status, row.total.amount)
        case StatusFilter.OVERDUE:
            return is_overdue(row.status, row.total.amount, row.due_on, today)
        case StatusFilter.PARTIALLY_PAID:
            return row.status in OPEN
        case StatusFilter.OTHER:
            return row.status in _OTHER
        case _:
            return row.status == wanted.value


def _issued_between(row: InvoiceRow, first: date | None, last: date | None) -> bool:
    if first is None and last is None:
        return True
    return row.issued_on is not None and (first or date.min) <= row.issued_on <= (last or date.max)


def _attention(row: InvoiceRow) -> tuple[bool, int, int]:
    if row.status is InvoiceStatus.UNPAID:
        return False, (row.due_on or date.max).toordinal(), row.id
    return True, -(row.issued_on or date.min).toordinal(), -row.id


def _number(row: InvoiceRow) -> tuple[tuple[bool, int, str], ...]:
    # "INV-9" before "INV-10": runs of digits compare as numbers.
    runs = _RUNS.findall((row.number or str(row.id))[:LONGEST_NUMBER].casefold())
    return tuple(_place(run) for run in runs)


def _place(run: str) -> tuple[bool, int, str]:
    # By length and then as text, which is as numbers: Python refuses to read a number of some thousand digits.
    digits = run.lstrip("0")
    return (False, len(digits), digits) if run.isdecimal() else (True, 0, run)


_RUNS = re.compile(r"\d+|\D+")
LONGEST_NUMBER = 100
"""Characters by which numbers are sorted."""

_STATUS_ORDER = {status: place for place, status in enumerate(InvoiceStatus)}

_SORT_KEYS: dict[Sort, Callable[[InvoiceRow], Any]] = {
    Sort.DATE: lambda row: row.issued_on or date.min,
    Sort.DUE_DATE: lambda row: row.due_on or date.max,
    Sort.TOTAL: lambda row: (row.total.currency, row.total.amount),
    Sort.NUMBER: _number,
    Sort.STATUS: lambda row: _STATUS_ORDER[row.status],
}

"""How many invoices each filter of the list would show, by the same snapshot as the list itself. Pure."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

from msgspec.structs import replace

from counterfoil.billing.invoices.ledger import Ledger
from counterfoil.billing.invoices.query import OPEN, InvoiceQuery, StatusFilter, has_status, is_overdue, is_to_pay
from counterfoil.model import InvoiceRow, InvoiceStatus

Counts: TypeAlias = Mapping[StatusFilter | None, int]
"""None: all of them. A filter that is not in it cannot be counted truthfully."""

_COUNTED = (None, *(each for each in StatusFilter if each is not StatusFilter.PARTIALLY_PAID))

_Kind = tuple[InvoiceStatus, bool, bool]


def counts_of(ledger: Ledger, query: InvoiceQuery) -> Counts:
    """With the search and the period of the query. What is open is counted only when all of it was read: before that
    nobody knows which of it stands for other invoices and is not shown.
    """
    samples: dict[_Kind, InvoiceRow] = {}
    found: Counter[_Kind] = Counter()
    for row in ledger.matching(replace(query, status=None)):
        kind = _kind_of(row, ledger.today)
        samples.setdefault(kind, row)
        found[kind] += 1
    counts: dict[StatusFilter | None, int] = {}
    for wanted in _COUNTED:
        kinds = [kind for kind, row in samples.items() if has_status(row, wanted, ledger.today)]
        if ledger.reads_all_open or not any(status in OPEN for status, *_ in kinds):
            counts[wanted] = sum(found[kind] for kind in kinds)
    return counts


def _kind_of(row: InvoiceRow, today: date) -> _Kind:
    """Rows of one kind have the same filters: each is asked for a kind, not for a row."""
    total = row.total.amount
    return row.status, is_to_pay(row.status, total), is_overdue(row.status, total, row.due_on, today)

"""A client's invoices at one moment: the rows of the list, and the invoices whose balances are known. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from counterfoil.billing.invoices.open_amounts import open_amounts
from counterfoil.billing.invoices.query import OPEN, InvoiceQuery, StatusFilter, is_overdue, is_to_pay, select
from counterfoil.billing.invoices.search import Search
from counterfoil.billing.invoices.shown import (
    InvoiceItem,
    InvoiceList,
    InvoiceTotals,
    has_part_payment,
    owed,
    stands_for_others,
)
from counterfoil.model import Client, Invoice, InvoiceRow, InvoiceStatus, Money

SEARCHED_BALANCES = 100
"""Open invoices up to which an amount that somebody looks for may be what is due: each is a call when cold."""

_INSISTENCE = 2
_MOST_USUAL = 10_000

Said = tuple[InvoiceStatus, Decimal, date | None]
"""Of an invoice, what the list and the invoice itself both say: status, total, due date."""


def _listed(row: InvoiceRow | None) -> Said | None:
    return None if row is None else (row.status, row.total.amount, row.due_on)


def _own(invoice: Invoice | None) -> Said | None:
    return None if invoice is None else (invoice.status, invoice.total, invoice.due_on)


class Difference(NamedTuple):
    """What the list says of an invoice and what it says itself. None: that there is none."""

    listed: Said | None
    own: Said | None

    @property
    def is_grave(self) -> bool:
        """About the status, which must never be taken back."""
        return self.listed is None or self.own is None or self.listed[0] is not self.own[0]


class Doubts:
    """Which differences are worth reading again. The few that WHMCS insists on are how it is, whatever the reason:
    reading again for ever would be an outage made by ourselves.
    """

    def __init__(self) -> None:
        self._usual: set[Difference] = set()

    def are_justified(self, differences: frozenset[Difference], tries: int) -> bool:
        """`tries`: how often it was read again already."""
        if any(difference.is_grave for difference in differences):
            return True
        news = differences - self._usual
        if news and tries >= _INSISTENCE:
            if len(self._usual) > _MOST_USUAL:
                self._usual.clear()
            self._usual |= news
            return False
        return bool(news)


class Ledger:
    """`invoices` holds what is known so far; `needed_for` tells what else a page takes.

    `open_limit`: up to so many open invoices are all read, whichever page is asked for.
    """

    def __init__(
        self,
        rows: tuple[InvoiceRow, ...],
        invoices: Mapping[int, Invoice | None],
        today: date = date.max,
        *,
        open_limit: int = 0,
    ) -> None:
        self._invoices = invoices
        self._all_rows = rows
        self._rows = self._visible(rows)
        self.today = today
        self._selected: tuple[InvoiceQuery, list[InvoiceRow]] | None = None
        open_count = sum(row.status in OPEN for row in rows)
        self.reads_all_open = open_count <= open_limit
        self._has_few_open = open_count <= SEARCHED_BALANCES

    def __len__(self) -> int:
        return len(self._all_rows)

    def differences(self, cached: Mapping[int, Invoice | None] = MappingProxyType({})) -> frozenset[Difference]:
        """Where the list and an invoice tell of different moments. `cached`: invoices that are known besides."""
        invoices = {**self._invoices, **cached}
        rows = {row.id: row for row in self._all_rows if row.id in invoices}
        both = (Difference(_listed(rows.get(id_)), _own(invoice)) for id_, invoice in invoices.items())
        return frozenset(each for each in both if each.listed != each.own)

    def on_page(self, query: InvoiceQuery) -> frozenset[int]:
        return frozenset(row.id for row in self._page_rows(query))

    def needed_for(self, query: InvoiceQuery) -> frozenset[int]:
        if self.reads_all_open:
            return self.open()
        return self.open_among(query) if self._is_read_whole(query) else _open_of(self._page_rows(query))

    def to_pay(self) -> frozenset[int]:
        return frozenset(row.id for row in self._rows if is_to_pay(row.status, row.total.amount))

    def years(self) -> tuple[int, ...]:
        """Of issue, newest first."""
        return tuple(sorted({row.issued_on.year for row in self._rows if row.issued_on}, reverse=True))

    def page(self, query: InvoiceQuery, as_of: datetime) -> InvoiceList:
        return InvoiceList(
            items=tuple(self._item(row) for row in self._page_rows(query)),
            page=query.page,
            page_size=query.page_size,
            total=len(self.matching(query) if self._is_read_whole(query) else self._candidates(query)),
            as_of=as_of,
        )

    def open_among(self, query: InvoiceQuery) -> frozenset[int]:
        """Of all pages, whose amounts due have to be known."""
        return _open_of(self._visible(self._candidates(query)))

    def all_pages(self, query: InvoiceQuery) -> tuple[InvoiceItem, ...]:
        return tuple(self._item(row) for row in self.matching(query))

    def named(self, ids: Iterable[int]) -> tuple[InvoiceItem | None, ...]:
        """Each id's invoice; None: not this client's to see."""
        rows = {row.id: row for row in self._rows}
        return tuple(self._item(rows[id_]) if id_ in rows else None for id_ in ids)

    def rows(self) -> tuple[InvoiceRow, ...]:
        return tuple(self._rows)

    def open(self) -> frozenset[int]:
        return _open_of(self._rows)

    def rows_with_due(self) -> tuple[tuple[InvoiceRow, Decimal], ...]:
        """Every invoice with what is owed on it; the balances of all open ones must be known."""
        return tuple((row, self._due(row)) for row in self._rows)

    def totals(self, client: Client) -> tuple[InvoiceTotals, ...]:
        """One for each currency that something is open in, the client's own always. All that is open must be known."""
        opened = [row for row in self._rows if row.status in OPEN]
        currencies = dict.fromkeys([client.currency, *(row.total.currency for row in opened)])
        return tuple(
            self._totals_in(currency, [row for row in opened if row.total.currency == currency], client)
            for currency in currencies
        )

    def _totals_in(self, currency: str, opened: list[InvoiceRow], client: Client) -> InvoiceTotals:
        unpaid = [row for row in opened if row.status is InvoiceStatus.UNPAID]
        owed = [row for row in unpaid if is_to_pay(row.status, row.total.amount) and self._due(row) > 0]
        return InvoiceTotals(
            open=open_amounts([(row, self._due(row)) for row in opened], currency, client.credit),
            overdue=Money.of(sum(map(self._due, filter(self._is_overdue, owed)), Decimal(0)), currency),
            next_due_on=min((row.due_on for row in owed if row.due_on and row.due_on >= self.today), default=None),
            unpaid_count=len(unpaid),
            overdue_count=sum(map(self._is_overdue, unpaid)),
        )

    def _visible(self, rows: Iterable[InvoiceRow]) -> list[InvoiceRow]:
        return [row for row in rows if not ((invoice := self._invoices.get(row.id)) and stands_for_others(invoice))]

    def _page_rows(self, query: InvoiceQuery) -> list[InvoiceRow]:
        if self._waits_for_balances(query):
            return self._candidates(query)
        start = (query.page - 1) * query.page_size
        end = start + query.page_size
        if self._is_read_whole(query):
            return self.matching(query)[start:end]
        # Cut before anything is left out: what this page does not know must not move others to another page.
        return self._visible(self._candidates(query)[start:end])

    def _is_read_whole(self, query: InvoiceQuery) -> bool:
        """Whether all that is open among the matching is read, whichever page is asked for."""
        if self.reads_all_open or self._goes_by_balances(query):
            return True
        return len(self._candidates(query)) <= query.page_size

    def matching(self, query: InvoiceQuery) -> list[InvoiceRow]:
        """Of all pages."""
        chosen = self._visible(self._candidates(query))
        if query.status is not StatusFilter.PARTIALLY_PAID:
            return chosen
        return [row for row in chosen if (invoice := self._invoices.get(row.id)) and has_part_payment(invoice)]

    def _candidates(self, query: InvoiceQuery) -> list[InvoiceRow]:
        """In the order of the query. Asked for several times for one page."""
        if self._selected is None or self._selected[0] != query:
            self._selected = query, select(self._all_rows, query, self.today, self._finds)
        return self._selected[1]

    def _finds(self, search: Search, row: InvoiceRow) -> bool:
        """By what is due as well. While that is not known it may be what somebody looks for."""
        if row.status not in OPEN or not (search.has_amount and self._has_few_open):
            return search.finds(row)
        return row.id not in self._invoices or search.finds(row, self._due(row))

    def _goes_by_balances(self, query: InvoiceQuery) -> bool:
        if query.status is StatusFilter.PARTIALLY_PAID:
            return True
        return self._has_few_open and bool(query.text) and Search(query.text).has_amount

    def _waits_for_balances(self, query: InvoiceQuery) -> bool:
        """Which invoices are meant shows only when every candidate's balance is known."""
        if not self._goes_by_balances(query):
            return False
        return any(row.id not in self._invoices for row in self._candidates(query) if row.status in OPEN)

    def _due(self, row: InvoiceRow) -> Decimal:
        invoice = self._invoices.get(row.id)
        return owed(row.status, invoice.balance) if invoice else Decimal(0)

    def _is_overdue(self, row: InvoiceRow) -> bool:
        return is_overdue(row.status, row.total.amount, row.due_on, self.today)

    def _item(self, row: InvoiceRow) -> InvoiceItem:
        due = self._due(row)
        invoice = self._invoices.get(row.id)
        return InvoiceItem(
            id=row.id,
            number=row.number or str(row.id),
            status=row.status,
            is_payable=row.status is InvoiceStatus.UNPAID and due > 0,
            is_overdue=self._is_overdue(row),
            is_partially_paid=invoice is not None and has_part_payment(invoice),
            issued_on=row.issued_on,
            due_on=row.due_on,
            paid_at=row.paid_at,
            total=row.total,
            amount_due=Money.of(due, row.total.currency),
            gateway=row.gateway,
            unreadable=row.unreadable,
        )


def _open_of(rows: Iterable[InvoiceRow]) -> frozenset[int]:
    return frozenset(row.id for row in rows if row.status in OPEN)

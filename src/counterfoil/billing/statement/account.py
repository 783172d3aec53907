"""A client's account over a period: what was owed, what was charged, what was paid, what is owed. Pure.

The account is what the client owes less the credit that the client has. WHMCS keeps no such account, so it is written
up (entries.py) and compared with WHMCS's own figures: the balances of the open invoices and the credit. Where the two
differ the statement says by how much.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from counterfoil.billing.invoices.open_amounts import OpenAmounts, open_amounts
from counterfoil.billing.statement.entries import Books, Entry, EntryKind, entries_of
from counterfoil.model import Money


class Line(Struct, frozen=True):
    """An entry of the period with what is owed after it."""

    date: date | None
    kind: EntryKind
    invoice_id: int | None
    number: str
    text: str
    gateway: str
    reference: str
    amount: Money
    balance: Money


class Account(Struct, frozen=True):
    """One currency. opening + invoiced + paid + refunded + credited + adjusted = closing: all are signed."""

    currency: str
    opening: Money
    invoiced: Money
    paid: Money
    refunded: Money
    credited: Money
    adjusted: Money
    closing: Money
    lines: tuple[Line, ...]
    owed_today: Money
    """By this account, whatever the period."""
    whmcs_today: Money
    """The balances of the open invoices less the credit, as WHMCS has them."""
    open: OpenAmounts
    """The same by parts."""
    difference: Money
    is_reconciled: bool


class Statement(Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """`first` and `last` are both included; the API calls them as its parameters are called."""

    first: date
    last: date
    accounts: tuple[Account, ...]
    as_of: datetime


_COLUMNS = {
    EntryKind.INVOICE: "invoiced",
    EntryKind.PAYMENT: "paid",
    EntryKind.REFUND: "refunded",
    EntryKind.CREDIT: "credited",
    EntryKind.CREDIT_USED: "credited",
    EntryKind.CANCELLED: "adjusted",
    EntryKind.ADJUSTMENT: "adjusted",
}

_NOTHING = Decimal(0)


def statement(books: Books, first: date, last: date, as_of: datetime) -> Statement:
    """The client's own currency always, others where there is anything in them."""
    named = [row.total.currency for row, _ in books.invoices]
    currencies = dict.fromkeys([books.credit.currency, *named, *(each.amount.currency for each in books.transactions)])
    return Statement(first, last, tuple(_account(books, currency, first, last) for currency in currencies), as_of)


def _account(books: Books, currency: str, first: date, last: date) -> Account:
    entries = sorted(entries_of(books, currency), key=lambda entry: entry.date or date.min)
    before = [entry for entry in entries if (entry.date or date.min) < first]
    within = [entry for entry in entries if first <= (entry.date or date.min) <= last]
    opening = _sum(before)
    sums = dict.fromkeys(_COLUMNS.values(), _NOTHING)
    for entry in within:
        sums[_COLUMNS[entry.kind]] += entry.amount
    owed = _sum(entries)
    opened = open_amounts(books.invoices, currency, books.credit)
    whmcs = _NOTHING if opened.owed is None else opened.owed.amount
    return Account(
        currency=currency,
        opening=Money.of(opening, currency),
        closing=Money.of(opening + _sum(within), currency),
        lines=tuple(_lines(within, opening, currency)),
        owed_today=Money.of(owed, currency),
        whmcs_today=Money.of(whmcs, currency),
        open=opened,
        difference=Money.of(owed - whmcs, currency),
        is_reconciled=owed == whmcs,
        **{name: Money.of(amount, currency) for name, amount in sums.items()},
    )


def _lines(entries: Iterable[Entry], balance: Decimal, currency: str) -> Iterator[Line]:
    for entry in entries:
        balance += entry.amount
        yield Line(
            date=entry.date,
            kind=entry.kind,
            invoice_id=entry.invoice_id,
            number=entry.number,
            text=entry.text,
            gateway=entry.gateway,
            reference=entry.reference,
            amount=Money.of(entry.amount, currency),
            balance=Money.of(balance, currency),
        )


def _sum(entries: Iterable[Entry]) -> Decimal:
    return sum((entry.amount for entry in entries), _NOTHING)

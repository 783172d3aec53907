"""What stands on a statement of account: invoices, transactions and the ledger of credit, written up as entries. Pure.

Periods, sums and the comparison with WHMCS's figures: account.py.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from counterfoil.billing.credits import CreditItem, CreditKind
from counterfoil.billing.invoices.query import OPEN
from counterfoil.billing.transactions import TransactionItem
from counterfoil.model import InvoiceRow, InvoiceStatus, Money


class EntryKind(StrEnum):
    INVOICE = "invoice"
    PAYMENT = "payment"
    REFUND = "refund"
    CREDIT = "credit"
    """Credit given to the client, or taken away (amount > 0)."""
    CREDIT_USED = "credit_used"
    CANCELLED = "cancelled"
    """An invoice that was not paid is not owed any more."""
    ADJUSTMENT = "adjustment"
    """What WHMCS does not ask for although it was neither paid nor credited, or the reverse."""


class Entry(Struct, frozen=True):
    """`amount` > 0 is owed in addition. `date` is None where WHMCS tells none: it counts as before everything."""

    date: date | None
    kind: EntryKind
    amount: Decimal
    invoice_id: int | None = None
    number: str = ""
    text: str = ""
    """What staff wrote about a credit."""
    gateway: str = ""
    reference: str = ""
    """Of a payment."""


_NAMED = re.compile(r"#([0-9]{1,10})\b", re.ASCII)
_NOTHING = Decimal(0)


class Books(Struct, frozen=True):
    """All of one client: each invoice with what WHMCS says is due on it, and the credit left."""

    invoices: Sequence[tuple[InvoiceRow, Decimal]]
    transactions: Sequence[TransactionItem]
    credits: Sequence[CreditItem]
    credit: Money


def entries_of(books: Books, currency: str) -> Iterator[Entry]:
    rows = {row.id: row for row, _ in books.invoices if row.total.currency == currency}
    payments, loose = _by_invoice(books, currency)
    transfers, others = _by_named_invoice(books.credits if books.credit.currency == currency else (), rows)
    for row in rows.values():
        yield from _of_invoice(row, payments[row.id], transfers[row.id])
    yield from _loose(loose, others)


def _by_invoice(books: Books, currency: str) -> tuple[dict[int, list[TransactionItem]], list[TransactionItem]]:
    """Payments of each invoice, the earliest first, and those in this currency that belong to none."""
    known = {row.id for row, _ in books.invoices}
    found: dict[int, list[TransactionItem]] = defaultdict(list)
    loose = []
    for each in sorted(books.transactions, key=lambda each: (each.date or date.min, each.id)):
        if each.invoice_id in known:
            found[each.invoice_id].append(each)
        elif each.amount.currency == currency:
            loose.append(each)
    return found, loose


def _by_named_invoice(
    entries: Iterable[CreditItem], rows: dict[int, InvoiceRow]
) -> tuple[dict[int, list[CreditItem]], list[CreditItem]]:
    """WHMCS names the invoice in the description ("Credit Applied to Invoice #7"); its `relid` is 0 there."""
    found: dict[int, list[CreditItem]] = defaultdict(list)
    others = []
    for entry in entries:
        name = _NAMED.search(entry.description)
        if name and int(name[1]) in rows:
            found[int(name[1])].append(entry)
        else:
            others.append(entry)
    return found, others


def _of_invoice(row: InvoiceRow, payments: list[TransactionItem], transfers: list[CreditItem]) -> Iterator[Entry]:
    def entry(day: date | None, kind: EntryKind, amount: Decimal, text: str = "") -> Entry:
        return Entry(day, kind, amount, row.id, row.number or str(row.id), text)

    yield entry(row.issued_on, EntryKind.INVOICE, row.gross)
    for payment in payments:
        yield _payment(payment, row)
    left = row.gross - row.credit_used - sum((payment.amount.amount for payment in payments), _NOTHING)
    # What is owed on an invoice that is not open is nothing, by WHMCS's own word.
    closing = _NOTHING if row.status in OPEN else -left
    moved = sum((transfer.amount.amount for transfer in transfers), _NOTHING)
    if moved == max(closing, _NOTHING) - row.credit_used:
        # From the credit to the invoice, or what was paid too much back to the credit: nothing changes in sum.
        closing = min(closing, _NOTHING)
    else:
        if row.credit_used:
            yield entry(row.issued_on, EntryKind.CREDIT_USED, -row.credit_used)
        for transfer in transfers:
            yield entry(transfer.date, EntryKind.CREDIT, -transfer.amount.amount, _own_words(transfer))
    if closing:
        yield entry(_closed_on(row, payments), _closing_kind(row), closing)


def _payment(payment: TransactionItem, row: InvoiceRow | None = None) -> Entry:
    """Money in is owed no more."""
    kind = EntryKind.REFUND if payment.amount.amount < 0 else EntryKind.PAYMENT
    number = (row.number or str(row.id)) if row else ""
    return Entry(
        payment.date,
        kind,
        -payment.amount.amount,
        row.id if row else None,
        number,
        gateway=payment.gateway,
        reference=payment.reference,
    )


def _own_words(entry: CreditItem) -> str:
    """Not what WHMCS writes by itself: the entry says that."""
    return entry.description if entry.kind is CreditKind.OTHER else ""


def _closing_kind(row: InvoiceRow) -> EntryKind:
    voided = {InvoiceStatus.CANCELLED, InvoiceStatus.REFUNDED}
    return EntryKind.CANCELLED if row.status in voided else EntryKind.ADJUSTMENT


def _closed_on(row: InvoiceRow, payments: list[TransactionItem]) -> date | None:
    days = [payment.date for payment in payments if payment.date]
    return row.closed_on or max(days, default=row.issued_on)


def _loose(payments: Iterable[TransactionItem], entries: Iterable[CreditItem]) -> Iterator[Entry]:
    """Payments that belong to no invoice, and credit that belongs to none. Money that became credit on its day is one
    entry, not two.
    """
    left = list(entries)
    for payment in payments:
        same = next((each for each in left if each.amount == payment.amount and each.date == payment.date), None)
        if same is not None:
            left.remove(same)
        yield _payment(payment)
    for entry in left:
        yield Entry(entry.date, EntryKind.CREDIT, -entry.amount.amount, text=_own_words(entry))

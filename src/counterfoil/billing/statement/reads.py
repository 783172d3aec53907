"""Reading what a statement is made of: all of it of one generation. The account itself: statement.py."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from counterfoil.billing.clients import Clients, decode_client
from counterfoil.billing.credits import CreditItem, Credits, decode_credits
from counterfoil.billing.invoices.ledger import Ledger
from counterfoil.billing.invoices.ledger_reader import NO_PAGE, LedgerReader
from counterfoil.billing.invoices.reads import EXPORT_LIMIT
from counterfoil.billing.reading import SHORTEST_ROW, Calendar, Reading, apart, moment, readable, reading_of
from counterfoil.billing.statement.account import Statement, statement
from counterfoil.billing.statement.entries import Books
from counterfoil.billing.transactions import TransactionItem, Transactions, decode_transactions
from counterfoil.errors import RecordUnreadable, StatementTooLong, TooManyOpenInvoices
from counterfoil.model import Client, InvoiceRow, Money

MOST_LINES = 5_000
"""Of one statement: some hundred printed pages."""


class Statements:
    def __init__(
        self, ledgers: LedgerReader, clients: Clients, transactions: Transactions, credits_: Credits, calendar: Calendar
    ) -> None:
        self._ledgers = ledgers
        self._clients = clients
        self._transactions = transactions
        self._credits = credits_
        self._calendar = calendar

    async def read(self, client_id: int, first: date, last: date) -> tuple[Reading[Statement], Client]:
        """Cold it costs a call each for invoices, client, transactions and credit, and one for each open invoice.

        Raises BillingUnavailable, TooManyOpenInvoices, StatementTooLong.
        """
        others = (self._clients.part(client_id), self._transactions.part(client_id), self._credits.part(client_id))
        ledger, snapshot = await self._ledgers.read(client_id, NO_PAGE, _all_open, *others, is_long=True)
        client_value, transactions, credits_ = (entry.value for entry in snapshot.entries[-len(others) :])
        client = decode_client(client_value)

        def made_of_all() -> Statement:
            books = _whole(
                ledger.rows_with_due(),
                decode_transactions(transactions, client),
                decode_credits(credits_, client),
                readable(client.credit),
            )
            return statement(books, first, last, moment(snapshot.as_of))

        made = await apart(max(len(ledger), (len(transactions) + len(credits_)) // SHORTEST_ROW), made_of_all)
        if sum(len(account.lines) for account in made.accounts) > MOST_LINES:
            raise StatementTooLong(("from", StatementTooLong.detail))
        return reading_of(made, snapshot, not_after=self._calendar.midnight()), client


def _whole(
    invoices: Sequence[tuple[InvoiceRow, Decimal]],
    transactions: Sequence[TransactionItem],
    entries: Sequence[CreditItem],
    credit: Money,
) -> Books:
    """Raises RecordUnreadable: without its day nothing can stand in a period, and no sum is made without it."""
    unreadable = [row.unreadable for row, _ in invoices]
    unreadable += [each.unreadable for each in transactions] + [each.unreadable for each in entries]
    if any({"issued_on", "closed_on", "date"} & set(names) for names in unreadable):
        raise RecordUnreadable("an entry has no day that can be read")
    return Books(invoices, transactions, entries, credit)


def _all_open(known: Ledger) -> frozenset[int]:
    found = known.open()
    if len(found) > EXPORT_LIMIT:
        raise TooManyOpenInvoices(("from", TooManyOpenInvoices.detail))
    return found

"""Files for people and their spreadsheets: heads, words, numbers and days as the reader's language has them."""

from collections.abc import Iterable
from typing import NamedTuple

from babel.numbers import get_decimal_symbol

from counterfoil.billing.invoices.shown import InvoiceItem
from counterfoil.billing.statement.account import Account, Line, Statement
from counterfoil.billing.statement.entries import EntryKind
from counterfoil.billing.transactions import Kind, TransactionItem
from counterfoil.web.http.csv_files import Cell, Spelling
from counterfoil.web.text.catalogue import in_context, locale_of, translatable, translator
from counterfoil.web.views.invoices import badges
from counterfoil.web.views.money.gateways import NameOf

_DAYS = {"de": "%d.%m.%Y", "fr": "%d/%m/%Y", "es": "%d/%m/%Y", "ja": "%Y/%m/%d"}
"""As a spreadsheet of that language takes a cell for a day. English alone does not say which of day and month comes
first: there it is the ISO form, which all of them take."""


class Sheet(NamedTuple):
    heads: list[str]
    rows: list[tuple[Cell, ...]]


def spelling_of(language: str) -> Spelling:
    """A list is separated by semicolons where numbers have a comma."""
    point = get_decimal_symbol(locale_of(language))
    return Spelling(";" if point == "," else ",", point, _DAYS.get(language, ""))


class Sheets:
    """In one language. `name_of`: a gateway as customers know it."""

    def __init__(self, language: str, name_of: NameOf) -> None:
        self._word = translator(language)
        self._name_of = name_of

    def invoices(self, items: Iterable[InvoiceItem]) -> Sheet:
        return Sheet(
            self._heads(_NUMBER, _STATUS, _ISSUED, _DUE, _PAID, _CURRENCY, _TOTAL, _AMOUNT_DUE, _METHOD),
            [
                (
                    item.number,
                    ", ".join(self._word(badge.label) for badge in badges(item)),
                    self._told(item, "issued_on"),
                    self._told(item, "due_on"),
                    item.paid_at and item.paid_at.date(),
                    item.total.currency,
                    item.total.amount,
                    item.amount_due.amount,
                    self._way(item.gateway),
                )
                for item in items
            ],
        )

    def transactions(self, items: Iterable[TransactionItem]) -> Sheet:
        return Sheet(
            self._heads(_DATE, _KIND, _CURRENCY, _AMOUNT, _METHOD, _DESCRIPTION, _REFERENCE),
            [
                (
                    self._told(item, "date"),
                    self._word(_KINDS[item.kind]),
                    item.amount.currency,
                    item.amount.amount,
                    self._way(item.gateway),
                    self._told(item, "description"),
                    self._told(item, "reference"),
                )
                for item in items
            ],
        )

    def statement(self, shown: Statement) -> Sheet:
        heads = self._heads(_DATE, _DESCRIPTION, _NUMBER, _CURRENCY, _AMOUNT, _BALANCE, _METHOD, _REFERENCE)
        return Sheet(heads, [row for account in shown.accounts for row in self._account(shown, account)])

    def _account(self, shown: Statement, account: Account) -> Iterable[tuple[Cell, ...]]:
        currency, opening, closing = account.currency, account.opening.amount, account.closing.amount
        yield shown.first, self._word(_OPENING), "", currency, None, opening, "", ""
        for line in account.lines:
            yield self._entry(currency, line)
        yield shown.last, self._word(_CLOSING), "", currency, None, closing, "", ""

    def _entry(self, currency: str, line: Line) -> tuple[Cell, ...]:
        words = self._word(_ENTRIES[line.kind]) + (f": {line.text}" if line.text else "")
        amounts = (line.amount.amount, line.balance.amount)
        method = self._way(line.gateway)
        return line.date, words, line.number, currency, *amounts, method, line.reference

    def _way(self, gateway: str) -> str:
        return self._word(self._name_of(gateway))

    def _told(self, item: InvoiceItem | TransactionItem, name: str) -> Cell:
        cell: Cell = self._word(_CANNOT_BE_SHOWN) if name in item.unreadable else getattr(item, name)
        return cell

    def _heads(self, *heads: str) -> list[str]:
        return [self._word(head) for head in heads]


_NUMBER, _STATUS = translatable("Number"), translatable("Status")
_ISSUED, _DUE, _PAID = translatable("Issued"), translatable("Due"), translatable("Paid")
_CURRENCY, _TOTAL, _AMOUNT_DUE = translatable("Currency"), translatable("Total"), translatable("Amount due")
_METHOD, _REFERENCE = translatable("Payment method"), in_context("payment", "Reference")
_DATE, _KIND, _DESCRIPTION = translatable("Date"), translatable("Kind"), translatable("Description")
_AMOUNT, _BALANCE = translatable("Amount"), translatable("Balance")
_OPENING, _CLOSING = translatable("Opening balance"), translatable("Closing balance")
_CANNOT_BE_SHOWN = translatable("cannot be shown")
_KINDS = {Kind.PAYMENT: translatable("Payment"), Kind.REFUND: translatable("Refund")}
_ENTRIES = {
    EntryKind.INVOICE: translatable("Invoice"),
    EntryKind.PAYMENT: translatable("Payment"),
    EntryKind.REFUND: translatable("Refund"),
    EntryKind.CREDIT: in_context("entry", "Credit"),
    EntryKind.CREDIT_USED: translatable("Credit used"),
    EntryKind.CANCELLED: translatable("Cancelled or refunded"),
    EntryKind.ADJUSTMENT: translatable("Adjustment"),
}

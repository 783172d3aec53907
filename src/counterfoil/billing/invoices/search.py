"""Which invoices a text finds: by number, notes, amounts and dates, as people copy them from a page. Pure."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from msgspec import Struct

from counterfoil.billing.typed.amounts import NUMBER, amounts_of, without_currencies
from counterfoil.billing.typed.cleaning import folded
from counterfoil.billing.typed.dates import date_at
from counterfoil.model import InvoiceRow

_NUMBER = re.compile(rf"{NUMBER}(?=[\s,;)]|$)")
_WORD = re.compile(r"\S+")


class _Unit(Struct, frozen=True):
    """What stands together. A row has it when one of these is so: all `words` are in it, an amount or a day is its."""

    words: tuple[str, ...]
    amounts: frozenset[Decimal] = frozenset()
    day: date | None = None


class Search:
    """All of what somebody looks for must be in a row."""

    def __init__(self, text: str, currencies: frozenset[str] = frozenset()) -> None:
        """`currencies`: codes that the rows have, also such as nobody else knows."""
        plain, has_currency = without_currencies(folded(text), frozenset(map(folded, currencies)))
        self._units = tuple(_units(plain))
        numbers = [unit for unit in self._units if unit.amounts]
        self.has_amount = has_currency or any(not unit.words[0].isdecimal() for unit in numbers)
        """Whether something is written as an amount, and not only as a number."""

    def finds(self, row: InvoiceRow, due: Decimal | None = None) -> bool:
        """`due` on it, if that is known."""
        if not self._units:
            return True
        found = _Found(row, due)
        return all(map(found.has, self._units))


def _units(text: str) -> Iterator[_Unit]:
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        if dated := date_at(text, place):
            day, end = dated
            yield _Unit(_words(text[place:end]), day=day)
        elif number := _NUMBER.match(text, place):
            end = number.end()
            yield _Unit(_words(number[0]), amounts_of(number[0]))
        else:
            word = _WORD.match(text, place)
            end = word.end() if word else len(text)
            yield _Unit(_words(text[place:end]))
        place = end


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.lstrip("#") for word in text.split())


class _Found:
    """What of one row can be found."""

    def __init__(self, row: InvoiceRow, due: Decimal | None) -> None:
        days = (row.issued_on, row.due_on, row.paid_at and row.paid_at.date(), row.closed_on)
        self._days = {day for day in days if day}
        self._amounts = {abs(each) for each in (row.total.amount, row.gross, due) if each is not None}
        self._text = folded(f"{row.number} {row.id} {row.total.amount} {row.issued_on} {row.due_on} {row.notes}")

    def has(self, unit: _Unit) -> bool:
        if unit.day in self._days or unit.amounts & self._amounts:
            return True
        return all(word in self._text for word in unit.words)

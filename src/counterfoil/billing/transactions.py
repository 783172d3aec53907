"""Payments and refunds of a client, whichever invoice they were for."""

from datetime import date
from enum import StrEnum
from typing import Protocol

import msgspec
from msgspec import Struct

from counterfoil.billing.client_reader import ClientReader
from counterfoil.billing.reading import SHORTEST_ROW, Reading, apart, reading_of
from counterfoil.cache import Part
from counterfoil.errors import BillingUnavailable
from counterfoil.model import Client, Money, Transaction


class Kind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"


class TransactionItem(Struct, frozen=True):
    id: int
    date: date | None
    kind: Kind
    gateway: str
    description: str
    reference: str
    amount: Money
    """Below 0 for a refund."""
    invoice_id: int | None
    unreadable: tuple[str, ...] = ()
    """Of these fields: what WHMCS has and cannot be read."""


class _Fetched(Struct, frozen=True):
    """`currencies` holds codes by WHMCS's numbers, of those that some row names."""

    rows: tuple[Transaction, ...]
    currencies: dict[int, str]

    def __len__(self) -> int:
        return len(self.rows)


_fetched = msgspec.json.Decoder(_Fetched)


class _TransactionSource(Protocol):
    async def get_transactions(self, client_id: int) -> tuple[Transaction, ...]: ...
    async def get_currencies(self) -> dict[int, str]: ...


class Transactions:
    def __init__(self, source: _TransactionSource, reader: ClientReader) -> None:
        self._source = source
        self._reader = reader

    def part(self, client_id: int) -> Part:
        """For pages that show them beside other things."""
        return self._reader.part("transactions", client_id, lambda: self._fetch(client_id))

    async def read(self, client_id: int) -> tuple[Reading[tuple[TransactionItem, ...]], Client]:
        """All of them, newest first. Raises BillingUnavailable."""
        value, client, snapshot = await self._reader.read(client_id, self.part(client_id))
        shown = await apart(len(value) // SHORTEST_ROW, lambda: decode_transactions(value, client))
        return reading_of(shown, snapshot), client

    async def _fetch(self, client_id: int) -> _Fetched:
        rows = await self._source.get_transactions(client_id)
        named = {row.currency_id for row in rows if row.currency_id is not None}
        codes = await self._source.get_currencies() if named else {}
        if named - set(codes):
            raise BillingUnavailable("WHMCS has a transaction in a currency that it does not have")
        return _Fetched(rows, {number: codes[number] for number in named})


def decode_transactions(value: bytes, client: Client) -> tuple[TransactionItem, ...]:
    fetched = _fetched.decode(value)
    rows = sorted(fetched.rows, key=lambda row: (row.on or date.min, row.id), reverse=True)
    return tuple(_shown(row, _currency(row, fetched, client)) for row in rows)


def _currency(row: Transaction, fetched: _Fetched, client: Client) -> str:
    return client.currency if row.currency_id is None else fetched.currencies[row.currency_id]


def _shown(row: Transaction, currency: str) -> TransactionItem:
    return TransactionItem(
        id=row.id,
        date=row.on,
        kind=Kind.REFUND if row.amount < 0 else Kind.PAYMENT,
        gateway=row.gateway,
        description=row.description,
        reference=row.reference,
        amount=Money.of(row.amount, currency),
        invoice_id=row.invoice_id,
        unreadable=row.unreadable,
    )

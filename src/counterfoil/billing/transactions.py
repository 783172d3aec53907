"""Payments and refunds of a client, whichever invoice they were for."""

from datetime import date
from enum import StrEnum
from typing import Protocol

import msgspec
from msgspec import Struct

from counterfoil.billing.reading import SHORTEST_ROW, Reading, apart, reading
from counterfoil.billing.records import ClientReader
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


class _Kept(Struct, frozen=True):
    """`currencies` holds codes by WHMCS's numbers, of those that some row names."""

    rows: tuple[Transaction, ...]
    currencies: dict[int, str]


_kept = msgspec.json.Decoder(_Kept)


class _Api(Protocol):
    async def get_transactions(self, client_id: int) -> tuple[Transaction, ...]: ...
    async def get_currencies(self) -> dict[int, str]: ...


class Transactions:
    def __init__(self, api: _Api, records: ClientReader) -> None:
        self._api = api
        self._records = records

    def part(self, client_id: int) -> Part:
        """For pages that show them beside other things."""
        return self._records.part("transactions", lambda: self._fetch(client_id))

    async def read(self, client_id: int) -> tuple[Reading[tuple[TransactionItem, ...]], Client]:
        """All of them, newest first. Raises BillingUnavailable."""
        value, client, snapshot = await self._records.read(client_id, self.part(client_id))
        shown = await apart(len(value) // SHORTEST_ROW, lambda: decode_transactions(value, client))
        return reading(shown, snapshot), client

    async def _fetch(self, client_id: int) -> _Kept:
        rows = await self._api.get_transactions(client_id)
        named = {row.currency_id for row in rows if row.currency_id is not None}
        codes = await self._api.get_currencies() if named else {}
        if named - set(codes):
            raise BillingUnavailable("WHMCS has a transaction in a currency that it does not have")
        return _Kept(rows, {number: codes[number] for number in named})


def decode_transactions(value: bytes, client: Client) -> tuple[TransactionItem, ...]:
    kept = _kept.decode(value)
    rows = sorted(kept.rows, key=lambda row: (row.on or date.min, row.id), reverse=True)
    return tuple(_shown(row, _currency(row, kept, client)) for row in rows)


def _currency(row: Transaction, kept: _Kept, client: Client) -> str:
    return client.currency if row.currency_id is None else kept.currencies[row.currency_id]


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
    )

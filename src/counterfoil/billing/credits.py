"""A client's credit: its ledger. The balance itself is WHMCS's own figure, `Client.credit`, and never summed here."""

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

import msgspec
from msgspec import Struct

from counterfoil.billing.client_reader import ClientReader
from counterfoil.billing.reading import SHORTEST_ROW, Reading, apart, reading_of
from counterfoil.cache import Part
from counterfoil.model import Client, CreditEntry, Money

_entries = msgspec.json.Decoder(tuple[CreditEntry, ...])


class CreditKind(StrEnum):
    """What WHMCS writes by itself into a description. Staff write what they like, which is OTHER."""

    APPLIED = "applied"
    TAKEN_BACK = "taken_back"
    OVERPAID = "overpaid"
    DEPOSIT = "deposit"
    REFUNDED = "refunded"
    OTHER = "other"


_WRITTEN = {
    CreditKind.APPLIED: "Credit Applied to Invoice #N",
    CreditKind.TAKEN_BACK: "Credit Removed from Invoice #N",
    CreditKind.OVERPAID: "Invoice #N Overpayment",
    CreditKind.DEPOSIT: "Add Funds Invoice #N",
    CreditKind.REFUNDED: "Credit from Refund of Invoice ID N",
}
_PATTERNS = {kind: re.compile(text.replace("N", "([0-9]{1,10})"), re.IGNORECASE) for kind, text in _WRITTEN.items()}


class CreditItem(Struct, frozen=True):
    """One change of the credit: given (above 0) or used (below 0). `description` is WHMCS's own."""

    id: int
    date: date | None
    description: str
    amount: Money
    unreadable: tuple[str, ...] = ()
    """Of these fields: what WHMCS has and cannot be read."""
    kind: CreditKind = CreditKind.OTHER
    invoice_id: int | None = None
    """Which one `kind` is about."""


class CreditList(Struct, frozen=True):
    """One page of the ledger with the whole balance, as the API shows it."""

    balance: Money | None
    """None: WHMCS has something there that is no amount."""
    items: tuple[CreditItem, ...]
    page: int
    page_size: int
    total: int
    as_of: datetime


class _CreditSource(Protocol):
    async def get_credits(self, client_id: int) -> tuple[CreditEntry, ...]: ...


class Credits:
    def __init__(self, source: _CreditSource, reader: ClientReader) -> None:
        self._source = source
        self._reader = reader

    def part(self, client_id: int) -> Part:
        """For pages that show it beside other things."""
        return self._reader.part("credits", client_id, lambda: self._source.get_credits(client_id))

    async def read(self, client_id: int) -> tuple[Reading[tuple[CreditItem, ...]], Client]:
        """The whole ledger, newest first. Raises BillingUnavailable."""
        value, client, snapshot = await self._reader.read(client_id, self.part(client_id))
        shown = await apart(len(value) // SHORTEST_ROW, lambda: decode_credits(value, client))
        return reading_of(shown, snapshot), client


def decode_credits(value: bytes, client: Client) -> tuple[CreditItem, ...]:
    entries = sorted(_entries.decode(value), key=lambda entry: (entry.on or date.min, entry.id), reverse=True)
    return tuple(_shown(entry, client.currency) for entry in entries)


def _shown(entry: CreditEntry, currency: str) -> CreditItem:
    kind, invoice_id = kind_of(entry.description)
    return CreditItem(
        id=entry.id,
        date=entry.on,
        description=entry.description,
        amount=Money.of(entry.amount, currency),
        unreadable=entry.unreadable,
        kind=kind,
        invoice_id=invoice_id,
    )


def kind_of(description: str) -> tuple[CreditKind, int | None]:
    """With the invoice that WHMCS names."""
    for kind, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(description.strip()):
            return kind, int(found[1])
    return CreditKind.OTHER, None

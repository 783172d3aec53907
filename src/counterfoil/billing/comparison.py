"""For staff: what the portal has of a client, how old it is, and what WHMCS says now. Reads past the cache and leaves
it as it is: nobody's page changes because staff look.
"""

import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from counterfoil.billing.clients import Clients, client_of
from counterfoil.billing.invoices.cached_rows import decode_rows
from counterfoil.billing.invoices.parts import LIST, InvoiceParts, decode_invoice, name_of
from counterfoil.billing.reading import moment
from counterfoil.cache import Cache, Entry
from counterfoil.cache.scopes import client_scope
from counterfoil.model import Client, Invoice, InvoiceRow

MOST_INVOICES = 10
"""Invoices whose balance is asked for; each is a call."""

MOST_ROWS = 50
"""Invoices that are shown: those that differ come first."""

RECORDS = ("client", LIST, "subscriptions", "transactions", "credits", "quotes", "contacts")


class Kept(Struct, frozen=True):
    """One thing that the portal has of a client. `as_of`: when the fetch began that brought it."""

    name: str
    as_of: datetime
    expires_at: datetime
    age: int
    """Seconds."""


class InvoiceState(Struct, frozen=True):
    """`balance` is None where only the list is known, which has none."""

    status: str
    total: Decimal
    balance: Decimal | None
    due_on: date | None
    as_of: datetime


class ComparedInvoice(Struct, frozen=True):
    id: int
    number: str
    shown: InvoiceState | None
    now: InvoiceState | None

    @property
    def differs(self) -> bool:
        return bool(self.differences)

    @property
    def differences(self) -> tuple[str, ...]:
        """What of it is another in WHMCS now than what is shown; nothing where nothing is kept."""
        if self.shown is None:
            return ()
        if self.now is None:
            return ("gone",)
        pairs = {
            "status": (self.shown.status, self.now.status),
            "total": (self.shown.total, self.now.total),
            "due_on": (self.shown.due_on, self.now.due_on),
            "balance": (self.shown.balance, self.now.balance),
        }
        return tuple(name for name, (was, now) in pairs.items() if was != now and None not in (was, now))


class Comparison(Struct, frozen=True):
    """`shown_as_of`: of the list; None when none is kept: the next look asks WHMCS. `client` as WHMCS has it."""

    shown_as_of: datetime | None
    now_as_of: datetime
    client: Client | None
    shown_client: Client | None
    invoices: tuple[ComparedInvoice, ...]

    @property
    def differing(self) -> int:
        return sum(each.differs for each in self.invoices)

    @property
    def client_differences(self) -> tuple[str, ...]:
        """Fields of the client, and its credit."""
        if self.client is None or self.shown_client is None:
            return ()
        return tuple(
            name for name in Client.__struct_fields__ if getattr(self.client, name) != getattr(self.shown_client, name)
        )


class Comparisons:
    def __init__(self, cache: Cache, clients: Clients, parts: InvoiceParts) -> None:
        self._cache = cache
        self._clients = clients
        self._parts = parts

    async def kept(self, client_id: int, account_ids: Iterable[int] = ()) -> Sequence[Kept]:
        """Nothing is fetched for it."""
        listed = await self._peek(client_id, [LIST])
        rows = decode_rows(listed[0].value) if listed[0] else ()
        newest = sorted((row.id for row in rows), reverse=True)[: MOST_ROWS * 4]
        names = [*RECORDS, *(f"payment_methods:{each}" for each in account_ids), *map(name_of, newest)]
        found = await self._peek(client_id, names)
        now = self._cache.now()
        return [
            Kept(name, moment(entry.as_of), moment(entry.expires_at), max(0, int(now - entry.as_of)))
            for name, entry in zip(names, found, strict=True)
            if entry is not None
        ]

    async def compare(self, client_id: int, invoice_id: int | None = None) -> Comparison:
        """`invoice_id`: is asked for first. Raises BillingUnavailable, AccountClosed."""
        began = time.time()
        client = client_of((await self._clients.part(client_id).fetch()).value)
        now = {row.id: row for row in decode_rows((await self._parts.rows(client_id).fetch()).value)}
        kept_client, kept_rows = await self._peek(client_id, ["client", LIST])
        shown = {row.id: row for row in decode_rows(kept_rows.value)} if kept_rows else {}
        chosen = _chosen(shown, now, invoice_id)
        kept = dict(zip(chosen, await self._peek(client_id, [name_of(each) for each in chosen]), strict=True))
        compared = []
        for number, each in enumerate(chosen):
            asked = number < MOST_INVOICES
            fetched_at = time.time()
            live = decode_invoice((await self._parts.invoice(client_id, each).fetch()).value) if asked else None
            was = _state(shown.get(each), kept[each], moment(kept_rows.as_of) if kept_rows else None)
            found = now.get(each)
            at = moment(fetched_at if live else began)
            is_now = _now(found, live, at) if found else None
            compared.append(ComparedInvoice(each, (found or shown[each]).number, was, is_now))
        return Comparison(
            moment(kept_rows.as_of) if kept_rows else None,
            moment(began),
            client,
            client_of(kept_client.value) if kept_client else None,
            tuple(sorted(compared, key=lambda each: (each.id != invoice_id, not each.differs))),
        )

    async def _peek(self, client_id: int, names: Sequence[str]) -> Sequence[Entry | None]:
        return (await self._cache.peek(client_scope(client_id), names)).entries


def _chosen(shown: dict[int, InvoiceRow], now: dict[int, InvoiceRow], invoice_id: int | None) -> list[int]:
    """What is asked for, then what differs, then what is open, then the newest."""

    def order(each: int) -> tuple[bool, bool, bool, int]:
        was, found = shown.get(each), now.get(each)
        differs = was is not None and was != found
        is_open = "unpaid" in {row.status.value for row in (was, found) if row}
        return each != invoice_id, not differs, not is_open, -each

    return sorted({*shown, *now}, key=order)[:MOST_ROWS]


def _state(row: InvoiceRow | None, entry: Entry | None, listed_at: datetime | None) -> InvoiceState | None:
    """As it is shown: the single invoice where it is kept, which knows the balance, else the list's row."""
    invoice = decode_invoice(entry.value) if entry else None
    if invoice is not None and entry is not None:
        return _of(invoice, moment(entry.as_of))
    if row is None or listed_at is None:
        return None
    return InvoiceState(row.status.value, row.total.amount, None, row.due_on, listed_at)


def _now(row: InvoiceRow, invoice: Invoice | None, at: datetime) -> InvoiceState:
    if invoice is not None:
        return _of(invoice, at)
    return InvoiceState(row.status.value, row.total.amount, None, row.due_on, at)


def _of(invoice: Invoice, at: datetime) -> InvoiceState:
    return InvoiceState(invoice.status.value, invoice.total, invoice.balance, invoice.due_on, at)

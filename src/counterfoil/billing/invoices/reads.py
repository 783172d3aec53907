"""Invoices of one client: the list, one invoice, and the totals above the list. Pages and API say the same."""

from collections.abc import Sequence
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from counterfoil.billing.clients import Clients, decode_client
from counterfoil.billing.invoices.counts import Counts, counts_of
from counterfoil.billing.invoices.ledger import Ledger
from counterfoil.billing.invoices.ledger_reader import NO_PAGE, LedgerReader
from counterfoil.billing.invoices.query import InvoiceQuery
from counterfoil.billing.invoices.shown import (
    InvoiceDetail,
    InvoiceItem,
    InvoiceList,
    InvoiceTotals,
    detail_of,
    stands_for_others,
)
from counterfoil.billing.reading import Calendar, Reading, apart, moment, reading_of
from counterfoil.cache import Part, Snapshot
from counterfoil.errors import InvoiceNotFound, TooManyOpenInvoices
from counterfoil.model import Client

EXPORT_LIMIT = 1_000
"""Open invoices that one file may hold; each is a call when cold, and nothing is written before all are known."""


class Overview(msgspec.Struct, frozen=True):
    """The invoice page: one page of the list and the totals above it. No totals when there are too many to sum."""

    invoices: InvoiceList
    totals: tuple[InvoiceTotals, ...] | None
    open_count: int
    years: tuple[int, ...]
    client: Client
    counts: Counts = MappingProxyType({})


def overview_of(ledger: Ledger, query: InvoiceQuery, client: Client, as_of: float) -> Overview:
    """Of a ledger that was read for a page."""
    return Overview(
        invoices=ledger.page(query, moment(as_of)),
        totals=ledger.totals(client) if ledger.reads_all_open else None,
        open_count=len(ledger.to_pay()),
        years=ledger.years(),
        client=client,
    )


class Invoices:
    """Every method raises BillingUnavailable when WHMCS does not give a whole answer, and AccountClosed when it has no
    such client: the list of one that is gone is empty.
    """

    def __init__(self, ledgers: LedgerReader, clients: Clients, calendar: Calendar) -> None:
        self._ledgers = ledgers
        self._clients = clients
        self._calendar = calendar

    async def page(self, client_id: int, query: InvoiceQuery) -> Reading[InvoiceList]:
        """One page of the list. Cold it costs two calls, and one for each open invoice on it."""
        client = self._clients.part(client_id)
        ledger, snapshot = await self._ledgers.read(client_id, query, lambda known: known.needed_for(query), client)
        snapshot = _of_an_open_client(snapshot)
        page = await apart(len(ledger), lambda: ledger.page(query, moment(snapshot.as_of)))
        return reading_of(page, snapshot, not_after=self._calendar.midnight())

    async def overview(self, client_id: int, query: InvoiceQuery) -> Reading[Overview]:
        ledger, snapshot = await self._ledgers.read_for_page(client_id, query, self._clients.part(client_id))
        client = decode_client(snapshot.entries[-1].value)

        def made() -> Overview:
            return replace(overview_of(ledger, query, client, snapshot.as_of), counts=counts_of(ledger, query))

        return reading_of(await apart(len(ledger), made), snapshot, not_after=self._calendar.midnight())

    async def export(self, client_id: int, query: InvoiceQuery) -> Reading[tuple[InvoiceItem, ...]]:
        """All matching invoices at one moment. May take as long as reading each open one of them takes.

        Raises TooManyOpenInvoices, for more than EXPORT_LIMIT.
        """

        def needed(known: Ledger) -> frozenset[int]:
            found = known.open_among(query)
            if len(found) > EXPORT_LIMIT:
                raise TooManyOpenInvoices(("from", TooManyOpenInvoices.detail))
            return found

        client = self._clients.part(client_id)
        ledger, snapshot = await self._ledgers.read(client_id, query, needed, client, is_long=True)
        snapshot = _of_an_open_client(snapshot)
        items = await apart(len(ledger), lambda: ledger.all_pages(query))
        return reading_of(items, snapshot, not_after=self._calendar.midnight())

    async def chosen(self, client_id: int, ids: Sequence[int]) -> Reading[tuple[InvoiceItem, ...]]:
        """These invoices, in this order. Raises InvoiceNotFound when one of them is not this client's to see."""
        wanted = frozenset(ids)
        client = self._clients.part(client_id)
        ledger, snapshot = await self._ledgers.read(client_id, NO_PAGE, lambda _: wanted, client, at_once=wanted)
        snapshot = _of_an_open_client(snapshot)
        items = tuple(item for item in ledger.named(ids) if item is not None)
        if len(items) < len(ids):
            raise InvoiceNotFound
        return reading_of(items, snapshot, not_after=self._calendar.midnight())

    async def detail(self, client_id: int, invoice_id: int) -> Reading[InvoiceDetail]:
        """Raises InvoiceNotFound for what does not exist, is another client's, or is a draft."""
        detail, _ = await self.detail_with_client(client_id, invoice_id)
        return detail

    async def detail_with_client(self, client_id: int, invoice_id: int) -> tuple[Reading[InvoiceDetail], Client]:
        """The same, with whom it is addressed to."""
        reading, (client,) = await self.detail_with(client_id, invoice_id, self._clients.part(client_id))
        return reading, decode_client(client)

    async def detail_with(
        self, client_id: int, invoice_id: int, client_part: Part, *others: Part
    ) -> tuple[Reading[InvoiceDetail], tuple[bytes, ...]]:
        """The same, with the values of other parts of the same generation, the client's first."""
        invoice, snapshot = await self._ledgers.read_invoice(client_id, invoice_id, client_part, *others)
        values = tuple(entry.value for entry in snapshot.entries[1:])
        client = decode_client(values[0])
        if invoice is None or stands_for_others(invoice):
            raise InvoiceNotFound
        detail = detail_of(invoice, client.currency, self._calendar.today(), moment(snapshot.as_of))
        return reading_of(detail, snapshot, not_after=self._calendar.midnight()), values


def _of_an_open_client(snapshot: Snapshot) -> Snapshot:
    """Without the client, which stands last: what is shown is as old as itself. Raises AccountClosed."""
    *shown, client = snapshot.entries
    decode_client(client.value)
    return Snapshot(snapshot.nonce, tuple(shown))

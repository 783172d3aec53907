"""Invoices of one client: the list, one invoice, and the figures above the list. Pages and API say the same."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Protocol

import msgspec
import structlog

from counterfoil.billing.clients import Clients, decode_client
from counterfoil.billing.invoices.ledger import Difference, Doubts, Ledger
from counterfoil.billing.invoices.query import InvoiceQuery
from counterfoil.billing.invoices.shown import (
    InvoiceDetail,
    InvoiceItem,
    InvoiceList,
    InvoiceTotals,
    detail_of,
    stands_for_others,
)
from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.reading import SHORTEST_ROW, Calendar, Reading, Steps, apart, moment, part_of, reading
from counterfoil.cache import Cache, CacheUnavailable, Part, Snapshot
from counterfoil.cache.scopes import client_scope
from counterfoil.errors import BillingUnavailable, InvoiceNotFound, TooManyOpenInvoices
from counterfoil.model import Client, Invoice, InvoiceRow, InvoiceStatus

_log = structlog.get_logger(__name__)

ROWS_AT_ONCE = 10_000
"""Rows asked for in one call. Nearly every client fits, so that the list is one call and of one moment; for more, an
answer would outgrow what is read of one.
"""

FIGURES_LIMIT = 100
"""Open invoices whose balances are summed for the head of the list; each is a call when cold. Above it the head
tells how many there are, not how much: a sum over some of them would be untrue."""

EXPORT_LIMIT = 1_000
"""Open invoices that one file may hold; each is a call when cold, and nothing is written before all are known."""

_AT_ONCE = 32
"""Invoices asked for at a time in a long read: each such step must be over within the patience for one read."""

_STEP = 256 * 1024
"""Bytes of the list that are decoded at a time."""

_ROUNDS = 5
"""Tries to see one moment while WHMCS changes under our eyes."""

NO_PAGE = InvoiceQuery(page_size=0)
"""For reads that are of no page."""

_rows = msgspec.json.Decoder(tuple[InvoiceRow, ...])
_row = msgspec.json.Decoder(InvoiceRow)
_invoice = msgspec.json.Decoder(Invoice | None)


class InvoicesApi(Protocol):
    async def get_invoice(self, invoice_id: int) -> Invoice | None: ...

    async def get_invoices(
        self, client_id: int, *, limitstart: int, limitnum: int, orderby: str, order: str
    ) -> "InvoiceRows": ...


class InvoiceRows(Protocol):
    """One answer of GetInvoices: `total` rows match, `returned` of them came."""

    @property
    def rows(self) -> tuple[InvoiceRow, ...]: ...
    @property
    def total(self) -> int: ...
    @property
    def returned(self) -> int: ...


class Overview(msgspec.Struct, frozen=True):
    """The invoice page: one page of the list and the figures above it. No figures when there are too many to sum."""

    invoices: InvoiceList
    figures: tuple[InvoiceTotals, ...] | None
    open_count: int
    years: tuple[int, ...]
    client: Client


def overview_of(ledger: Ledger, query: InvoiceQuery, client: Client, as_of: float) -> Overview:
    """Of a ledger that was read up to FIGURES_LIMIT."""
    return Overview(
        invoices=ledger.page(query, moment(as_of)),
        figures=ledger.figures(client.credit) if ledger.reads_all_open else None,
        open_count=len(ledger.to_pay()),
        years=ledger.years(),
        client=client,
    )


class Invoices:
    """Every method raises BillingUnavailable when WHMCS does not give a whole answer."""

    def __init__(
        self,
        api: InvoicesApi,
        cache: Cache,
        lifetimes: Lifetimes,
        clients: Clients,
        calendar: Calendar,
        *,
        timeout: float,
        read_one: Callable[[int, int], Awaitable[Invoice | None]] | None = None,
    ) -> None:
        """`read_one(client_id, invoice_id)`: a cheaper way than GetInvoice for those wanted at once (together.py)."""
        self._api = api
        self._read_one = read_one
        self._cache = cache
        self._lifetimes = lifetimes
        self._clients = clients
        self._calendar = calendar
        self._patience = timeout
        self._doubts = Doubts()

    async def page(self, client_id: int, query: InvoiceQuery) -> Reading[InvoiceList]:
        """One page of the list. Cold it costs one call, and one for each open invoice on it."""
        ledger, snapshot = await self.ledger(client_id, query, lambda known: known.needed_for(query))
        page = await apart(len(ledger), lambda: ledger.page(query, moment(snapshot.as_of)))
        return reading(page, snapshot, not_after=self._calendar.midnight())

    async def overview(self, client_id: int, query: InvoiceQuery) -> Reading[Overview]:
        ledger, snapshot = await self.ledger_for(client_id, query, self._clients.part(client_id))
        client = decode_client(snapshot.entries[-1].value)
        shown = await apart(len(ledger), lambda: overview_of(ledger, query, client, snapshot.as_of))
        return reading(shown, snapshot, not_after=self._calendar.midnight())

    async def ledger_for(self, client_id: int, query: InvoiceQuery, *beside: Part) -> tuple[Ledger, Snapshot]:
        """For a page of the list with the figures above it; the last entries are those of `beside`."""
        return await self.ledger(
            client_id, query, lambda known: known.needed_for(query), *beside, open_limit=FIGURES_LIMIT
        )

    async def export(self, client_id: int, query: InvoiceQuery) -> Reading[tuple[InvoiceItem, ...]]:
        """All matching invoices at one moment. May take as long as reading each open one of them takes.

        Raises TooManyOpenInvoices, for more than EXPORT_LIMIT.
        """

        def needed(known: Ledger) -> frozenset[int]:
            found = known.open_among(query)
            if len(found) > EXPORT_LIMIT:
                raise TooManyOpenInvoices(("from", TooManyOpenInvoices.detail))
            return found

        ledger, snapshot = await self.ledger(client_id, query, needed, is_long=True)
        items = await apart(len(ledger), lambda: ledger.all_pages(query))
        return reading(items, snapshot, not_after=self._calendar.midnight())

    async def chosen(self, client_id: int, ids: Sequence[int]) -> Reading[tuple[InvoiceItem, ...]]:
        """These invoices, in this order. Raises InvoiceNotFound when one of them is not this client's to see."""
        wanted = frozenset(ids)
        ledger, snapshot = await self.ledger(client_id, NO_PAGE, lambda _: wanted, at_once=wanted)
        items = tuple(item for item in ledger.named(ids) if item is not None)
        if len(items) < len(ids):
            raise InvoiceNotFound
        return reading(items, snapshot, not_after=self._calendar.midnight())

    async def detail(self, client_id: int, invoice_id: int) -> Reading[InvoiceDetail]:
        """Raises InvoiceNotFound for what does not exist, is another client's, or is a draft."""
        reading_, _ = await self.detail_with_client(client_id, invoice_id)
        return reading_

    async def detail_with_client(self, client_id: int, invoice_id: int) -> tuple[Reading[InvoiceDetail], Client]:
        """The same, with whom it is addressed to."""
        parts = [self._invoice_part(client_id, invoice_id), self._clients.part(client_id)]
        for tries in range(_ROUNDS):
            snapshot = await self._cache.read(client_scope(client_id), parts, within=self._patience)
            invoice = _invoice.decode(snapshot.entries[0].value)
            differences = await self._differences_from_the_list(client_id, {invoice_id: invoice}, snapshot.nonce)
            if self._doubts.are_justified(differences, tries):
                await self._start_afresh(client_id)
                continue
            if invoice is None or stands_for_others(invoice):
                raise InvoiceNotFound
            client = decode_client(snapshot.entries[1].value)
            detail = detail_of(invoice, client.currency, self._calendar.today(), moment(snapshot.as_of))
            return reading(detail, snapshot, not_after=self._calendar.midnight()), client
        raise BillingUnavailable("WHMCS's list and its invoice do not agree")

    async def ledger(
        self,
        client_id: int,
        query: InvoiceQuery,
        needed: Callable[[Ledger], frozenset[int]],
        *others: Part,
        at_once: frozenset[int] = frozenset(),
        open_limit: int = 0,
        is_long: bool = False,
    ) -> tuple[Ledger, Snapshot]:
        """The list with the balances that `needed` names, all of one generation and not contradicting each other, nor
        any invoice of the page that is still kept: its answer may be given without coming this way.

        `at_once`: what is needed whatever the list says, so that it need not be waited for. `open_limit`: as in
        Ledger. `is_long`: more than a page may wait for.
        """
        wanted = at_once
        tries = 0
        steps = self._steps(client_id, is_long=is_long)
        for _ in range(_ROUNDS):
            chosen = sorted(wanted)
            parts = [self._list_part(client_id), *(self._invoice_part(client_id, each) for each in chosen), *others]
            snapshot = await steps.read(parts)
            rows, *rest = (entry.value for entry in snapshot.entries)
            found = (_invoice.decode(value) for value in rest[: len(chosen)])
            known = dict(zip(chosen, found, strict=True))
            today = self._calendar.today()
            made = partial(_written_up, rows, known, today, query=query, needed=needed, open_limit=open_limit)
            ledger, needs, on_page = await apart(len(rows) // SHORTEST_ROW, made)
            missing = needs - wanted
            kept = {} if missing else await self._kept(client_id, on_page - wanted, snapshot.nonce)
            if self._doubts.are_justified(ledger.differences(kept), tries):
                tries += 1
                await self._start_afresh(client_id)
                steps = self._steps(client_id, is_long=is_long)
            elif missing:
                wanted |= missing
            else:
                return ledger, snapshot
        raise BillingUnavailable("WHMCS's list and its invoices do not agree")

    def _steps(self, client_id: int, *, is_long: bool) -> Steps:
        return Steps(self._cache, client_scope(client_id), self._patience, most=_AT_ONCE if is_long else None)

    async def _kept(self, client_id: int, ids: frozenset[int], nonce: str) -> dict[int, Invoice | None]:
        """Those of the invoices that this generation still has."""
        chosen = sorted(ids)
        peek = await self._cache.peek(client_scope(client_id), [f"invoice:{each}" for each in chosen])
        entries = peek.entries if peek.nonce == nonce else ()
        return {id_: _invoice.decode(entry.value) for id_, entry in zip(chosen, entries, strict=False) if entry}

    async def _differences_from_the_list(
        self, client_id: int, invoices: Mapping[int, Invoice | None], nonce: str
    ) -> frozenset[Difference]:
        # Without this a lost webhook would show "Paid" here and "Unpaid" in the list that is still kept.
        peek = await self._cache.peek(client_scope(client_id), ["invoices"])
        kept = peek.entries[0] if peek.nonce == nonce else None
        return Ledger(_rows_of(kept.value, invoices), invoices).differences() if kept else frozenset()

    async def _start_afresh(self, client_id: int) -> None:
        _log.info("invoices changed without notice", client_id=client_id)
        # While the cache is away nothing is kept: the next round reads WHMCS itself.
        with suppress(CacheUnavailable):
            await self._cache.clear(client_scope(client_id))

    def _invoice_part(self, client_id: int, invoice_id: int) -> Part:
        async def fetch() -> Invoice | None:
            one = self._read_one
            invoice = await (one(client_id, invoice_id) if one else self._api.get_invoice(invoice_id))
            # Whose it is comes before anything else; what is not shown is not kept either.
            visible = invoice and invoice.client_id == client_id and invoice.status is not InvoiceStatus.DRAFT
            return invoice if visible else None

        return part_of(f"invoice:{invoice_id}", self._lifetimes.invoice, fetch)

    def _list_part(self, client_id: int) -> Part:
        return part_of("invoices", self._lifetimes.invoice_list, lambda: self._all_rows(client_id))

    async def _all_rows(self, client_id: int) -> list[InvoiceRow]:
        for _ in range(_ROUNDS):
            rows = await self._rows_of_one_moment(client_id)
            if rows is not None:
                return [row for row in rows if row.status is not InvoiceStatus.DRAFT]
        raise BillingUnavailable("the invoice list changes faster than it can be read")

    async def _rows_of_one_moment(self, client_id: int) -> list[InvoiceRow] | None:
        """All rows, drafts too; None when the list moved between two calls. In the order of ids nothing shifts."""
        rows: dict[int, InvoiceRow] = {}
        returned, total = 0, 1
        while returned < total:
            answer = await self._api.get_invoices(
                client_id, limitstart=returned, limitnum=ROWS_AT_ONCE, orderby="id", order="asc"
            )
            rows.update((row.id, row) for row in answer.rows)
            if returned and (answer.total != total or not answer.returned):
                return None
            returned, total = returned + answer.returned, answer.total
            if not answer.returned:
                break
        return list(rows.values()) if len(rows) == total else None


def _written_up(
    kept: bytes,
    known: Mapping[int, Invoice | None],
    today: date,
    *,
    query: InvoiceQuery,
    needed: Callable[[Ledger], frozenset[int]],
    open_limit: int,
) -> tuple[Ledger, frozenset[int], frozenset[int]]:
    """The ledger, what `needed` names, and what stands on the page."""
    ledger = Ledger(tuple(_all_rows(kept)), known, today, open_limit=open_limit)
    return ledger, needed(ledger), ledger.on_page(query)


def _all_rows(kept: bytes) -> Iterator[InvoiceRow]:
    """Decoded in steps: within one, nobody else is served."""
    start = 1
    while (end := kept.find(b'},{"id":', start + _STEP)) >= 0:
        yield from _rows.decode(b"[%b]" % kept[start : end + 1])
        start = end + 2
    yield from _rows.decode(b"[%b" % kept[start:])


def _rows_of(kept: bytes, ids: Iterable[int]) -> tuple[InvoiceRow, ...]:
    """Of a kept list the rows with these ids: to decode ten thousand for one would keep everybody else waiting 40 ms.

    Rows stand as msgspec wrote them, the id first; inside a text each quotation mark is escaped.
    """
    found = []
    for id_ in ids:
        start = kept.find(b'{"id":%d,' % id_)
        if start >= 0:
            end = kept.find(b'},{"id":', start)
            found.append(_row.decode(kept[start : end + 1] if end >= 0 else kept[start:-1]))
    return tuple(found)

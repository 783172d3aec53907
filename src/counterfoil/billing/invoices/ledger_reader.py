"""Reads a client's invoices at one moment, although WHMCS has no such call and may change while it is asked."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from functools import partial

import structlog

from counterfoil.billing.invoices.cached_rows import decode_rows, decode_some_rows, most_rows
from counterfoil.billing.invoices.ledger import Difference, Doubts, Ledger
from counterfoil.billing.invoices.parts import LIST, InvoiceParts, decode_invoice, name_of
from counterfoil.billing.invoices.query import InvoiceQuery
from counterfoil.billing.reading import Calendar, Steps, apart
from counterfoil.cache import Cache, CacheUnavailable, Part, Snapshot
from counterfoil.cache.scopes import client_scope
from counterfoil.errors import BillingUnavailable
from counterfoil.model import Invoice

_log = structlog.get_logger(__name__)

TOTALS_LIMIT = 100
"""Open invoices whose balances are summed for the head of the list; each is a call when cold. Above it the head
tells how many there are, not how much: a sum over some of them would be untrue."""

_AT_ONCE = 32
"""Invoices asked for at a time in a long read: each such step must be over within the time limit of one read."""

_ROUNDS = 5
"""Tries to see one moment while WHMCS changes under our eyes."""

NO_PAGE = InvoiceQuery(page_size=0)
"""For reads that are of no page."""


class LedgerReader:
    """Every method raises BillingUnavailable when WHMCS does not give a whole answer."""

    def __init__(self, cache: Cache, parts: InvoiceParts, calendar: Calendar, timeout: float) -> None:
        self._cache = cache
        self._parts = parts
        self._calendar = calendar
        self._timeout = timeout
        self._doubts = Doubts()

    async def read_for_page(self, client_id: int, query: InvoiceQuery, *others: Part) -> tuple[Ledger, Snapshot]:
        """For a page of the list with the totals above it; the last entries are those of `others`."""
        return await self.read(
            client_id, query, lambda known: known.needed_for(query), *others, open_limit=TOTALS_LIMIT
        )

    async def read(
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
        any invoice of the page that is still cached: its answer may be given without coming this way.

        `at_once`: what is needed whatever the list says, so that it need not be waited for. `open_limit`: as in
        Ledger. `is_long`: more than a page may wait for.
        """
        wanted = at_once
        tries = 0
        steps = self._steps(client_id, is_long=is_long)
        for _ in range(_ROUNDS):
            chosen = sorted(wanted)
            parts = [self._parts.rows(client_id), *(self._parts.invoice(client_id, each) for each in chosen), *others]
            snapshot = await steps.read(parts)
            rows, *rest = (entry.value for entry in snapshot.entries)
            found = map(decode_invoice, rest[: len(chosen)])
            known = dict(zip(chosen, found, strict=True))
            today = self._calendar.today()
            made = partial(_ledger_of, rows, known, query, needed, today=today, open_limit=open_limit)
            ledger, needs, on_page = await apart(most_rows(rows), made)
            missing = needs - wanted
            cached = {} if missing else await self._cached(client_id, on_page - wanted, snapshot.nonce)
            if self._doubts.are_justified(ledger.differences(cached), tries):
                tries += 1
                await self._start_afresh(client_id)
                steps = self._steps(client_id, is_long=is_long)
            elif missing:
                wanted |= missing
            else:
                return ledger, snapshot
        raise BillingUnavailable("WHMCS's list and its invoices do not agree")

    async def read_invoice(self, client_id: int, invoice_id: int, *others: Part) -> tuple[Invoice | None, Snapshot]:
        """One invoice, not contradicting a list that is still cached. None: not this client's to see."""
        parts = [self._parts.invoice(client_id, invoice_id), *others]
        for tries in range(_ROUNDS):
            snapshot = await self._cache.read(client_scope(client_id), parts, within=self._timeout)
            invoice = decode_invoice(snapshot.entries[0].value)
            differences = await self._differences_from_the_list(client_id, {invoice_id: invoice}, snapshot.nonce)
            if not self._doubts.are_justified(differences, tries):
                return invoice, snapshot
            await self._start_afresh(client_id)
        raise BillingUnavailable("WHMCS's list and its invoice do not agree")

    def _steps(self, client_id: int, *, is_long: bool) -> Steps:
        return Steps(self._cache, client_scope(client_id), self._timeout, most=_AT_ONCE if is_long else None)

    async def _cached(self, client_id: int, ids: frozenset[int], nonce: str) -> dict[int, Invoice | None]:
        """Those of the invoices that this generation still has."""
        chosen = sorted(ids)
        peek = await self._cache.peek(client_scope(client_id), [name_of(each) for each in chosen])
        entries = peek.entries if peek.nonce == nonce else ()
        return {id_: decode_invoice(entry.value) for id_, entry in zip(chosen, entries, strict=False) if entry}

    async def _differences_from_the_list(
        self, client_id: int, invoices: Mapping[int, Invoice | None], nonce: str
    ) -> frozenset[Difference]:
        # Without this a lost webhook would show "Paid" here and "Unpaid" in the list that is still cached.
        peek = await self._cache.peek(client_scope(client_id), [LIST])
        cached = peek.entries[0] if peek.nonce == nonce else None
        if cached is None:
            return frozenset()
        rows = await apart(most_rows(cached.value), partial(decode_some_rows, cached.value, invoices))
        return Ledger(rows, invoices).differences()

    async def _start_afresh(self, client_id: int) -> None:
        _log.info("invoices changed without notice", client_id=client_id)
        # While the cache is away nothing is cached: the next round reads WHMCS itself.
        with suppress(CacheUnavailable):
            await self._cache.clear(client_scope(client_id))


def _ledger_of(
    rows: bytes,
    known: Mapping[int, Invoice | None],
    query: InvoiceQuery,
    needed: Callable[[Ledger], frozenset[int]],
    *,
    today: date,
    open_limit: int,
) -> tuple[Ledger, frozenset[int], frozenset[int]]:
    """The ledger, what `needed` names, and what stands on the page."""
    ledger = Ledger(decode_rows(rows), known, today, open_limit=open_limit)
    return ledger, needed(ledger), ledger.on_page(query)

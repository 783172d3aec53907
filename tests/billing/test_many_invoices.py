"""Who has ten thousand invoices keeps nobody else waiting."""

from collections.abc import AsyncIterator
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from counterfoil.billing.clients import Clients
from counterfoil.billing.invoices.ledger_reader import LedgerReader
from counterfoil.billing.invoices.parts import InvoiceParts
from counterfoil.billing.invoices.query import InvoiceQuery, Sort, StatusFilter
from counterfoil.billing.invoices.reads import Invoices
from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.reading import Calendar
from counterfoil.cache import open_cache
from counterfoil.model import InvoiceStatus
from tests.billing.books import row
from tests.billing.whmcs_books import Books
from tests.gaps import LONGEST, watched_loop

pytestmark = pytest.mark.anyio


@pytest.fixture
async def invoices() -> AsyncIterator[Invoices]:
    books = Books()
    books.rows = {id_: row(id_, InvoiceStatus.PAID) for id_ in range(1, 10_001)}
    cache = open_cache("memory://")
    await cache.start()
    lifetimes = Lifetimes(invoice_list=90, invoice=300, client=300, records=90, payment_methods=900, shared=3600)
    clients = Clients(books, cache, lifetimes, 5)
    calendar = Calendar(ZoneInfo("Europe/London"), lambda: 1_800_000_000)
    parts = InvoiceParts(books, lambda _, invoice_id: books.get_invoice(invoice_id), clients.require_open, lifetimes)
    yield Invoices(LedgerReader(cache, parts, calendar, timeout=5), clients, calendar)
    await cache.close()


@pytest.mark.parametrize(
    "query",
    [
        InvoiceQuery(text="INV-9999"),
        InvoiceQuery(text="a b c d e f g h " * 12),
        InvoiceQuery(sort=Sort.NUMBER),
        InvoiceQuery(sort=Sort.ATTENTION),
        InvoiceQuery(status=StatusFilter.PARTIALLY_PAID),
        InvoiceQuery(status=StatusFilter.PAID, issued_from=date(2020, 1, 1), sort=Sort.TOTAL, page=400),
    ],
    ids=["a number", "many words", "by number", "by attention", "partly paid", "a late page"],
)
async def test_others_are_served_during_a_search(invoices: Invoices, query: InvoiceQuery) -> None:
    """Each search decodes all rows; it does so apart."""
    await invoices.page(1, InvoiceQuery())
    async with watched_loop() as gaps:
        await invoices.page(1, query)
        await invoices.overview(1, query)
    assert gaps.longest < LONGEST


async def test_and_while_a_file_of_all_is_made(invoices: Invoices) -> None:
    async with watched_loop() as gaps:
        assert len((await invoices.export(1, InvoiceQuery())).value) == 10_000
    assert gaps.longest < LONGEST


async def test_all_rows_are_there(invoices: Invoices) -> None:
    """They are decoded in steps; none is lost or doubled between two of them."""
    found = (await invoices.export(1, InvoiceQuery(sort=Sort.NUMBER, descending=False))).value
    assert [item.id for item in found] == list(range(1, 10_001))

"""Reading invoices: one moment, the right owner, the fewest calls."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from counterfoil.billing.clients import Clients
from counterfoil.billing.invoices.ledger_reader import LedgerReader
from counterfoil.billing.invoices.parts import ROWS_AT_ONCE, InvoiceParts
from counterfoil.billing.invoices.query import InvoiceQuery, Sort, StatusFilter
from counterfoil.billing.invoices.reads import Invoices
from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.reading import Calendar
from counterfoil.cache import Cache, open_cache, rules
from counterfoil.errors import BillingUnavailable, InvoiceNotFound
from counterfoil.model import InvoiceStatus
from tests.billing.books import invoice, row
from tests.billing.whmcs_books import Books

pytestmark = pytest.mark.anyio

UNPAID, PAID, DRAFT = InvoiceStatus.UNPAID, InvoiceStatus.PAID, InvoiceStatus.DRAFT
# The calendar's now, in the past of the cache's clock, so that its midnight is the earlier limit.
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
async def cache() -> AsyncIterator[Cache]:
    cache = open_cache("memory://")
    await cache.start()
    yield cache
    await cache.close()


@pytest.fixture
def invoices(books: Books, cache: Cache) -> Invoices:
    lifetimes = Lifetimes(invoice_list=90, invoice=300, client=300, records=90, payment_methods=900, shared=3600)
    clients = Clients(books, cache, lifetimes, 5)
    calendar = Calendar(ZoneInfo("Europe/London"), lambda: NOW)
    parts = InvoiceParts(books, lambda _, invoice_id: books.get_invoice(invoice_id), clients.require_open, lifetimes)
    return Invoices(LedgerReader(cache, parts, calendar, timeout=5), clients, calendar)


async def test_a_cold_list_costs_two_calls_and_one_for_each_open_invoice(books: Books, invoices: Invoices) -> None:
    """Lists are pulled from WHMCS for the mapped client, with as few calls as the truth takes."""
    for id_ in range(1, 8):
        books.add(id_, UNPAID if id_ <= 2 else PAID)
    page = (await invoices.page(1, InvoiceQuery())).value
    assert (page.total, len(page.items)) == (7, 7)
    assert sorted(books.calls) == ["GetClientsDetails", "GetInvoice", "GetInvoice", "GetInvoices"]
    await invoices.page(1, InvoiceQuery(sort=Sort.TOTAL, page_size=2))
    assert len(books.calls) == 4


async def test_ten_thousand_invoices_cost_one_call_and_their_client(books: Books, invoices: Invoices) -> None:
    """And the total is exact: drafts are not in it."""
    books.rows = {id_: row(id_, DRAFT if id_ % 1000 == 0 else PAID) for id_ in range(1, 10_001)}
    page = (await invoices.page(1, InvoiceQuery())).value
    assert (page.total, len(page.items)) == (9990, 25)
    assert sorted(books.calls) == ["GetClientsDetails", "GetInvoices"]
    found = (await invoices.page(1, InvoiceQuery(text="INV-9999"))).value
    assert [item.id for item in found.items] == [9999]
    assert len(books.calls) == 2


async def test_a_slow_whmcs_is_asked_for_the_list_once(
    books: Books, invoices: Invoices, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where values count 2 s and the list takes longer, the balances do not wait for a second list."""
    monkeypatch.setattr(rules, "PROBATION", 0.1)
    get_invoices = books.get_invoices

    async def slowly(*args: int, **options: object) -> object:
        await asyncio.sleep(0.2)
        return await get_invoices(*args, **options)

    monkeypatch.setattr(books, "get_invoices", slowly)
    books.add(1)
    overview = await invoices.overview(1, InvoiceQuery())
    assert sorted(books.calls) == ["GetClientsDetails", "GetInvoice", "GetInvoices"]
    assert overview.expires_at < overview.as_of + 0.2, "what is kept of it must not outlive the list"
    books.pay(1)
    assert (await invoices.page(1, InvoiceQuery())).value.items[0].status is PAID


async def test_a_change_between_two_steps_is_seen(books: Books, invoices: Invoices, cache: Cache) -> None:
    """The list and the balances are of one generation: a clear that comes between them brings a new list too."""
    books.add(1)
    get_invoice = books.get_invoice

    async def and_another(invoice_id: int) -> object:
        if 2 not in books.rows:
            books.add(2, PAID)
            await cache.clear("c1")
        return await get_invoice(invoice_id)

    books.get_invoice = and_another
    assert (await invoices.page(1, InvoiceQuery())).value.total == 2


async def test_an_installation_that_sends_fewer_rows_is_asked_again(books: Books, invoices: Invoices) -> None:
    """WHMCS states no maximum for limitnum: what it sends is counted, not assumed."""
    books.rows = {id_: row(id_, PAID) for id_ in range(1, 251)}
    books.page_limit = 100
    assert (await invoices.page(1, InvoiceQuery())).value.total == 250
    assert sorted(books.calls) == ["GetClientsDetails", *["GetInvoices"] * 3]


async def test_a_list_that_moves_between_two_calls_is_read_again(books: Books, invoices: Invoices) -> None:
    """An invoice deleted meanwhile shifts the rows: none may be lost."""
    books.rows = {id_: row(id_, PAID) for id_ in range(1, ROWS_AT_ONCE + 3)}
    send = books.get_invoices

    async def send_and_delete(*args: int, **options: object) -> object:
        answer = await send(*args, **options)
        books.rows.pop(1, None)
        return answer

    books.get_invoices = send_and_delete
    assert (await invoices.page(1, InvoiceQuery())).value.total == ROWS_AT_ONCE + 1


@pytest.mark.parametrize("kind", ["missing", "foreign", "draft"])
async def test_missing_foreign_and_draft_are_the_same(books: Books, invoices: Invoices, kind: str) -> None:
    """The same error, after the same calls."""
    if kind == "foreign":
        books.invoices[7] = msgspec.structs.replace(invoice(7), client_id=2)
    elif kind == "draft":
        books.invoices[7] = msgspec.structs.replace(invoice(7), status=DRAFT)
    with pytest.raises(InvoiceNotFound):
        await invoices.detail(1, 7)
    assert sorted(books.calls) == ["GetClientsDetails", "GetInvoice"]


async def test_a_draft_is_in_no_list(books: Books, invoices: Invoices) -> None:
    """Not in rows, totals, search."""
    books.add(1, DRAFT)
    books.add(2, PAID)
    assert (await invoices.page(1, InvoiceQuery())).value.total == 1
    assert (await invoices.page(1, InvoiceQuery(text="INV-1"))).value.items == ()


async def test_the_detail_speaks_in_the_clients_currency(books: Books, invoices: Invoices) -> None:
    """GetInvoice names none."""
    books.currency = "JPY"
    books.add(1)
    detail = (await invoices.detail(1, 1)).value
    assert (str(detail.balance.amount), detail.currency) == ("100", "JPY")


async def test_never_paid_here_and_unpaid_there(books: Books, invoices: Invoices) -> None:
    """With every webhook lost: what one page has shown, no other page may take back."""
    books.add(1)
    assert (await invoices.page(1, InvoiceQuery())).value.items[0].status is UNPAID
    books.add(2)
    books.pay(1)
    books.pay(2)
    assert (await invoices.detail(1, 2)).value.status is PAID
    assert (await invoices.page(1, InvoiceQuery())).value.items[-1].status is PAID


async def test_a_list_newer_than_a_kept_balance_is_believed(books: Books, invoices: Invoices, cache: Cache) -> None:
    """The invoice lives 5 minutes, the list 90 seconds: the balance must not outlive the news."""
    books.add(1)
    await invoices.detail(1, 1)
    books.pay(1)
    (item,) = (await invoices.page(1, InvoiceQuery())).value.items
    assert (item.status, item.amount_due.amount) == (PAID, 0)
    assert (await invoices.detail(1, 1)).value.status is PAID


async def test_a_kept_invoice_that_the_list_does_not_need_is_compared(
    books: Books, invoices: Invoices, cache: Cache
) -> None:
    """Its answer may be given for minutes without anybody asking here: the news must not be taken back by it."""
    books.add(1)
    kept = await invoices.detail(1, 1)
    books.cancel(1)
    (item,) = (await invoices.page(1, InvoiceQuery())).value.items
    assert item.status is InvoiceStatus.CANCELLED
    assert (await cache.peek("c1", [])).nonce != kept.nonce, "what was kept of the old invoice still counts"
    assert (await invoices.detail(1, 1)).value.status is InvoiceStatus.CANCELLED


async def test_a_total_is_the_same_here_and_there(books: Books, invoices: Invoices) -> None:
    """With every webhook lost, a list that has just been read does not put the new total beside the old balance."""
    books.add(1)
    await invoices.detail(1, 1)
    books.bill(1, "150.00")
    (item,) = (await invoices.page(1, InvoiceQuery())).value.items
    assert (item.total.amount, item.amount_due.amount) == (150, 150)


async def test_a_listed_invoice_is_there(books: Books, invoices: Invoices) -> None:
    """What the list shows can be opened at once, though it was "not found" a moment ago."""
    with pytest.raises(InvoiceNotFound):
        await invoices.detail(1, 1)
    books.add(1, PAID)
    assert (await invoices.page(1, InvoiceQuery())).value.total == 1
    assert (await invoices.detail(1, 1)).value.status is PAID


async def test_partly_paid_costs_every_open_balance(books: Books, invoices: Invoices) -> None:
    """It is a filter over balances, which the list does not have."""
    books.add(1, balance=60)
    books.add(2)
    books.add(3, PAID)
    page = (await invoices.page(1, InvoiceQuery(status=StatusFilter.PARTIALLY_PAID))).value
    assert [item.id for item in page.items] == [1]


async def test_whmcs_down_is_never_nothing_owed(books: Books, invoices: Invoices) -> None:
    """No empty list, no zeros."""
    books.is_down = True
    with pytest.raises(BillingUnavailable):
        await invoices.page(1, InvoiceQuery())
    with pytest.raises(BillingUnavailable):
        await invoices.overview(1, InvoiceQuery())


async def test_the_head_sums_what_every_open_invoice_owes(books: Books, invoices: Invoices) -> None:
    """Also those that the page does not show."""
    for id_ in range(1, 31):
        books.add(id_)
    overview = (await invoices.overview(1, InvoiceQuery(page=2))).value
    assert overview.totals is not None
    assert (overview.totals[0].open.to_pay.amount, overview.open_count) == (3000, 30)


async def test_answers_expire_at_midnight_of_whmcs(books: Books, invoices: Invoices) -> None:
    """Overdue begins with the installation's day."""
    books.add(1)
    reading = await invoices.page(1, InvoiceQuery())
    assert reading.expires_at == datetime(2026, 11, 21, tzinfo=ZoneInfo("Europe/London")).timestamp()

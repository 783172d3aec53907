"""Several invoices in one call, where WHMCS's addon offers it; the same answers everywhere."""

import asyncio
from collections.abc import Sequence

import pytest

from counterfoil.billing.invoices.batcher import InvoiceBatcher
from counterfoil.errors import BillingUnavailable
from counterfoil.model import Invoice
from counterfoil.whmcs.addon_api import MOST_INVOICES, NotOffered
from tests.billing.books import invoice

pytestmark = pytest.mark.anyio


class Whmcs:
    """Knows invoices 1 to 99 of client 1. `calls`: what it was asked."""

    def __init__(self, *, offered: bool = True) -> None:
        self.calls: list[str] = []
        self.asked_for: list[tuple[int, int]] = []
        self.is_offered = offered
        self.fails: Exception | None = None
        self.asked = asyncio.Event()

    def offers(self, action: str) -> bool:
        return self.is_offered

    async def get_invoice(self, invoice_id: int, *, whose: int) -> Invoice | None:
        self.calls.append(f"GetInvoice {invoice_id}")
        self.asked_for.append((whose, invoice_id))
        return invoice(invoice_id) if invoice_id < 100 else None

    async def invoices(self, client_id: int, ids: Sequence[int]) -> dict[int, Invoice]:
        self.calls.append(f"several of {client_id}: {len(ids)}")
        self.asked.set()
        await asyncio.sleep(0.01)
        if self.fails:
            raise self.fails
        return {id_: invoice(id_) for id_ in ids if id_ < 100}


async def test_what_is_wanted_at_once_is_one_call() -> None:
    """For each client; what is not there is None."""
    whmcs = Whmcs()
    batcher = InvoiceBatcher(whmcs, whmcs)
    found = await asyncio.gather(*(batcher.invoice(1, id_) for id_ in (3, 5, 200)), batcher.invoice(2, 7))
    assert found == [invoice(3), invoice(5), None, invoice(7)]
    assert sorted(whmcs.calls) == ["GetInvoice 7", "several of 1: 3"]
    assert whmcs.asked_for == [(2, 7)], "the turn at WHMCS is the client's"


async def test_later_wishes_are_another_call() -> None:
    """A call that is under way may have read before they were asked for: they would be older than they say."""
    whmcs = Whmcs()
    batcher = InvoiceBatcher(whmcs, whmcs)
    first = [asyncio.create_task(batcher.invoice(1, id_)) for id_ in (1, 2)]
    await whmcs.asked.wait()
    await asyncio.gather(*first, batcher.invoice(1, 1), batcher.invoice(1, 3))
    assert whmcs.calls == ["several of 1: 2", "several of 1: 2"]


async def test_many_are_several_calls() -> None:
    whmcs = Whmcs()
    batcher = InvoiceBatcher(whmcs, whmcs)
    await asyncio.gather(*(batcher.invoice(1, id_) for id_ in range(1, 2 * MOST_INVOICES)))
    assert whmcs.calls == [f"several of 1: {MOST_INVOICES}", f"several of 1: {MOST_INVOICES - 1}"]


@pytest.mark.parametrize("offered", [True, False])
async def test_without_the_addon_each_is_asked_for(offered: bool) -> None:
    """Known to be absent, or found to be: the same answers."""
    whmcs = Whmcs(offered=offered)
    whmcs.fails = NotOffered()
    batcher = InvoiceBatcher(whmcs, whmcs)
    found = await asyncio.gather(*(batcher.invoice(1, id_) for id_ in (3, 200)))
    assert found == [invoice(3), None]
    assert sorted(whmcs.calls)[:2] == ["GetInvoice 200", "GetInvoice 3"]


async def test_a_failure_is_everybodys() -> None:
    """And the next wish is asked for anew."""
    whmcs = Whmcs()
    whmcs.fails = BillingUnavailable("down")
    batcher = InvoiceBatcher(whmcs, whmcs)
    found = await asyncio.gather(*(batcher.invoice(1, id_) for id_ in (3, 5)), return_exceptions=True)
    assert [type(each) for each in found] == [BillingUnavailable, BillingUnavailable]
    whmcs.fails = None
    assert await asyncio.gather(*(batcher.invoice(1, id_) for id_ in (3, 5))) == [invoice(3), invoice(5)]


async def test_who_leaves_takes_nobody_along() -> None:
    """The first is cancelled: the others hear an honest failure at once, and can ask again."""
    whmcs = Whmcs()
    batcher = InvoiceBatcher(whmcs, whmcs)
    tasks = [asyncio.create_task(batcher.invoice(1, id_)) for id_ in (3, 5)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    first, second = await asyncio.gather(*tasks, return_exceptions=True)
    assert (type(first), type(second)) == (asyncio.CancelledError, BillingUnavailable)
    tasks = [asyncio.create_task(batcher.invoice(1, id_)) for id_ in (3, 5)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    assert (await asyncio.gather(*tasks, return_exceptions=True))[0] == invoice(3)

"""The sandbox's books are in order, and a seed always tells the same story."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from counterfoil_sandbox.whmcs import Options
from counterfoil_sandbox.whmcs.books import cents
from counterfoil_sandbox.whmcs.ledger import Ledger
from counterfoil_sandbox.whmcs.records import PAID
from counterfoil_sandbox.whmcs.seed import seed

TODAY = dt.date(2026, 5, 12)


def told(options: Options) -> Ledger:
    ledger = Ledger(zone=ZoneInfo("UTC"))
    seed(ledger, options, TODAY)
    return ledger


def test_the_parts_of_every_invoice_make_its_balance() -> None:
    """Lines and taxes, less credit and payments, are the balance; a paid one has none; nothing is overpaid."""
    for invoice in told(Options(big_client_invoices=200)).invoices:
        lines = sum((item.amount for item in invoice.items), Decimal(0))
        taxed = sum((item.amount for item in invoice.items if item.taxed), Decimal(0))
        taxes = cents(taxed * invoice.taxrate / 100) + cents(taxed * invoice.taxrate2 / 100)
        paid = sum((payment.amount_in - payment.amount_out for payment in invoice.payments), Decimal(0))
        assert invoice.subtotal + invoice.tax + invoice.tax2 == lines + taxes
        assert invoice.balance == lines + taxes - invoice.credit - paid
        assert invoice.balance >= 0
        assert (invoice.status != PAID) or invoice.balance == 0


def test_no_money_comes_from_the_future() -> None:
    """No invoice, payment or refund is later than today."""
    for invoice in told(Options(big_client_invoices=200)).invoices:
        times = [invoice.paid_at, invoice.refunded_at, invoice.cancelled_at, *(one.at for one in invoice.payments)]
        assert invoice.date <= TODAY
        assert all(at.date() <= TODAY for at in times if at)


def test_ids_mean_one_thing() -> None:
    """No two payments or lines share an id."""
    invoices = list(told(Options(big_client_invoices=200)).invoices)
    for ids in (
        [item.id for invoice in invoices for item in invoice.items],
        [payment.id for invoice in invoices for payment in invoice.payments],
    ):
        assert len(ids) == len(set(ids))


def test_one_seed_tells_one_story() -> None:
    """The same seed and day give the same data; another seed, another crowd."""
    first, again, other = (told(Options(seed=number, big_client_invoices=50)) for number in (1, 1, 2))
    words = [
        msgspec.json.encode([list(one.invoices), list(one.clients), list(one.users)]) for one in (first, again, other)
    ]
    assert words[0] == words[1]
    assert words[0] != words[2]


def test_ada_has_what_the_design_shows() -> None:
    """83 invoices that she may see, EUR 214.50 to pay, of which 94.50 late, and EUR 12.00 credit."""
    ledger = told(Options(big_client_invoices=1))
    mine = [invoice for invoice in ledger.invoices_of(1) if invoice.status != "Draft"]
    assert len(mine) == 83
    due = [invoice for invoice in mine if invoice.status == "Unpaid"]
    assert sum(invoice.balance for invoice in due) == Decimal("214.50")
    assert sum(invoice.balance for invoice in due if invoice.duedate < TODAY) == Decimal("94.50")
    ada = ledger.clients.visible(1)
    assert ada is not None
    assert ada.credit == Decimal("12.00")


def test_max_has_ten_thousand_invoices_and_no_draft() -> None:
    """Thirty of them open, all among the newest."""
    mine = told(Options()).invoices_of(7)
    assert len(mine) == 10_000
    assert {invoice.status for invoice in mine} == {"Paid", "Unpaid", "Cancelled", "Payment Pending"}
    assert {at >= 9_400 for at, invoice in enumerate(mine) if invoice.status == "Unpaid"} == {True}
    assert sum(invoice.status == "Unpaid" for invoice in mine) == 30


def test_versions_become_visible_in_order() -> None:
    """A change with a lag is not seen before its time, and no later change overtakes it."""
    clock = [0.0]
    ledger = Ledger(zone=ZoneInfo("UTC"), monotonic=lambda: clock[0])
    seed(ledger, Options(big_client_invoices=1), TODAY)
    invoice = ledger.invoices.visible(ledger.notable["ada.due_soon"])
    assert invoice is not None
    ledger.put_invoice(msgspec.structs.replace(invoice, notes="first"), lag=2.0)
    ledger.put_invoice(msgspec.structs.replace(invoice, notes="second"), lag=0.0)
    seen = []
    for clock[0] in (0.0, 1.9, 2.0):
        read = ledger.invoices.visible(invoice.id)
        seen.append(read.notes if read else None)
    assert seen == ["", "", "second"]
    assert [version.number for version in ledger.invoices.history(invoice.id)] == [1, 2, 3]

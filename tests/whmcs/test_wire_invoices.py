"""Invoices as WHMCS sends them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from counterfoil.model import InvoiceLine, InvoiceStatus, Money, Payment, Tax
from counterfoil.whmcs.results import InvoiceRows
from counterfoil.whmcs.wire import invoices
from counterfoil.whmcs.wire.values import Untrustworthy
from tests.whmcs import answers
from tests.whmcs.answers import Answer, invoice_row
from tests.whmcs.conftest import Logged

BERLIN = ZoneInfo("Europe/Berlin")


def rows(answer: Answer) -> InvoiceRows:
    return invoices.invoice_rows(answer, 7, 0, 1000, BERLIN)


def test_a_row() -> None:
    """A row becomes what the portal needs of it, and nothing more."""
    given = invoice_row(
        id="12", userid="7", invoicenum="INV-12", status="Paid", datepaid="2026-07-02 10:00:00", notes="a &amp; b"
    )
    [row] = rows(answers.invoices(given)).rows
    assert (row.id, row.client_id, row.number, row.status) == (12, 7, "INV-12", InvoiceStatus.PAID)
    assert (row.issued_on, row.due_on) == (date(2026, 1, 1), date(2026, 1, 8))
    assert row.paid_at == datetime(2026, 7, 2, 10, tzinfo=BERLIN)
    assert (row.total, row.gateway, row.notes) == (Money.of("15.95", "EUR"), "paypalcheckout", "a & b")


def test_yen_have_no_digits_after_the_point() -> None:
    """WHMCS keeps two digits for every currency; a yen has none."""
    [row] = rows(answers.invoices(invoice_row(total="1200.00", currencycode="JPY"))).rows
    assert str(row.total.amount) == "1200"


@pytest.mark.parametrize("wire", ["Draft", "Unpaid", "Paid", "Payment Pending", "Collections", "Cancelled", "Refunded"])
def test_every_status(wire: str) -> None:
    [row] = rows(answers.invoices(invoice_row(status=wire))).rows
    assert row.status == wire.lower().replace(" ", "_")


def test_overdue_is_unpaid() -> None:
    """Overdue is a filter, not a status; a row that says it all the same is an unpaid one."""
    [row] = rows(answers.invoices(invoice_row(status="Overdue"))).rows
    assert row.status is InvoiceStatus.UNPAID


def test_an_unknown_status_is_shown_but_not_payable(logged: Logged) -> None:
    """A status of some module neither hides the invoice, nor breaks the list, nor gets a Pay button."""
    found = rows(answers.invoices(invoice_row(id=1), invoice_row(id=2, status="canary-status"))).rows
    assert [row.status for row in found] == [InvoiceStatus.UNPAID, InvoiceStatus.PAYMENT_PENDING]
    assert [row.unreadable for row in found] == [(), ("status",)]
    [line] = logged()
    assert line["invoice_id"] == 2
    assert "canary" not in str(line)


@pytest.mark.parametrize(
    "row",
    [
        {"userid": 8},
        {"userid": "8"},
        {"userid": None},
        {"userid": ""},
        {"id": None},
        {"total": None},
        {"total": "free"},
        {"currencycode": ""},
        {"status": ""},
    ],
    ids=str,
)
def test_one_bad_row_spoils_the_answer(row: dict[str, Any]) -> None:
    """An answer with a row of somebody else, or one that cannot be read, is not shown without that row."""
    with pytest.raises(Untrustworthy):
        rows(answers.invoices(invoice_row(id=5), invoice_row(**row)))


def test_the_operator_is_told_which_row_is_bad() -> None:
    """The row is named by its id, if that can be read; what stood in it is not."""
    for given, shown in ((12, "12"), ("12", "12"), ("canary", "unreadable"), (None, "unreadable")):
        with pytest.raises(Untrustworthy) as problem:
            rows(answers.invoices(invoice_row(id=5), invoice_row(id=given, total="canary")))
        assert f"row 1, id {shown}: " in str(problem.value)
        assert "canary" not in str(problem.value)


def test_the_same_invoice_twice_is_refused() -> None:
    with pytest.raises(Untrustworthy):
        rows(answers.invoices(invoice_row(id=5), invoice_row(id="5")))


def test_no_invoices() -> None:
    shapes: list[object] = ["", [], {}, None, {"invoice": []}, {"invoice": ""}]
    for empty in shapes:
        assert rows(answers.invoices(invoices=empty)) == InvoiceRows((), 0, 0)


def test_lost_rows_are_noticed() -> None:
    """An empty list that claims to hold three is not an empty list."""
    with pytest.raises(Untrustworthy):
        rows(answers.invoices(totalresults=3, numreturned=3, invoices=""))


def test_one_invoice() -> None:
    """Lines, both taxes, payments and refunds; amounts exact, balance as WHMCS says it."""
    transactions = [
        {"date": "2026-01-02 10:00:00", "gateway": "paypal", "transid": "T1", "amountin": "10.00", "amountout": "0.00"},
        {"date": "2026-01-03 10:00:00", "gateway": "paypal", "transid": "", "amountin": "0.00", "amountout": "2.50"},
    ]
    items = [{"type": "Hosting", "description": "A &lt;b&gt;\r\nline", "amount": "-1.00", "taxed": "1"}]
    given = answers.invoice(
        invoiceid="1", userid="7", tax="2.54", taxrate="19.000", tax2="0.10", taxrate2="1.500", credit="1.00",
        balance="7.45", items={"item": items}, transactions={"transaction": transactions},
    )  # fmt: skip
    invoice = invoices.invoice(given, 1, BERLIN)
    assert invoice.lines == (InvoiceLine("A <b>\r\nline", Decimal("-1.00"), taxed=True, kind="Hosting"),)
    assert invoice.taxes == (Tax(Decimal("19.000"), Decimal("2.54")), Tax(Decimal("1.500"), Decimal("0.10")))
    assert invoice.payments == (
        Payment(date(2026, 1, 2), "paypal", "T1", Decimal("10.00")),
        Payment(date(2026, 1, 3), "paypal", "", Decimal("-2.50")),
    )
    assert (invoice.client_id, invoice.balance, invoice.credit) == (7, Decimal("7.45"), Decimal("1.00"))


@pytest.mark.parametrize(("given", "amount"), [({"amountin": "5.00"}, "5.00"), ({"amountout": "5.00"}, "-5.00")])
def test_a_payment_or_a_refund_may_come_without_the_other(given: dict[str, str], amount: str) -> None:
    rows = {"transaction": [{"date": "2026-01-02", **given}]}
    [payment] = invoices.invoice(answers.invoice(transactions=rows), 1, BERLIN).payments
    assert payment.amount == Decimal(amount)


def test_no_taxes_and_no_payments() -> None:
    """No rate and no amount is no tax; `transactions` is "" when there are none."""
    invoice = invoices.invoice(answers.invoice(), 1, BERLIN)
    assert (invoice.taxes, invoice.payments, invoice.paid_at) == ((), (), None)


@pytest.mark.parametrize(
    "changes",
    [
        {"invoiceid": 2},
        {"invoiceid": None},
        {"userid": 0},
        {"balance": None},
        {"balance": ""},
        {"total": "x"},
        {"items": "x"},
        {"transactions": "none"},
        {"transactions": {"transaction": [{"date": "2026-01-01", "transid": "x"}]}},
        {"transactions": {"transaction": [{"date": "2026-01-01", "amountin": "", "amountout": None}]}},
        {"status": None},
    ],
    ids=str,
)
def test_an_invoice_that_is_not_the_one_or_not_whole_is_refused(changes: dict[str, Any]) -> None:
    """Another id than asked for, no owner, no balance: not shown at all."""
    with pytest.raises(Untrustworthy):
        invoices.invoice(answers.invoice(**changes), 1, BERLIN)

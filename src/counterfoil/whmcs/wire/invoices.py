"""Invoices as WHMCS sends them -> model. Vendor's words: GetInvoices and GetInvoice in its API reference."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import structlog

from counterfoil.model import Invoice, InvoiceLine, InvoiceRow, InvoiceStatus, Money, Payment, Tax
from counterfoil.whmcs.results import InvoiceRows
from counterfoil.whmcs.wire import paging
from counterfoil.whmcs.wire.unread import Unread, UnreadRow
from counterfoil.whmcs.wire.values import (
    Row,
    Untrustworthy,
    amount,
    amount_or_zero,
    currency_code,
    each,
    identifier,
    rows,
    text,
)

_log = structlog.get_logger(__name__)

_STATUSES = {
    "draft": InvoiceStatus.DRAFT,
    "unpaid": InvoiceStatus.UNPAID,
    # Only a filter of GetInvoices, but a row that says it means what the filter means.
    "overdue": InvoiceStatus.UNPAID,
    "paid": InvoiceStatus.PAID,
    "payment pending": InvoiceStatus.PAYMENT_PENDING,
    "collections": InvoiceStatus.COLLECTIONS,
    "cancelled": InvoiceStatus.CANCELLED,
    "refunded": InvoiceStatus.REFUNDED,
}


def invoice_rows(answer: Row, client_id: int, limitstart: int, limitnum: int, zone: ZoneInfo) -> InvoiceRows:
    found = rows(answer, "invoices", "invoice")
    total = paging.total(answer, len(found), limitstart, limitnum)
    unread = Unread("invoice")
    read = each(found, lambda row: _row(row, unread, zone))
    if any(row.client_id != client_id for row in read):
        raise Untrustworthy("invoices of another client")
    if len({row.id for row in read}) != len(read):
        raise Untrustworthy("an invoice twice")
    unread.warn()
    return InvoiceRows(read, total, len(read))


def _row(row: Row, unread: Unread, zone: ZoneInfo) -> InvoiceRow:
    invoice_id = identifier(row, "id", "invoiceid")
    currency = currency_code(row, "currencycode")
    known = unread.row(row, invoice_id, zone)
    return InvoiceRow(
        id=invoice_id,
        client_id=identifier(row, "userid"),
        number=text(row, "invoicenum"),
        status=_status(row, known, invoice_id),
        issued_on=known.day("issued_on", "date"),
        due_on=known.day("due_on", "duedate"),
        paid_at=known.moment("paid_at", "datepaid"),
        total=Money.of(amount(row, "total"), currency),
        gateway=known.text("gateway", "paymentmethod"),
        notes=known.text("notes", "notes"),
        gross=_gross(row),
        credit_used=amount_or_zero(row, "credit"),
        closed_on=known.day("closed_on", "date_cancelled") or known.day("closed_on", "date_refunded"),
        unreadable=known.names,
    )


def _gross(row: Row) -> Decimal:
    sums = [amount_or_zero(row, name) for name in ("subtotal", "tax", "tax2")]
    return sum(sums, Decimal(0)) if "subtotal" in row else amount(row, "total")


def _status(row: Row, known: UnreadRow, invoice_id: int) -> InvoiceStatus:
    status = text(row, "status").lower()
    if not status:
        raise Untrustworthy("status is missing")
    if status not in _STATUSES:
        # A module's own status. Hiding the invoice would make the list untrue, and refusing the list would punish the
        # customer for it; shown as pending it claims neither that it is paid nor that it can be paid here.
        known.lack("status")
        _log.warning("WHMCS has an invoice in an unknown status, shown as payment pending", invoice_id=invoice_id)
    return _STATUSES.get(status, InvoiceStatus.PAYMENT_PENDING)


def invoice(answer: Row, invoice_id: int, zone: ZoneInfo) -> Invoice:
    if identifier(answer, "invoiceid", "id") != invoice_id:
        raise Untrustworthy("another invoice than asked for")
    unread = Unread("invoice")
    known = unread.row(answer, invoice_id, zone)
    read = Invoice(
        id=invoice_id,
        client_id=identifier(answer, "userid"),
        number=text(answer, "invoicenum"),
        status=_status(answer, known, invoice_id),
        issued_on=known.day("issued_on", "date"),
        due_on=known.day("due_on", "duedate"),
        paid_at=known.moment("paid_at", "datepaid"),
        subtotal=amount(answer, "subtotal"),
        credit=amount_or_zero(answer, "credit"),
        taxes=_taxes(answer, unread, invoice_id),
        total=amount(answer, "total"),
        balance=amount(answer, "balance"),
        gateway=known.text("gateway", "paymentmethod"),
        notes=known.text("notes", "notes"),
        lines=each(rows(answer, "items", "item"), lambda row: _line(row, unread.row(row, invoice_id))),
        payments=each(
            rows(answer, "transactions", "transaction"), lambda row: _payment(row, unread.row(row, invoice_id, zone))
        ),
        unreadable=known.names,
    )
    unread.warn()
    return read


def _taxes(answer: Row, unread: Unread, invoice_id: int) -> tuple[Tax, ...]:
    """A rate of which nothing came is no tax: WHMCS keeps one beside clients who pay none."""
    return tuple(
        _tax(tax, answer, rate, unread.row(answer, invoice_id))
        for rate, name in (("taxrate", "tax"), ("taxrate2", "tax2"))
        if (tax := amount_or_zero(answer, name))
    )


def _tax(tax: Decimal, answer: Row, rate: str, known: UnreadRow) -> Tax:
    return Tax(known.get("rate", rate, amount_or_zero), tax, known.names)


def _line(row: Row, known: UnreadRow) -> InvoiceLine:
    return InvoiceLine(
        description=known.text("description", "description"),
        amount=known.get("amount", "amount", amount),
        taxed=known.switch("taxed", "taxed"),
        # What it bills decides whether the invoice counts at all.
        kind=text(row, "type"),
        unreadable=known.names,
    )


def _payment(row: Row, known: UnreadRow) -> Payment:
    # The vendor's page shows no such row. One of the amounts may be left out; without both it is no payment.
    read_in = amount_or_zero if text(row, "amountout") else amount
    return Payment(
        date=known.day("date", "date"),
        gateway=known.text("gateway", "gateway"),
        reference=known.text("reference", "transid"),
        amount=read_in(row, "amountin") - amount_or_zero(row, "amountout"),
        unreadable=known.names,
    )

"""What happened to one invoice, day by day: only what WHMCS tells. It tells of no reminders."""

from datetime import date

from msgspec import Struct

from counterfoil.billing.invoices.shown import InvoiceDetail
from counterfoil.model import InvoiceStatus, Money
from counterfoil.web.text.catalogue import in_context, translatable


class TimelineEntry(Struct, frozen=True):
    """`label`: a text of the catalogue. `on` is None where WHMCS has no day, or one that cannot be read."""

    label: str
    on: date | None
    amount: Money | None = None
    gateway: str = ""
    reference: str = ""
    unreadable: tuple[str, ...] = ()
    is_to_come: bool = False
    is_late: bool = False
    """The day on which it should have been paid."""


def timeline(invoice: InvoiceDetail, today: date) -> tuple[TimelineEntry, ...]:
    """The oldest first, what is to come last. Of two on one day the order is WHMCS's."""
    entries = [TimelineEntry(in_context("timeline", "Issued"), invoice.issued_on), *_moved(invoice)]
    if invoice.due_on and invoice.status is InvoiceStatus.UNPAID:
        label = in_context("timeline", "Due")
        is_to_come = invoice.due_on >= today
        entries.append(TimelineEntry(label, invoice.due_on, is_to_come=is_to_come, is_late=invoice.is_overdue))
    if invoice.status is InvoiceStatus.PAID and invoice.paid_at:
        entries.append(TimelineEntry(in_context("timeline", "Paid in full"), invoice.paid_at.date()))
    return tuple(sorted(entries, key=lambda each: each.on or date.min))


def _moved(invoice: InvoiceDetail) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            _label(payment.amount, payment.gateway or payment.unreadable),
            payment.date,
            payment.amount,
            payment.gateway,
            payment.reference,
            payment.unreadable,
        )
        for payment in invoice.payments
    ]


def _label(amount: Money, is_by_gateway: object) -> str:
    if amount.amount < 0:
        return translatable("Refund")
    return translatable("Payment") if is_by_gateway else translatable("Credit used")

"""Arithmetic of an invoice, pure: what its sums are, and what a payment, a credit or a refund makes of it."""

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from .records import CANCELLED, PAID, REFUNDED, UNPAID, ZERO, Invoice, Item, Payment

CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def added_up(invoice: Invoice) -> Invoice:
    """With subtotal and taxes as its items and rates say; each tax is rounded once, on the taxed sum."""
    taxed = sum((item.amount for item in invoice.items if item.taxed), ZERO)
    return msgspec.structs.replace(
        invoice,
        subtotal=sum((item.amount for item in invoice.items), ZERO),
        tax=cents(taxed * invoice.taxrate / 100) if invoice.taxrate else ZERO,
        tax2=cents(taxed * invoice.taxrate2 / 100) if invoice.taxrate2 else ZERO,
    )


def with_payment(invoice: Invoice, payment: Payment, number: str) -> Invoice:
    """Paid when nothing is left to pay; an unnumbered invoice gets its number then."""
    paid = msgspec.structs.replace(invoice, payments=(*invoice.payments, payment), updated_at=payment.at)
    return settled(paid, payment.at, number)


def with_credit(invoice: Invoice, amount: Decimal, at: datetime, number: str) -> Invoice:
    return settled(msgspec.structs.replace(invoice, credit=invoice.credit + amount, updated_at=at), at, number)


def settled(invoice: Invoice, at: datetime, number: str) -> Invoice:
    if invoice.balance > 0 or invoice.status == PAID:
        return invoice
    return msgspec.structs.replace(invoice, status=PAID, paid_at=at, number=invoice.number or number)


def with_status(invoice: Invoice, status: str, at: datetime) -> Invoice:
    """Only the status and the dates that go with it, as WHMCS's own buttons do: no money moves."""
    changed = msgspec.structs.replace(invoice, status=status, updated_at=at)
    if status == PAID:
        return msgspec.structs.replace(changed, paid_at=invoice.paid_at or at)
    if status == CANCELLED:
        return msgspec.structs.replace(changed, cancelled_at=at)
    if status == REFUNDED:
        return msgspec.structs.replace(changed, refunded_at=at)
    if status == UNPAID:
        return msgspec.structs.replace(changed, paid_at=None, cancelled_at=None, refunded_at=None)
    return changed


def refunded(invoice: Invoice, payment: Payment) -> Invoice:
    """`payment` is the money out; all of it out makes the invoice Refunded."""
    changed = msgspec.structs.replace(invoice, payments=(*invoice.payments, payment), updated_at=payment.at)
    if changed.paid > 0:
        return changed
    return msgspec.structs.replace(changed, status=REFUNDED, refunded_at=payment.at)


def lines(rows: Iterable[tuple[int, str, Decimal, bool]], kind: str = "") -> tuple[Item, ...]:
    """Items from (id, description, amount, taxed)."""
    return tuple(Item(row_id, kind, 0, text, amount, taxed) for row_id, text, amount, taxed in rows)

"""Words for the rows of an invoice's sums. Which rows there are: billing/invoices/sums.py."""

from msgspec import Struct

from counterfoil.billing.invoices.sums import Received, SumKind, SumRow
from counterfoil.model import InvoiceStatus, Money
from counterfoil.web.text.catalogue import translatable

_LABELS = {
    SumKind.LINES: translatable("Sum of the lines"),
    SumKind.TAXES_IN_LINES: translatable("Taxes that are in it"),
    SumKind.SUBTOTAL: translatable("Subtotal"),
    SumKind.TAX: translatable("Tax"),
    SumKind.CREDIT: translatable("Credit used"),
    SumKind.TOTAL: translatable("Total"),
    SumKind.PAYMENT: translatable("Paid"),
    SumKind.REFUND: translatable("Refunded"),
    SumKind.NOT_ASKED: translatable("Not asked for any more"),
    SumKind.EXCESS: translatable("Paid beyond the total"),
    SumKind.ADJUSTMENT: translatable("Adjustment"),
    SumKind.DUE: translatable("Amount due"),
}
_TONES = {SumKind.TOTAL: "strong", SumKind.DUE: "grand"}


def sum_label(row: SumRow, status: InvoiceStatus | None = None) -> str:
    """A text of the catalogue. With a rate or a date the template has a longer one. `status`: of an invoice."""
    if row.kind is SumKind.NOT_ASKED and status is InvoiceStatus.CANCELLED:
        return translatable("Cancelled")
    return _LABELS[row.kind]


def sum_tone(row: SumRow) -> str:
    return _TONES.get(row.kind, "")


class Note(Struct, frozen=True):
    """`label` is a text of the catalogue."""

    label: str
    amount: Money


def received_notes(received: Received) -> list[Note]:
    """What is worth saying below the amount that came in."""
    notes = [
        Note(translatable("By credit"), received.by_credit),
        Note(translatable("Refunded"), received.refunded),
        Note(translatable("Paid beyond the total"), received.excess),
    ]
    return [note for note in notes if note.amount.amount]

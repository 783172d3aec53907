"""What a client owes in one currency, by parts that add up: the head of the list, home and the statement say the same.

Pure. Which invoices are open: query.py.
"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from counterfoil.billing.invoices.query import is_to_pay
from counterfoil.model import InvoiceRow, InvoiceStatus, Money


class OpenAmounts(Struct, frozen=True):
    """to_pay + processing + collections + other - credit = owed."""

    to_pay: Money
    processing: Money
    """Of invoices whose payment is on its way."""
    collections: Money
    other: Money
    """Of open invoices that nobody is asked to pay: below 0.00, they are in the client's favour."""
    credit: Money | None
    """None: WHMCS has something there that is no amount. Then nothing is summed with it."""
    owed: Money | None


_PARTS = {InvoiceStatus.PAYMENT_PENDING: "processing", InvoiceStatus.COLLECTIONS: "collections"}


def open_amounts(invoices: Iterable[tuple[InvoiceRow, Decimal]], currency: str, credit: Money | None) -> OpenAmounts:
    """`invoices`: each with what is due on it. `credit`: the client's, whatever currency it is in."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row, due in invoices:
        if row.total.currency == currency:
            sums[_part_of(row, due)] += due
    if credit is not None and credit.currency != currency:
        credit = Money.of("0", currency)
    owed = None if credit is None else Money.of(sum(sums.values(), -credit.amount), currency)
    parts = {name: Money.of(sums[name], currency) for name in ("to_pay", "processing", "collections", "other")}
    return OpenAmounts(**parts, credit=credit, owed=owed)


def _part_of(row: InvoiceRow, due: Decimal) -> str:
    if row.status in _PARTS:
        return _PARTS[row.status]
    return "to_pay" if is_to_pay(row.status, row.total.amount) and due > 0 else "other"

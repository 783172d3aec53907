"""Writes one client's invoices one after another, with the payments on them."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from counterfoil_sandbox.whmcs import books
from counterfoil_sandbox.whmcs.ledger import Ledger
from counterfoil_sandbox.whmcs.records import (
    CANCELLED,
    COLLECTIONS,
    DRAFT,
    PAYMENT_PENDING,
    UNPAID,
    Invoice,
    Item,
    Payment,
)

Line = tuple[str, str, str, bool]
"""Item type, description, amount, taxed."""


class InvoiceWriter:
    """Writes one client's invoices in order: ids and numbers follow each other."""

    def __init__(self, ledger: Ledger, client_id: int, *, rate: str, rate2: str = "0", prefix: str = "INV") -> None:
        self._ledger = ledger
        self._client_id = client_id
        self._rates = Decimal(rate), Decimal(rate2)
        self._prefix = prefix
        self._next = client_id * 1000 + 1

    def write(
        self,
        issued: date,
        lines: tuple[Line, ...],
        status: str,
        *,
        name: str = "",
        due_in: int = 14,
        gateway: str = "stripe",
        numbered: bool = True,
        notes: str = "",
        credit: str = "0.00",
    ) -> Invoice:
        """An invoice on which nothing was paid yet; `name` makes it one that tests ask for."""
        invoice_id = self._next
        self._next += 1
        made = datetime.combine(issued, time(6, 0, invoice_id % 60))
        items = tuple(
            Item(invoice_id * 10 + at, kind, 0, text, Decimal(amount), taxed)
            for at, (kind, text, amount, taxed) in enumerate(lines)
        )
        invoice = Invoice(
            id=invoice_id,
            userid=self._client_id,
            number=f"{self._prefix}-{issued.year}-{invoice_id % 1000:04}" if numbered and status != DRAFT else "",
            date=issued,
            duedate=issued + timedelta(days=due_in),
            status=UNPAID,
            items=items,
            credit=Decimal(credit),
            taxrate=self._rates[0],
            taxrate2=self._rates[1],
            gateway=gateway,
            notes=notes,
            created_at=made,
            updated_at=made,
        )
        if status == DRAFT:
            invoice = books.with_status(invoice, DRAFT, made)
        elif status in {CANCELLED, COLLECTIONS, PAYMENT_PENDING}:
            invoice = books.with_status(invoice, status, made + timedelta(days=2))
        return self._keep(books.added_up(invoice), name)

    def paid(self, invoice: Invoice, *amounts: str, after: int = 3, name: str = "") -> Invoice:
        """Paid in these parts, or at once; Paid when nothing is left."""
        parts = [Decimal(amount) for amount in amounts] or [invoice.balance]
        for at, amount in enumerate(parts):
            when = datetime.combine(invoice.date + timedelta(days=after + at), time(14, invoice.id % 60))
            payment = Payment(
                id=invoice.id * 10 + at,
                at=when,
                gateway=invoice.gateway,
                transid=f"ch_{invoice.id:x}{at}7f3a",
                amount_in=amount,
                fees=books.cents(amount * Decimal("0.014")),
            )
            invoice = books.with_payment(invoice, payment, f"{self._prefix}-{when.year}-{invoice.id % 1000:04}")
        return self._keep(invoice, name)

    def refunded(self, invoice: Invoice) -> Invoice:
        source = invoice.payments[0]
        out = Payment(
            id=source.id + 5,
            at=source.at + timedelta(days=9),
            gateway=source.gateway,
            transid=source.transid.replace("ch_", "re_"),
            description=f"Refund of Transaction ID {source.transid}",
            amount_out=source.amount_in,
            refundid=source.id,
        )
        return self._keep(books.refunded(invoice, out), "")

    def _keep(self, invoice: Invoice, name: str) -> Invoice:
        self._ledger.seed_invoice(invoice)
        if name:
            self._ledger.notable[name] = invoice.id
        return invoice

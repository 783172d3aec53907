"""Rows and invoices as the tests of billing need them."""

from datetime import date
from decimal import Decimal

from counterfoil.model import Invoice, InvoiceLine, InvoiceRow, InvoiceStatus, Money, Payment

TODAY = date(2026, 11, 23)


def row(id_: int, status: InvoiceStatus = InvoiceStatus.UNPAID, total: str = "100.00", **changes: object) -> InvoiceRow:
    values: dict[str, object] = {
        "id": id_,
        "client_id": 1,
        "number": f"INV-{id_}",
        "status": status,
        "issued_on": date(2026, 11, 1),
        "due_on": date(2026, 11, 15),
        "paid_at": None,
        "total": Money.of(total, "EUR"),
        "gateway": "stripe",
        "notes": "",
    }
    return InvoiceRow(**(values | changes))


def invoice(id_: int, balance: str = "100.00", *, kind: str = "Hosting", paid: str = "0", **changes: object) -> Invoice:
    values: dict[str, object] = {
        "id": id_,
        "client_id": 1,
        "number": f"INV-{id_}",
        "status": InvoiceStatus.UNPAID,
        "issued_on": date(2026, 11, 1),
        "due_on": date(2026, 11, 15),
        "paid_at": None,
        "subtotal": Decimal("100.00"),
        "credit": Decimal("0.00"),
        "taxes": (),
        "total": Decimal("100.00"),
        "balance": Decimal(balance),
        "gateway": "stripe",
        "notes": "",
        "lines": (InvoiceLine("Fibre", Decimal("100.00"), taxed=False, kind=kind),),
        "payments": (Payment(TODAY, "stripe", "ch_1", Decimal(paid)),) if Decimal(paid) else (),
    }
    return Invoice(**(values | changes))

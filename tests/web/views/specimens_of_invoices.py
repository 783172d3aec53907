"""Invoices as rows and alone, with the amounts, texts and tax that try a page."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from counterfoil.billing.invoices.shown import (
    InvoiceDetail,
    InvoiceItem,
    LineItem,
    PaymentItem,
    TaxItem,
)
from counterfoil.model import InvoiceStatus, Money
from tests.web.views.texts import ENDLESS, HOSTILE

TODAY = date(2026, 11, 22)


AS_OF = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


def item(id_: int, status: InvoiceStatus, due_on: date | None, **changes: Any) -> InvoiceItem:
    is_unpaid = status is InvoiceStatus.UNPAID
    fields: dict[str, Any] = {
        "id": id_,
        "number": f"INV-2026-{id_:04}",
        "status": status,
        "is_payable": is_unpaid,
        "is_overdue": is_unpaid and due_on is not None and due_on < TODAY,
        "is_partially_paid": False,
        "issued_on": date(2026, 11, 1),
        "due_on": due_on,
        "paid_at": None,
        "total": eur("134.50"),
        "amount_due": eur("134.50" if is_unpaid else "0"),
        "gateway": "Credit card",
    }
    return InvoiceItem(**{**fields, **changes})


def detail(status: InvoiceStatus = InvoiceStatus.UNPAID, **changes: Any) -> InvoiceDetail:
    is_unpaid = status is InvoiceStatus.UNPAID
    fields: dict[str, Any] = {
        "id": 398,
        "number": "INV-2026-0398",
        "status": status,
        "is_payable": is_unpaid,
        "is_overdue": False,
        "is_partially_paid": False,
        "issued_on": date(2026, 11, 3),
        "due_on": date(2026, 11, 25),
        "paid_at": datetime(2026, 11, 9, 12, tzinfo=UTC) if status is InvoiceStatus.PAID else None,
        "currency": "EUR",
        "subtotal": eur("112.08"),
        "credit": eur("12.00"),
        "taxes": (TaxItem(Decimal(20), eur("22.42")), TaxItem(Decimal("7.7"), eur("12.00"))),
        "total": eur("134.50"),
        "balance": eur("134.50" if is_unpaid else "0"),
        "gateway": "Credit card (Stripe)",
        "notes": "",
        "lines": (LineItem("Fibre 1 Gbit/s\nLine 020 7946 0991", eur("112.08"), taxed=True),),
        "payments": (),
        "stands_for": None,
        "as_of": AS_OF,
    }
    return InvoiceDetail(**{**fields, **changes})


PART_PAID: dict[str, Any] = {
    "is_partially_paid": True,
    "is_overdue": True,
    "due_on": date(2026, 11, 17),
    "credit": eur("0"),
    "balance": eur("94.50"),
    "payments": (PaymentItem(date(2026, 11, 9), "Credit card", "ch_3PqZ1x2eZvKYlo2C", eur("40.00")),),
}


HOSTILE_INVOICE = detail(
    number=HOSTILE,
    notes=HOSTILE,
    gateway=HOSTILE,
    lines=(LineItem(HOSTILE + ENDLESS, eur("1"), taxed=False),),
    payments=(PaymentItem(None, HOSTILE, HOSTILE, eur("-1")),),
)

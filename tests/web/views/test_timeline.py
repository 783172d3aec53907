"""What the invoice's page says has happened: WHMCS's days and amounts, the oldest first, and nothing made up."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from counterfoil.billing.invoices.shown import InvoiceDetail, PaymentItem
from counterfoil.model import InvoiceStatus, Money
from counterfoil.web.text.catalogue import translator
from counterfoil.web.views.money.timeline import timeline

TODAY = date(2026, 11, 22)
WORDS = translator("en")


def money(amount: str) -> Money:
    return Money.of(Decimal(amount), "EUR")


def payment(day: date | None, amount: str, gateway: str = "Card", unreadable: tuple[str, ...] = ()) -> PaymentItem:
    return PaymentItem(date=day, gateway=gateway, reference="ch_1", amount=money(amount), unreadable=unreadable)


def invoice(**changes: Any) -> InvoiceDetail:
    fields: dict[str, Any] = {
        "id": 7,
        "number": "INV-7",
        "status": InvoiceStatus.UNPAID,
        "is_payable": True,
        "is_overdue": False,
        "is_partially_paid": False,
        "issued_on": date(2026, 11, 1),
        "due_on": date(2026, 11, 30),
        "paid_at": None,
        "currency": "EUR",
        "subtotal": money("10"),
        "credit": money("0"),
        "taxes": (),
        "total": money("10"),
        "balance": money("10"),
        "gateway": "Card",
        "notes": "",
        "lines": (),
        "payments": (),
        "stands_for": None,
        "as_of": datetime(2026, 11, 22, 9, tzinfo=UTC),
    }
    return InvoiceDetail(**{**fields, **changes})


def told(shown: InvoiceDetail) -> list[tuple[str, date | None]]:
    return [(WORDS(each.label), each.on) for each in timeline(shown, TODAY)]


def test_the_day_that_was_missed_is_marked() -> None:
    shown = invoice(due_on=date(2026, 11, 20), is_overdue=True, payments=(payment(date(2026, 11, 21), "4"),))
    assert [each.is_late for each in timeline(shown, TODAY)] == [False, True, False]


def test_an_open_invoice_has_its_day_to_come() -> None:
    """Issued, and due on a day that is to come; a part that was paid stands between."""
    shown = invoice(payments=(payment(date(2026, 11, 12), "4"),))
    assert told(shown) == [
        ("Issued", date(2026, 11, 1)),
        ("Payment", date(2026, 11, 12)),
        ("Due", date(2026, 11, 30)),
    ]
    assert [each.is_to_come for each in timeline(shown, TODAY)] == [False, False, True]
    assert not timeline(invoice(due_on=TODAY.replace(day=21)), TODAY)[-1].is_to_come


def test_a_paid_one_says_how_it_was_paid_and_what_went_back() -> None:
    """Credit has no gateway; a refund is below 0; the day on which it was due says nothing any more."""
    shown = invoice(
        status=InvoiceStatus.PAID,
        paid_at=datetime(2026, 11, 13, 8, tzinfo=UTC),
        payments=(
            payment(date(2026, 11, 13), "6"),
            payment(date(2026, 11, 12), "4", gateway=""),
            payment(date(2026, 11, 14), "-1"),
        ),
    )
    labels = ["Issued", "Credit used", "Payment", "Paid in full", "Refund"]
    assert [label for label, _ in told(shown)] == labels


def test_what_cannot_be_read_is_not_guessed() -> None:
    """Without a day it stands first, and a gateway that cannot be read does not make a payment credit."""
    shown = invoice(payments=(payment(None, "4", gateway="", unreadable=("date", "gateway")),), due_on=None)
    assert told(shown) == [("Payment", None), ("Issued", date(2026, 11, 1))]

"""When WHMCS charges a saved card: said only where all of it is known, never guessed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from counterfoil.billing.autopay import charge_day, charging_gateways, may_be_charged
from counterfoil.billing.invoices.shown import InvoiceItem, detail_of
from counterfoil.billing.payment_methods import shown_methods
from counterfoil.model import Gateway, Invoice, InvoiceLine, InvoiceStatus, Money, PaymentMethod
from counterfoil.whmcs.wire.clients import client as client_of

TODAY = date(2026, 11, 28)
DUE = date(2026, 12, 5)
CARD = PaymentMethod(1, "card", "Company card", "stripe", "Visa", "4242", date(2029, 2, 28))
GATEWAYS = [Gateway("stripe", "Credit card"), Gateway("gocardless", "Direct debit")]
STRIPE = frozenset({"stripe"})


def item(**changes: Any) -> InvoiceItem:
    row = InvoiceItem(
        id=412,
        number="INV-412",
        status=InvoiceStatus.UNPAID,
        is_payable=True,
        is_overdue=False,
        is_partially_paid=False,
        issued_on=None,
        due_on=DUE,
        paid_at=None,
        total=Money.of("120.00", "EUR"),
        amount_due=Money.of("120.00", "EUR"),
        gateway="stripe",
    )
    return replace(row, **changes)


@pytest.mark.parametrize(
    ("methods", "charging"),
    [
        ([{}], STRIPE),
        ([{"gateway": "Stripe"}], STRIPE),
        ([{"expires_on": None}], STRIPE),
        ([{"expires_on": TODAY - timedelta(days=1)}], frozenset()),
        ([{"expires_on": TODAY - timedelta(days=1)}, {"id": 2}], STRIPE),
        ([{"expires_on": None, "unreadable": ("expires_on",)}], frozenset()),
        ([{"gateway": ""}], frozenset()),
        ([{"gateway": "", "unreadable": ("gateway",)}], frozenset()),
        ([{"gateway": "closed"}], frozenset()),
        ([{"type": "bank_account"}], frozenset()),
        ([{}, {"id": 2, "type": "bank_account"}], frozenset()),
        ([{}, {"id": 2, "type": "bank_account", "gateway": "gocardless"}], STRIPE),
        ([], frozenset()),
    ],
    ids=str,
)
def test_who_would_charge_a_card(methods: list[dict[str, Any]], charging: frozenset[str]) -> None:
    """A card that is good, of a gateway that is switched on and that WHMCS names; beside a bank account of the same
    gateway it is not known which one is charged.
    """
    saved = shown_methods([replace(CARD, **changes) for changes in methods], GATEWAYS, TODAY)
    assert charging_gateways(saved) == charging


@pytest.mark.parametrize(
    ("changes", "days", "day"),
    [
        ({}, 3, date(2026, 12, 2)),
        ({}, 0, DUE),
        ({}, 7, TODAY),
        ({}, 8, None),
        ({"due_on": TODAY}, 0, TODAY),
        ({"due_on": TODAY - timedelta(days=1), "is_overdue": True}, 0, None),
        ({"due_on": None}, 3, None),
        ({"due_on": None, "unreadable": ("due_on",)}, 3, None),
        ({"gateway": "STRIPE"}, 3, date(2026, 12, 2)),
        ({"gateway": "banktransfer"}, 3, None),
        ({"gateway": ""}, 3, None),
        ({"is_partially_paid": True}, 3, date(2026, 12, 2)),
        ({"amount_due": Money.of("0", "EUR"), "is_payable": False}, 3, None),
        ({"status": InvoiceStatus.PAYMENT_PENDING, "is_payable": False}, 3, None),
        ({"status": InvoiceStatus.COLLECTIONS, "is_payable": False}, 3, None),
        ({"status": InvoiceStatus.CANCELLED, "is_payable": False}, 3, None),
    ],
    ids=str,
)
def test_the_day_of_an_invoice(changes: dict[str, Any], days: int, day: date | None) -> None:
    """So many days before it is due, until that day is over; nothing where nobody is asked to pay, or another gateway
    takes the money.
    """
    assert charge_day(item(**changes), STRIPE, days, TODAY) == day


@pytest.mark.parametrize(
    ("status", "kind", "balance", "is_said"),
    [
        (InvoiceStatus.UNPAID, "Hosting", "120.00", True),
        (InvoiceStatus.UNPAID, "Hosting", "0.00", False),
        (InvoiceStatus.UNPAID, "Hosting", "-5.00", False),
        (InvoiceStatus.UNPAID, "Invoice", "120.00", False),
        (InvoiceStatus.UNPAID, "AddFunds", "120.00", False),
        (InvoiceStatus.PAID, "Hosting", "120.00", False),
        (InvoiceStatus.COLLECTIONS, "Hosting", "120.00", False),
        (InvoiceStatus.CANCELLED, "Hosting", "120.00", False),
        (InvoiceStatus.REFUNDED, "Hosting", "120.00", False),
        (InvoiceStatus.PAYMENT_PENDING, "Hosting", "120.00", False),
    ],
)
def test_the_same_on_its_own_page(status: InvoiceStatus, kind: str, balance: str, is_said: bool) -> None:
    """Neither mass payments nor deposits, nor what credit has paid."""
    amount = Decimal("120.00")
    invoice = Invoice(
        id=412,
        client_id=1,
        number="",
        status=status,
        issued_on=None,
        due_on=DUE,
        paid_at=None,
        subtotal=amount,
        credit=Decimal(0),
        taxes=(),
        total=amount,
        balance=Decimal(balance),
        gateway="stripe",
        notes="",
        lines=(InvoiceLine("Fibre", amount, taxed=False, kind=kind),),
        payments=(),
    )
    detail = detail_of(invoice, "EUR", TODAY, datetime(2026, 11, 28, tzinfo=UTC))
    assert charge_day(detail, STRIPE, 3, TODAY) == (date(2026, 12, 2) if is_said else None)


@pytest.mark.parametrize(
    ("said", "known"),
    [
        *(({"disableautocc": value}, False) for value in (False, 0, "0", "", "off", "false")),
        *(({"disableautocc": value}, True) for value in (True, 1, "1", "on", "true")),
        *(({"disableautocc": value}, None) for value in (None, "perhaps", 2, [])),
        ({}, None),
    ],
    ids=str,
)
def test_whether_the_client_is_excluded(said: dict[str, Any], known: bool | None) -> None:
    """In each of WHMCS's spellings; what is missing or cannot be read is not known. Taxes are alike."""
    row = {"id": 1, "currency_code": "EUR", "credit": "0.00", "status": "Active", **said}
    client = client_of({"client": row}, 1)
    assert client.is_excluded_from_autopay is known
    assert may_be_charged(client) is (known is False)
    exempt = {name.replace("disableautocc", "taxexempt"): value for name, value in said.items()}
    assert client_of({"client": {**row, **exempt}}, 1).is_tax_exempt is known

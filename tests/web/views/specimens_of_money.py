"""Statements, subscriptions and charts that try their pages."""

from datetime import UTC, date, datetime
from decimal import Decimal

from counterfoil.billing.credits import CreditItem
from counterfoil.billing.payment_methods import SavedMethod
from counterfoil.billing.spending import Month, Spending
from counterfoil.billing.statement.account import statement
from counterfoil.billing.statement.entries import Books
from counterfoil.billing.subscriptions import SubscriptionItem
from counterfoil.billing.transactions import Kind, TransactionItem
from counterfoil.model import BillingCycle, InvoiceRow, InvoiceStatus, Money, PaymentMethod, SubscriptionStatus
from counterfoil.web.views.home import chart_of
from tests.web.views.texts import ENDLESS, HOSTILE

AS_OF = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def billed(id_: int, number: str, status: InvoiceStatus, issued_on: date | None, total: Money) -> InvoiceRow:
    return InvoiceRow(id_, 1, number, status, issued_on, None, None, total, "", "", total.amount)


STATEMENT = statement(
    Books(
        [
            (
                billed(412, HOSTILE, InvoiceStatus.UNPAID, date(2026, 11, 1), Money.of("134.50", "EUR")),
                Decimal("94.50"),
            ),
            (billed(413, ENDLESS, InvoiceStatus.CANCELLED, date(2026, 2, 1), Money.of("90", "USD")), Decimal(0)),
        ],
        [TransactionItem(1, date(2026, 11, 9), Kind.PAYMENT, HOSTILE, "", ENDLESS, Money.of("40.00", "EUR"), 412)],
        [CreditItem(1, date(2026, 11, 10), HOSTILE, Money.of("12.00", "EUR"))],
        Money.of("12.00", "EUR"),
    ),
    *YEAR,
    AS_OF,
)
ODD_STATEMENT = statement(Books([], [], [], Money.of("1000000000000.01", "EUR")), *YEAR, AS_OF)

USABLE = SavedMethod(
    PaymentMethod(1, "card", "", "stripe", "Visa", "4242", date(2027, 2, 28)), "Card", False, False, is_usable=True
)
EXPIRED = SavedMethod(
    PaymentMethod(2, "card", "", "stripe", "Visa", "4444", date(2024, 2, 29)), "Card", True, False, is_usable=False
)


def subscription(id_: int, name: str, renews_on: date | None, cycle: BillingCycle) -> SubscriptionItem:
    return SubscriptionItem(
        id=id_,
        name=name,
        group="Fibre",
        domain="",
        quantity=1,
        status=SubscriptionStatus.ACTIVE,
        billing_cycle=cycle,
        amount=Money.of("98.00", "EUR"),
        next_due_on=renews_on,
        started_on=date(2024, 1, 1),
        gateway="stripe",
    )


SUBSCRIPTIONS = (
    subscription(1, "Fibre 1 Gbit/s", date(2026, 12, 3), BillingCycle.MONTHLY),
    subscription(2, ENDLESS, date(2026, 11, 22), BillingCycle.ANNUALLY),
    subscription(3, HOSTILE, None, BillingCycle.ONE_TIME),
)


def months(*amounts: str, currency: str) -> Spending:
    days = [date(2025 + (at + 11) // 12, (at + 11) % 12 + 1, 1) for at in range(12)]
    both = zip(days, [*amounts, *["0"] * (12 - len(amounts))], strict=True)
    return Spending(currency, tuple(Month(day, Money.of(amount, currency)) for day, amount in both))


CHARTS = (
    chart_of(months("134.50", "120.00", "0", "1000000000000.01", "12.50", currency="EUR")),
    chart_of(months("-5", "7000", currency="JPY")),
)

"""Lists whose words and amounts are as long as they get, in the languages with the longest words."""

from datetime import date
from typing import Any

from msgspec import structs

from counterfoil.billing.credits import CreditItem
from counterfoil.billing.invoices.open_amounts import OpenAmounts
from counterfoil.billing.invoices.shown import InvoiceTotals
from counterfoil.billing.transactions import Kind
from counterfoil.model import BillingCycle, InvoiceStatus, Money, QuoteStatus, SubscriptionStatus
from counterfoil.orders.order import Item, Status
from counterfoil.web.views.credits import CreditPage
from counterfoil.web.views.orders import OrderPage, ReviewPage
from counterfoil.web.views.quotes import QuotesPage
from counterfoil.web.views.shell import Shell, View
from counterfoil.web.views.transactions import TransactionsPage
from tests.web.views.specimens import FIGURES, home, invoice_page, list_of
from tests.web.views.specimens_of_invoices import detail, item
from tests.web.views.specimens_of_orders import CHOSEN, order, order_pages
from tests.web.views.specimens_of_records import (
    TODAY,
    listed,
    quote,
    shell,
    subscription,
    subscriptions,
    transaction,
)

MILLION_MILLION = "-1000000000000.00"
"""With a sign, as what is given back has one."""


def huge(language: str) -> Money:
    return Money.of(MILLION_MILLION, "JPY" if language == "ja" else "EUR")


def long_pages() -> dict[str, tuple[View, Shell]]:
    return {
        f"{name}-{language}": (view, shell(language))
        for language in ("de", "ja", "fr", "en")
        for name, view in _views(huge(language)).items()
    }


def _views(amount: Money) -> dict[str, View]:
    late: dict[str, Any] = {"amount": amount, "next_due_on": date(2026, 10, 2)}
    services = (
        *(subscription(number, status=status, **late) for number, status in enumerate(SubscriptionStatus, 1)),
        *(subscription(number, billing_cycle=cycle, **late) for number, cycle in enumerate(BillingCycle, 20)),
    )
    open_row: dict[str, Any] = {"total": amount, "amount_due": amount, "is_partially_paid": True}
    shown = [status for status in InvoiceStatus if status is not InvoiceStatus.DRAFT]
    rows = [item(number, status, date(2026, 10, 2), **open_row) for number, status in enumerate(shown, 410)]
    owed = Money.of(-amount.amount, amount.currency)
    figures = tuple(InvoiceTotals(OpenAmounts(*[owed] * 6), owed, date(2026, 11, 25), 2) for _ in FIGURES)
    refund = structs.replace(transaction(2, MILLION_MILLION), amount=amount)
    moved = (refund, structs.replace(refund, kind=Kind.PAYMENT, gateway="Direct Debit (GoCardless)"))
    offered = [
        quote(n, status, total=amount, subtotal=amount, taxes=(amount,))
        for n, status in enumerate(QuoteStatus, 1)
        if status is not QuoteStatus.DRAFT
    ]
    dear = Item(2, "semiannually", 50, "Fibre 100 Mbit/s", amount, amount)
    open_detail = detail(total=amount, subtotal=amount, balance=owed, credit=amount, is_overdue=True)
    return {
        "subscriptions": subscriptions(*services),
        "transactions": TransactionsPage(listed(*moved, total=80)),
        "credit": CreditPage(listed(CreditItem(2, date(2026, 11, 2), "Service credit", amount)), amount),
        "quotes": QuotesPage(listed(*offered), TODAY),
        "list": list_of(*rows, figures=figures, total=83),
        "home": home(*rows[:3], figures=figures),
        "invoice": invoice_page(open_detail),
        "choose": order_pages(shell())["order"][0],
        "review": ReviewPage(
            chosen=structs.replace(CHOSEN, item=dear),
            key="k",
            is_ready=False,
            may_add=True,
        ),
        **{
            f"order-{status}": OrderPage(row=order(status, items=(dear,)), may_add=True, may_see_invoice=True)
            for status in Status
            if status is not Status.FAILED
        },
    }

"""One of every page of subscriptions, payments, credit, quotes and contacts."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from counterfoil.billing.contacts import ContactItem
from counterfoil.billing.credits import CreditItem
from counterfoil.billing.paged import Paged
from counterfoil.billing.quotes import QuoteItem, QuoteLineItem
from counterfoil.billing.subscriptions import SubscriptionItem
from counterfoil.billing.transactions import Kind, TransactionItem
from counterfoil.model import BillingCycle, Money, QuoteStatus, SubscriptionStatus
from counterfoil.web.views.contacts import ContactsPage
from counterfoil.web.views.credits import CreditPage
from counterfoil.web.views.navigation import CONTACTS, HOME, INVOICES, QUOTES, SUBSCRIPTIONS, TRANSACTIONS
from counterfoil.web.views.quotes import QuotesPage
from counterfoil.web.views.shell import Shell, View
from counterfoil.web.views.subscriptions import SubscriptionsPage
from counterfoil.web.views.transactions import TransactionsPage
from tests.web.views.texts import ENDLESS, HOSTILE

TODAY = date(2026, 11, 22)
AS_OF = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
NAV = (HOME, INVOICES, TRANSACTIONS, SUBSCRIPTIONS, QUOTES, CONTACTS)


def money(amount: str, currency: str = "EUR") -> Money:
    return Money.of(amount, currency)


def listed(*items: Any, total: int | None = None, page: int = 1) -> Paged[Any]:
    return Paged(items, page, 25, len(items) if total is None else total, AS_OF)


def subscription(id_: int, **changes: Any) -> SubscriptionItem:
    fields: dict[str, Any] = {
        "id": id_,
        "name": "Fibre 1 Gbit/s",
        "group": "Fibre",
        "domain": "",
        "quantity": 1,
        "status": SubscriptionStatus.ACTIVE,
        "billing_cycle": BillingCycle.MONTHLY,
        "amount": money("98.00"),
        "next_due_on": date(2026, 11, 25),
        "started_on": date(2024, 1, 1),
        "gateway": "Credit card",
    }
    return SubscriptionItem(**{**fields, **changes})


def transaction(id_: int, amount: str, **changes: Any) -> TransactionItem:
    fields: dict[str, Any] = {
        "id": id_,
        "date": date(2026, 11, 3),
        "kind": Kind.REFUND if amount.startswith("-") else Kind.PAYMENT,
        "gateway": "Credit card",
        "description": "Invoice Payment",
        "reference": "ch_3PqZ1x2eZvKYlo2C",
        "amount": money(amount),
        "invoice_id": 398,
    }
    return TransactionItem(**{**fields, **changes})


def quote(id_: int, status: QuoteStatus, **changes: Any) -> QuoteItem:
    line = QuoteLineItem("Router & rack kit", Decimal(4), money("150"), Decimal("2.5"), taxed=True)
    fields: dict[str, Any] = {
        "id": id_,
        "subject": "Backup line",
        "status": status,
        "is_expired": False,
        "issued_on": date(2026, 11, 1),
        "valid_until": date(2026, 12, 1),
        "accepted_on": None,
        "subtotal": money("585"),
        "taxes": (money("117"),),
        "total": money("702"),
        "proposal": "A second line,\non another route.",
        "notes": "Takes two weeks.",
        "lines": (line,),
    }
    return QuoteItem(**{**fields, **changes})


def contact(id_: int, name: str = "Charles", **changes: Any) -> ContactItem:
    fields: dict[str, Any] = dict.fromkeys(
        ("company_name", "address1", "address2", "city", "state", "postcode", "country", "phone"), ""
    )
    fields |= {"last_name": "Babbage", "email": "accounts@example.com", "emails": ()}
    return ContactItem(id=id_, first_name=name, **{**fields, **changes})


def subscriptions(*items: SubscriptionItem, **changes: Any) -> SubscriptionsPage:
    next_one = date(2026, 11, 25) if items else None
    return SubscriptionsPage(listed(*items, **changes), len(items), next_one, TODAY, may_change=bool(items))


def shell(language: str = "en") -> Shell:
    return Shell(language, True, "Ada Lovelace", "Analytical Engines Ltd.", True, NAV)


def _pages() -> dict[str, tuple[View, Shell]]:
    every = (
        *(subscription(number, status=status) for number, status in enumerate(SubscriptionStatus, 1)),
        *(subscription(number, billing_cycle=cycle) for number, cycle in enumerate(BillingCycle, 20)),
        subscription(40, name=HOSTILE + ENDLESS, domain=ENDLESS, quantity=1200, next_due_on=date(2026, 11, 2)),
        subscription(41, name="", amount=money("1000000000000.125", "BHD"), gateway="", next_due_on=None),
    )
    moved = (
        transaction(1, "134.50"),
        transaction(2, "-15.00", description="Sorry!", invoice_id=None),
        transaction(3, "1", gateway=HOSTILE, reference=ENDLESS * 2, description=HOSTILE, date=None),
    )
    full = {"address1": "1 Dorset Street", "city": "London", "postcode": "W1U", "country": "GB", "phone": "+44 20"}
    credits_ = (
        CreditItem(2, date(2026, 11, 2), HOSTILE + ENDLESS, money("-18.00")),
        CreditItem(1, None, "", money("30.00")),
    )
    return {
        "subscriptions": (subscriptions(*every), shell()),
        "subscriptions-japanese": (subscriptions(*every), shell("ja")),
        "subscriptions-german": (subscriptions(*every, total=90), shell("de")),
        "subscriptions-none": (subscriptions(), shell()),
        "transactions": (TransactionsPage(listed(*moved, total=80)), shell()),
        "transactions-french": (TransactionsPage(listed(*moved)), shell("fr")),
        "transactions-none": (TransactionsPage(listed()), shell()),
        "transactions-past-the-end": (TransactionsPage(listed(total=80, page=9)), shell()),
        "credit": (CreditPage(listed(*credits_), money("12.00")), shell()),
        "credit-none": (CreditPage(listed(), money("0")), shell("es")),
        "quotes": (
            QuotesPage(
                listed(
                    *(quote(n, status) for n, status in enumerate(QuoteStatus, 1) if status is not QuoteStatus.DRAFT),
                    quote(20, QuoteStatus.DELIVERED, is_expired=True, subject="", lines=(), proposal="", notes=""),
                    quote(21, QuoteStatus.ACCEPTED, subject=HOSTILE + ENDLESS, accepted_on=TODAY, proposal=ENDLESS),
                ),
                TODAY,
            ),
            shell(),
        ),
        "quotes-none": (QuotesPage(listed(), TODAY), shell("ja")),
        "contacts": (
            ContactsPage(
                listed(
                    contact(1, emails=("general", "invoice", "product"), company_name="Engines Ltd.", **full),
                    contact(2, HOSTILE, last_name=ENDLESS, email=f"{ENDLESS}@example.com"),
                )
            ),
            shell(),
        ),
        "contacts-none": (ContactsPage(listed()), shell("fr")),
    }


RECORD_PAGES = _pages()

"""Saved payment methods that try their page: expired, soon, unknown names, hostile and endless ones."""

from datetime import UTC, date, datetime

from counterfoil.billing.payment_methods import PaymentMethodsOverview, shown_methods
from counterfoil.model import Client, Gateway, PaymentMethod
from counterfoil.web.views.payment_methods import PaymentMethodsPage
from tests.web.views.texts import ENDLESS, HOSTILE

TODAY = date(2026, 11, 22)
AS_OF = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

STRIPE = (Gateway("stripe", "Credit card (Stripe)"), Gateway("gocardless", HOSTILE))
SAVED = (
    PaymentMethod(1, "card", "Company card", "stripe", "Visa", "4242", date(2029, 2, 28)),
    PaymentMethod(2, "card", "", "stripe", "Mastercard", "4444", date(2026, 12, 22)),
    PaymentMethod(3, "card", "Old card", "stripe", "American Express", "8431", date(2026, 10, 31)),
    PaymentMethod(4, "bank_account", HOSTILE + ENDLESS, "gocardless", "", "", None),
    PaymentMethod(5, "card", "", "closed", "", "", date(2029, 2, 28)),
)


def payment_methods(client: Client, *methods: PaymentMethod) -> PaymentMethodsPage:
    return PaymentMethodsPage(shown=PaymentMethodsOverview(shown_methods(methods, STRIPE, TODAY), client, AS_OF))

"""The JSON API, one file per noun. Which address each answers: routes.py lists the handlers."""

from counterfoil.web.api import (
    contacts,
    credits,  # noqa: A004 - WHMCS's word
    events,
    invoices,
    invoices_csv,
    mass_payment,
    openapi,
    orders,
    payment_methods,
    profile,
    quotes,
    session,
    sessions,
    statement,
    subscriptions,
    summary,
    transactions,
    transactions_csv,
)

__all__ = [
    "contacts",
    "credits",
    "events",
    "invoices",
    "invoices_csv",
    "mass_payment",
    "openapi",
    "orders",
    "payment_methods",
    "profile",
    "quotes",
    "session",
    "sessions",
    "statement",
    "subscriptions",
    "summary",
    "transactions",
    "transactions_csv",
]

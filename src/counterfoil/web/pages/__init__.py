"""The pages, one file per noun. Which address each answers: routes.py lists the handlers."""

from counterfoil.web.pages import (
    contacts,
    credits,  # noqa: A004 - WHMCS's word
    home,
    invoices,
    looked_at,
    mass_payment,
    orders,
    payment_methods,
    profile,
    quotes,
    refresh,
    sessions,
    sign_in,
    statement,
    subscriptions,
    tokens,
    transactions,
)

__all__ = [
    "contacts",
    "credits",
    "home",
    "invoices",
    "looked_at",
    "mass_payment",
    "orders",
    "payment_methods",
    "profile",
    "quotes",
    "refresh",
    "sessions",
    "sign_in",
    "statement",
    "subscriptions",
    "tokens",
    "transactions",
]

"""What the stand-in WHMCS keeps: plain records, unescaped text, exact money. Answers are worded in `wire`."""

from .catalogue import Gateway, Product
from .clients import ALL_PERMISSIONS, Client, CreditEntry, User
from .correspondence import Contact, Quote, QuoteLine
from .invoices import (
    CANCELLED,
    COLLECTIONS,
    DRAFT,
    PAID,
    PAYMENT_PENDING,
    REFUNDED,
    STATUSES,
    UNPAID,
    Invoice,
    Item,
    Payment,
)
from .money import ZERO, Currency
from .orders import Order, Service
from .pay_methods import PayMethod

__all__ = [
    "ALL_PERMISSIONS",
    "CANCELLED",
    "COLLECTIONS",
    "DRAFT",
    "PAID",
    "PAYMENT_PENDING",
    "REFUNDED",
    "STATUSES",
    "UNPAID",
    "ZERO",
    "Client",
    "Contact",
    "CreditEntry",
    "Currency",
    "Gateway",
    "Invoice",
    "Item",
    "Order",
    "PayMethod",
    "Payment",
    "Product",
    "Quote",
    "QuoteLine",
    "Service",
    "User",
]

"""The nouns of billing, as frozen structs without behaviour beyond themselves. No I/O, no WHMCS spelling.

One file for each noun; the others import from here.
"""

from counterfoil.model.clients import Client, EmailPreferences, full_name
from counterfoil.model.contacts import Contact
from counterfoil.model.credits import CreditEntry
from counterfoil.model.gateways import Gateway
from counterfoil.model.invoices import Invoice, InvoiceLine, InvoiceRow, InvoiceStatus, Payment, Tax
from counterfoil.model.money import Money, currency_digits
from counterfoil.model.payment_methods import PaymentMethod
from counterfoil.model.products import Price, Product
from counterfoil.model.quotes import Quote, QuoteLine, QuoteStatus
from counterfoil.model.subscriptions import BillingCycle, Subscription, SubscriptionStatus
from counterfoil.model.transactions import Transaction
from counterfoil.model.users import Membership, User

__all__ = [
    "BillingCycle",
    "Client",
    "Contact",
    "CreditEntry",
    "EmailPreferences",
    "Gateway",
    "Invoice",
    "InvoiceLine",
    "InvoiceRow",
    "InvoiceStatus",
    "Membership",
    "Money",
    "Payment",
    "PaymentMethod",
    "Price",
    "Product",
    "Quote",
    "QuoteLine",
    "QuoteStatus",
    "Subscription",
    "SubscriptionStatus",
    "Tax",
    "Transaction",
    "User",
    "currency_digits",
    "full_name",
]

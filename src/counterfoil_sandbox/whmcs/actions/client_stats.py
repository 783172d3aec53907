"""The figures about a client that GetClientsDetails adds on demand. Amounts are worded for people."""

from decimal import Decimal

from counterfoil_sandbox.whmcs import wire
from counterfoil_sandbox.whmcs.records import (
    CANCELLED,
    COLLECTIONS,
    DRAFT,
    PAID,
    PAYMENT_PENDING,
    REFUNDED,
    UNPAID,
    ZERO,
    Client,
    Currency,
    Invoice,
)

from .context import ActionContext, Answer

# Status -> how the names of its count and of its sum begin and end.
STATUS_NAMES = {
    DRAFT: ("numDraftInvoices", "draftInvoicesBalance"),
    UNPAID: ("numunpaidinvoices", "unpaidinvoicesamount"),
    PAID: ("numpaidinvoices", "paidinvoicesamount"),
    CANCELLED: ("numcancelledinvoices", "cancelledinvoicesamount"),
    REFUNDED: ("numrefundedinvoices", "refundedinvoicesamount"),
    COLLECTIONS: ("numcollectionsinvoices", "collectionsinvoicesamount"),
    PAYMENT_PENDING: ("numpaymentpendinginvoices", "paymentpendinginvoicesamount"),
}

# Kinds of things that this installation does not sell or keep.
NOTHING_OF = (
    "productsnumactivehosting",
    "productsnumhosting",
    "productsnumactivereseller",
    "productsnumreseller",
    "productsnumactiveservers",
    "productsnumservers",
    "numactivedomains",
    "numdomains",
    "numtickets",
    "numactivetickets",
    "numaffiliatesignups",
)


def stats(context: ActionContext, client: Client) -> Answer:
    currency = context.ledger.currencies[client.currency]
    invoices, services = context.ledger.invoices_of(client.id), context.ledger.services_of(client.id)
    quotes = [quote for quote in context.ledger.quotes if quote.client_id == client.id]
    active = sum(service.status == "Active" for service in services)
    income = wire.formatted(sum((invoice.paid for invoice in invoices), ZERO), currency)
    return {
        **_due(context, invoices, currency),
        "incredit": client.credit > 0,
        "creditbalance": wire.formatted(client.credit, currency),
        "grossRevenue": income,
        "expenses": wire.formatted(ZERO, currency),
        "income": income,
        **_by_status(context, invoices, currency),
        **dict.fromkeys(NOTHING_OF, 0),
        "numacceptedquotes": sum(quote.stage == "Accepted" for quote in quotes),
        "numquotes": len(quotes),
        "productsnumactiveother": active,
        "productsnumother": len(services),
        "productsnumactive": active,
        "productsnumtotal": len(services),
        "isAffiliate": False,
    }


def _due(context: ActionContext, invoices: list[Invoice], currency: Currency) -> Answer:
    today = context.ledger.today()
    due = [invoice for invoice in invoices if invoice.status == UNPAID]
    overdue = [invoice for invoice in due if invoice.duedate < today]
    return {
        "numdueinvoices": len(due),
        "dueinvoicesbalance": wire.formatted(sum((invoice.balance for invoice in due), ZERO), currency),
        "numoverdueinvoices": len(overdue),
        "overdueinvoicesbalance": wire.formatted(sum((invoice.balance for invoice in overdue), ZERO), currency),
    }


def _by_status(context: ActionContext, invoices: list[Invoice], currency: Currency) -> Answer:
    answer: Answer = {}
    for status, (count, amount) in STATUS_NAMES.items():
        totals = [_total(context, invoice) for invoice in invoices if invoice.status == status]
        answer[count] = len(totals)
        answer[amount] = wire.formatted(sum(totals, ZERO), currency)
    return answer


def _total(context: ActionContext, invoice: Invoice) -> Decimal:
    return Decimal(wire.total(invoice, before_credit=context.totals_before_credit))

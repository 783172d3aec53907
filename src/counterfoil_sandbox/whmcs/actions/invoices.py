"""Reading invoices and what was paid on them: https://developers.whmcs.com/api-reference/getinvoices/ ff."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from counterfoil_sandbox.whmcs import wire
from counterfoil_sandbox.whmcs.records import STATUSES, UNPAID, Invoice, Payment

from .context import ActionContext, Answer, Params, RefusedError, window

ORDERS: dict[str, Callable[[Invoice], Any]] = {
    "id": lambda invoice: invoice.id,
    "invoicenumber": lambda invoice: (invoice.number, invoice.id),
    "invoicenum": lambda invoice: (invoice.number, invoice.id),
    "date": lambda invoice: (invoice.date, invoice.id),
    "duedate": lambda invoice: (invoice.duedate, invoice.id),
    "total": lambda invoice: (invoice.subtotal + invoice.tax + invoice.tax2 - invoice.credit, invoice.id),
    "status": lambda invoice: (invoice.status, invoice.id),
}


def get_invoices(context: ActionContext, params: Params) -> Answer:
    """An empty `userid` is no filter; without `status` drafts come too; a row has no balance."""
    found = _of_status(context, _of_client(context, params), params.get("status", ""))
    found.sort(
        key=ORDERS.get(params.get("orderby", ""), ORDERS["invoicenumber"]),
        reverse=params.get("order", "").lower() == "desc",
    )
    start, page = window(found, params)
    return {
        "result": "success",
        "totalresults": len(found),
        "startnumber": start,
        "numreturned": len(page),
        "invoices": {"invoice": [_row(context, invoice) for invoice in page]},
    }


def _of_client(context: ActionContext, params: Params) -> list[Invoice]:
    client_id = wire.integer(params.get("userid"))
    if not client_id:
        return list(context.ledger.invoices)
    return context.among_others(context.ledger.invoices_of(client_id), context.ledger.invoices)


def _of_status(context: ActionContext, invoices: list[Invoice], status: str) -> list[Invoice]:
    if status.lower() == "overdue":
        today = context.ledger.today()
        return [invoice for invoice in invoices if invoice.status == UNPAID and invoice.duedate < today]
    wanted = next((known for known in STATUSES if known.lower() == status.lower()), status)
    return [invoice for invoice in invoices if invoice.status == wanted] if status else invoices


def _row(context: ActionContext, invoice: Invoice) -> Answer:
    client = context.ledger.clients.visible(invoice.userid)
    currency = context.ledger.currencies[client.currency if client else 1]
    escape = context.escape
    return {
        "id": invoice.id,
        "userid": invoice.userid,
        "firstname": escape(client.firstname) if client else "",
        "lastname": escape(client.lastname) if client else "",
        "companyname": escape(client.companyname) if client else "",
        "invoicenum": _number(context, invoice),
        "date": wire.day(invoice.date),
        "duedate": wire.day(invoice.duedate),
        "datepaid": wire.moment(invoice.paid_at),
        "last_capture_attempt": wire.moment(invoice.capture_attempt_at),
        "date_refunded": wire.moment(invoice.refunded_at),
        "date_cancelled": wire.moment(invoice.cancelled_at),
        **_sums(context, invoice),
        "taxrate": wire.rate(invoice.taxrate),
        "taxrate2": wire.rate(invoice.taxrate2),
        "status": invoice.status,
        "paymentmethod": invoice.gateway,
        "paymethodid": None,
        "notes": _notes(context, invoice),
        "created_at": wire.moment(invoice.created_at),
        "updated_at": wire.moment(invoice.updated_at),
        "currencycode": currency.code,
        "currencyprefix": currency.prefix,
        "currencysuffix": currency.suffix,
    }


def get_invoice(context: ActionContext, params: Params) -> Answer:
    """Asks nobody whose it is, and says no currency: that is the client's."""
    wanted = wire.integer(params.get("invoiceid"))
    invoice = context.ledger.invoices.visible(wanted)
    if invoice is not None and context.switches.has("foreign-invoice", context.action):
        invoice = next((other for other in context.ledger.invoices if other.userid != invoice.userid), None)
    if invoice is None:
        raise RefusedError("Invoice ID Not Found")
    gateway = context.ledger.gateways.get(invoice.gateway)
    return {
        "result": "success",
        "invoiceid": invoice.id,
        "invoicenum": _number(context, invoice),
        "userid": invoice.userid,
        "date": wire.day(invoice.date),
        "duedate": wire.day(invoice.duedate),
        "datepaid": wire.moment(invoice.paid_at),
        "lastcaptureattempt": wire.moment(invoice.capture_attempt_at),
        **_sums(context, invoice, balance=True),
        "taxrate": wire.rate(invoice.taxrate),
        "taxrate2": wire.rate(invoice.taxrate2),
        "status": invoice.status,
        "paymentmethod": invoice.gateway,
        "notes": _notes(context, invoice),
        "ccgateway": bool(gateway and gateway.is_card),
        "items": _items(context, invoice),
        "transactions": {"transaction": [_transaction(context, invoice, payment) for payment in invoice.payments]}
        if invoice.payments
        else "",
    }


def _sums(context: ActionContext, invoice: Invoice, *, balance: bool = False) -> Answer:
    sums = {
        "subtotal": wire.money(invoice.subtotal),
        "credit": wire.money(invoice.credit),
        "tax": wire.money(invoice.tax),
        "tax2": wire.money(invoice.tax2),
        "total": wire.total(invoice, before_credit=context.totals_before_credit),
    }
    return {**sums, "balance": wire.money(invoice.balance)} if balance else sums


def _items(context: ActionContext, invoice: Invoice) -> Answer:
    return {
        "item": [
            {
                "id": item.id,
                "type": item.type,
                "relid": item.relid,
                "description": context.escape(item.description),
                "amount": wire.money(item.amount),
                "taxed": int(item.taxed),
            }
            for item in invoice.items
        ]
    }


def _number(context: ActionContext, invoice: Invoice) -> str:
    return f"{invoice.number}{_stamp(context, invoice)}" if invoice.number else ""


def _notes(context: ActionContext, invoice: Invoice) -> str:
    return f"{context.escape(invoice.notes)}{_stamp(context, invoice)}"


def _stamp(context: ActionContext, invoice: Invoice) -> str:
    """The version that this answer shows, when a checker of histories wants to know."""
    if not context.switches.stamp_versions:
        return ""
    number = next(v.number for v in reversed(context.ledger.invoices.history(invoice.id)) if v.value is invoice)
    return f" v{number}"


def get_transactions(context: ActionContext, params: Params) -> Answer:
    """Strings throughout and no paging; `currency` "0" means the client's own."""
    client_id, invoice_id = wire.integer(params.get("clientid")), wire.integer(params.get("invoiceid"))
    everybody = context.ledger.invoices
    invoices = context.among_others(context.ledger.invoices_of(client_id), everybody) if client_id else list(everybody)
    rows = [
        _transaction(context, invoice, payment)
        for invoice in invoices
        if not invoice_id or invoice.id == invoice_id
        for payment in invoice.payments
        if not params.get("transid") or payment.transid == params["transid"]
    ]
    return {
        "result": "success",
        "totalresults": len(rows),
        "startnumber": 0,
        "numreturned": len(rows),
        "transactions": {"transaction": rows},
    }


def _transaction(context: ActionContext, invoice: Invoice, payment: Payment) -> Answer:
    return {
        "id": str(payment.id),
        "userid": str(invoice.userid),
        "currency": "0",
        "gateway": payment.gateway,
        "date": wire.moment(payment.at),
        "description": context.escape(payment.description),
        "amountin": wire.money(payment.amount_in),
        "fees": wire.money(payment.fees),
        "amountout": wire.money(payment.amount_out),
        "rate": f"{Decimal(1):.5f}",
        "transid": payment.transid,
        "invoiceid": str(invoice.id),
        "refundid": str(payment.refundid),
    }

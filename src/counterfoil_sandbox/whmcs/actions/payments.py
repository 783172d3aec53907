"""Money onto an invoice by API: https://developers.whmcs.com/api-reference/addinvoicepayment/ and .../applycredit/."""

from decimal import Decimal, InvalidOperation

from counterfoil_sandbox.whmcs import wire
from counterfoil_sandbox.whmcs.actions.context import ActionContext, Answer, Params, RefusedError
from counterfoil_sandbox.whmcs.books import cents
from counterfoil_sandbox.whmcs.records import CANCELLED, PAID, UNPAID, Invoice


def newest_invoice(context: ActionContext, params: Params) -> Invoice:
    """Writers meet the row as it is being changed, not as it was committed."""
    invoice = context.ledger.invoices.newest(wire.integer(params.get("invoiceid")))
    if invoice is None:
        raise RefusedError("Invoice ID Not Found")
    return invoice


def amount_of(text: str | None) -> Decimal | None:
    try:
        amount = Decimal(text or "")
    except InvalidOperation:
        return None
    return cents(amount) if amount.is_finite() else None


def add_invoice_payment(context: ActionContext, params: Params) -> Answer:
    """Without an amount, all that is left to pay. The same `transid` twice is two payments."""
    invoice = newest_invoice(context, params)
    if invoice.status == CANCELLED:
        raise RefusedError("It is not possible to add a payment to an invoice that is Cancelled")
    amount = amount_of(params.get("amount"))
    context.book_keeper.pay(
        invoice,
        invoice.balance if amount is None else amount,
        gateway=params.get("gateway", ""),
        transid=params.get("transid", ""),
    )
    return {"result": "success"}


def apply_credit(context: ActionContext, params: Params) -> Answer:
    invoice = newest_invoice(context, params)
    if invoice.status != UNPAID:
        raise RefusedError("Invoice Not in Unpaid Status")
    client = context.ledger.clients.newest(invoice.userid)
    credit = client.credit if client else Decimal(0)
    amount = min(credit, invoice.balance) if params.get("amount") == "full" else amount_of(params.get("amount"))
    if amount is None or amount <= 0:
        raise RefusedError("Credit Amount to apply must be greater than zero")
    if amount > credit:
        raise RefusedError("Amount exceeds customer credit balance")
    if amount > invoice.balance:
        raise RefusedError("Amount Exceeds Invoice Balance")
    context.book_keeper.apply_credit(invoice, amount)
    after = context.ledger.invoices.newest(invoice.id)
    return {
        "result": "success",
        "invoiceid": params["invoiceid"],
        "amount": wire.money(amount),
        "invoicepaid": "true" if after and after.status == PAID else "false",
    }

"""An invoice as its customer sees it in WHMCS, with buttons that really pay it; and its PDF."""

from decimal import Decimal

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from counterfoil_sandbox.whmcs.actions.payments import amount_of
from counterfoil_sandbox.whmcs.pages.pdf import document
from counterfoil_sandbox.whmcs.records import DRAFT, UNPAID, Invoice
from counterfoil_sandbox.whmcs.request import AnyRequest, installation_of

from .rendering import Page, denied, form_of, may, own_pages_only, page, to_sign_in, visit_of


def _refusal(request: AnyRequest, invoice: Invoice | None) -> Page | None:
    """What is answered instead of the invoice: to sign in, no permission, or not theirs."""
    visit = visit_of(request)
    if visit is None:
        return to_sign_in(request)
    if not may(installation_of(request), visit, "invoices"):
        return denied(request)
    if invoice is None or invoice.userid != visit.client_id or invoice.status == DRAFT:
        return page(request, "message.html", status=404, title="Invoice not found", text="There is no such invoice.")
    return None


@get("/viewinvoice.php")
async def view_invoice(request: AnyRequest, id: FromQuery[int] = 0, paid: FromQuery[str] = "") -> Page:  # noqa: A002 # WHMCS's own name
    invoice = installation_of(request).ledger.invoices.newest(id)
    refused = _refusal(request, invoice)
    if refused is not None or invoice is None:
        return refused or to_sign_in(request)
    payable = invoice.status == UNPAID and invoice.balance > 0
    return page(
        request,
        "invoice.html",
        invoice=invoice,
        payable=payable,
        paid=amount_of(paid),
        credit=_usable_credit(request, invoice),
    )


@post("/viewinvoice.php", guards=[own_pages_only], status_code=200)
async def pay_invoice(request: AnyRequest, id: FromQuery[int] = 0) -> Page:  # noqa: A002 # WHMCS's own name
    """`amount` empty: all of it. A mass payment pays the invoices that it names."""
    installation = installation_of(request)
    invoice = installation.ledger.invoices.newest(id)
    refused = _refusal(request, invoice)
    if refused is not None or invoice is None:
        return refused or to_sign_in(request)
    form = dict(await form_of(request))
    if "creditamount" in form:
        return _apply_credit(request, invoice, form["creditamount"])
    amount = amount_of(form["amount"]) if form.get("amount") else invoice.balance
    if invoice.status != UNPAID or amount is None or not 0 < amount <= invoice.balance:
        return Redirect(f"/viewinvoice.php?id={id}", status_code=303)
    gateway = form.get("gateway", "")
    installation.book_keeper.pay(invoice, amount, gateway=gateway if gateway in installation.ledger.gateways else "")
    return Redirect(f"/viewinvoice.php?id={id}&paid={amount}", status_code=303)


def _apply_credit(request: AnyRequest, invoice: Invoice, given: str) -> Page:
    amount, most = amount_of(given), _usable_credit(request, invoice)
    if amount is not None and 0 < amount <= most:
        installation_of(request).book_keeper.apply_credit(invoice, amount)
    return Redirect(f"/viewinvoice.php?id={invoice.id}", status_code=303)


def _usable_credit(request: AnyRequest, invoice: Invoice) -> Decimal:
    client = installation_of(request).ledger.clients.newest(invoice.userid)
    is_open = client is not None and invoice.status == UNPAID
    return min(client.credit, invoice.balance) if client and is_open else Decimal(0)


@get("/dl.php")
async def download(request: AnyRequest, id: FromQuery[int] = 0, type: FromQuery[str] = "") -> Response[bytes] | Page:  # noqa: A002 # WHMCS's own
    ledger = installation_of(request).ledger
    invoice = ledger.invoices.newest(id) if type == "i" else None
    refused = _refusal(request, invoice)
    if refused is not None or invoice is None:
        return refused or to_sign_in(request)
    client = ledger.clients.newest(invoice.userid)
    currency = ledger.currencies[client.currency if client else 1]
    rows = [(item.description, item.amount) for item in invoice.items]
    sums = (("Sub Total", invoice.subtotal), ("Tax", invoice.tax + invoice.tax2), ("Credit", invoice.credit))
    rows += [*sums, ("Paid", invoice.paid), ("Balance", invoice.balance)]
    title = f"Invoice #{invoice.number or invoice.id}"
    lines = [
        title,
        f"Northwind Internet   {invoice.date}   {invoice.status}",
        "",
        *(_line(row, currency.code) for row in rows),
    ]
    return Response(
        document(lines),
        media_type="application/pdf",
        headers={
            "content-disposition": f'attachment; filename="Invoice-{invoice.id}.pdf"',
            "cache-control": "no-store",
        },
    )


def _line(row: tuple[str, Decimal], currency: str) -> str:
    return f"{row[1]:>12.2f} {currency}   {row[0]}"


INVOICE = [view_invoice, pay_invoice, download]

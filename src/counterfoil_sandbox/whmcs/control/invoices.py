"""Control: invoices. The book-keeper changes them."""

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
from litestar import delete, get, patch, post
from litestar.exceptions import NotFoundException, ValidationException
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, UnsetType

from counterfoil_sandbox.whmcs import books
from counterfoil_sandbox.whmcs.book_keeper import due_default
from counterfoil_sandbox.whmcs.installation import Installation
from counterfoil_sandbox.whmcs.records import STATUSES, UNPAID, Invoice, Item
from counterfoil_sandbox.whmcs.request import AnyRequest, installation_of
from counterfoil_sandbox.whmcs.wire import day, money


def _invoice(installation: Installation, invoice_id: int) -> Invoice:
    """The newest, whether or not it is visible yet."""
    found = installation.ledger.invoices.newest(invoice_id)
    if found is None:
        raise NotFoundException(f"No invoice {invoice_id}")
    return found


def _shown(invoice: Invoice) -> dict[str, Any]:
    return {
        "id": invoice.id,
        "userid": invoice.userid,
        "number": invoice.number,
        "status": invoice.status,
        "date": day(invoice.date),
        "duedate": day(invoice.duedate),
        "total": money(invoice.subtotal + invoice.tax + invoice.tax2),
        "credit": money(invoice.credit),
        "paid": money(invoice.paid),
        "balance": money(invoice.balance),
        "gateway": invoice.gateway,
        "notes": invoice.notes,
        "items": [item.description for item in invoice.items],
    }


@get("/_sandbox/invoices")
async def invoices(request: AnyRequest, client: FromQuery[int]) -> list[dict[str, Any]]:
    """All of a client as the books have them now, drafts too."""
    return [_shown(invoice) for invoice in installation_of(request).ledger.invoices_of(client)]


@get("/_sandbox/invoices/{invoice_id:int}")
async def invoice(request: AnyRequest, invoice_id: FromPath[int]) -> dict[str, Any]:
    return _shown(_invoice(installation_of(request), invoice_id))


@get("/_sandbox/invoices/{invoice_id:int}/history")
async def history(request: AnyRequest, invoice_id: FromPath[int]) -> list[dict[str, Any]]:
    """Every version; `visible_at` on CLOCK_MONOTONIC, 0 for the seeded one. A deleted one has no invoice."""
    return [
        {
            "version": version.number,
            "visible_at": version.visible_at,
            "invoice": _shown(version.value) if version.value else None,
        }
        for version in installation_of(request).ledger.invoices.history(invoice_id)
    ]


class InvoiceChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`pay`, `refund`, `apply_credit`: amounts ("all" for the balance or what was paid); `tell`: whether hooks fire."""

    status: str | UnsetType = UNSET
    amount: Decimal | UnsetType = UNSET
    pay: str | UnsetType = UNSET
    refund: str | UnsetType = UNSET
    apply_credit: str | UnsetType = UNSET
    date: dt.date | UnsetType = UNSET
    duedate: dt.date | UnsetType = UNSET
    number: str | UnsetType = UNSET
    notes: str | UnsetType = UNSET
    gateway: str | UnsetType = UNSET
    tell: bool = True


@patch("/_sandbox/invoices/{invoice_id:int}")
async def change_invoice(
    request: AnyRequest, invoice_id: FromPath[int], data: JSONBody[InvoiceChange]
) -> dict[str, Any]:
    """Each given change is one of its own, in this order: fields, amount, credit, payment, refund, status."""
    installation = installation_of(request)
    changed = _invoice(installation, invoice_id)
    book_keeper = installation.book_keeper
    fields = {
        name: value
        for name in ("date", "duedate", "number", "notes", "gateway")
        if (value := getattr(data, name)) is not UNSET
    }
    if fields:
        book_keeper.edit_invoice(changed, fields, tell=data.tell)
    if data.amount is not UNSET:
        book_keeper.set_amount(_invoice(installation, invoice_id), books.cents(data.amount), tell=data.tell)
    _move_money(installation, invoice_id, data)
    if data.status is not UNSET:
        if data.status not in STATUSES:
            raise ValidationException("status is one of: " + ", ".join(STATUSES))
        book_keeper.set_status(_invoice(installation, invoice_id), data.status, tell=data.tell)
    return _shown(_invoice(installation, invoice_id))


def _move_money(installation: Installation, invoice_id: int, data: JSONBody[InvoiceChange]) -> None:
    book_keeper = installation.book_keeper
    for move, act in (
        (data.apply_credit, book_keeper.apply_credit),
        (data.pay, book_keeper.pay),
        (data.refund, book_keeper.refund),
    ):
        if move is UNSET:
            continue
        invoice = _invoice(installation, invoice_id)
        everything = invoice.paid if act == book_keeper.refund else invoice.balance
        act(invoice, everything if move == "all" else books.cents(Decimal(move)), tell=data.tell)


class NewInvoice(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    userid: int
    amount: Decimal = Decimal("10.00")
    description: str = "Made by hand"
    status: str = UNPAID
    duedate: dt.date | None = None
    gateway: str = "stripe"
    tell: bool = True


@post("/_sandbox/invoices", status_code=201)
async def new_invoice(request: AnyRequest, data: JSONBody[NewInvoice]) -> dict[str, Any]:
    installation = installation_of(request)
    return _shown(create(installation, data))


def create(installation: Installation, data: NewInvoice) -> Invoice:
    """One untaxed line, numbered unless it is a draft."""
    ledger, book_keeper = installation.ledger, installation.book_keeper
    if ledger.clients.newest(data.userid) is None or data.status not in STATUSES:
        raise ValidationException("needs the id of a client and a known status")
    today, now = ledger.today(), ledger.now()
    made = Invoice(
        id=next(ledger.ids),
        userid=data.userid,
        number="" if data.status == "Draft" else ledger.next_number(),
        date=today,
        duedate=data.duedate or due_default(today),
        status=UNPAID,
        items=(Item(book_keeper.next_item_id(), "", 0, data.description, books.cents(data.amount), taxed=False),),
        gateway=data.gateway,
        created_at=now,
        updated_at=now,
    )
    made = books.with_status(made, data.status, now)
    book_keeper.create_invoice(made, tell=data.tell)
    return _invoice(installation, made.id)


@delete("/_sandbox/invoices/{invoice_id:int}")
async def delete_invoice(request: AnyRequest, invoice_id: FromPath[int], tell: FromQuery[bool] = True) -> None:
    installation = installation_of(request)
    installation.book_keeper.delete_invoice(_invoice(installation, invoice_id), tell=tell)


INVOICES = [invoices, invoice, history, change_invoice, new_invoice, delete_invoice]

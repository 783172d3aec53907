"""Control of what the stand-in keeps: invoices, clients, services, users, ways of paying. The clerk changes it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
from litestar import delete, get, patch, post, put
from litestar.exceptions import NotFoundException, ValidationException
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, UnsetType

from counterfoil_sandbox.whmcs import books
from counterfoil_sandbox.whmcs.clerk import due_default
from counterfoil_sandbox.whmcs.installation import Installation
from counterfoil_sandbox.whmcs.records import STATUSES, UNPAID, Client, Gateway, Invoice, Item, PayMethod
from counterfoil_sandbox.whmcs.wire import day, money

from .machine import Ask, installation_of


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
async def invoices(request: Ask, client: FromQuery[int]) -> list[dict[str, Any]]:
    """All of a client as the books have them now, drafts too."""
    return [_shown(invoice) for invoice in installation_of(request).ledger.invoices_of(client)]


@get("/_sandbox/invoices/{invoice_id:int}")
async def invoice(request: Ask, invoice_id: FromPath[int]) -> dict[str, Any]:
    return _shown(_invoice(installation_of(request), invoice_id))


@get("/_sandbox/invoices/{invoice_id:int}/history")
async def history(request: Ask, invoice_id: FromPath[int]) -> list[dict[str, Any]]:
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
async def change_invoice(request: Ask, invoice_id: FromPath[int], data: JSONBody[InvoiceChange]) -> dict[str, Any]:
    """Each given change is one of its own, in this order: fields, amount, credit, payment, refund, status."""
    installation = installation_of(request)
    changed = _invoice(installation, invoice_id)
    clerk = installation.clerk
    fields = {
        name: value
        for name in ("date", "duedate", "number", "notes", "gateway")
        if (value := getattr(data, name)) is not UNSET
    }
    if fields:
        clerk.edit_invoice(changed, fields, tell=data.tell)
    if data.amount is not UNSET:
        clerk.set_amount(_invoice(installation, invoice_id), books.cents(data.amount), tell=data.tell)
    _move_money(installation, invoice_id, data)
    if data.status is not UNSET:
        if data.status not in STATUSES:
            raise ValidationException("status is one of: " + ", ".join(STATUSES))
        clerk.set_status(_invoice(installation, invoice_id), data.status, tell=data.tell)
    return _shown(_invoice(installation, invoice_id))


def _move_money(installation: Installation, invoice_id: int, data: JSONBody[InvoiceChange]) -> None:
    clerk = installation.clerk
    for move, act in ((data.apply_credit, clerk.apply_credit), (data.pay, clerk.pay), (data.refund, clerk.refund)):
        if move is UNSET:
            continue
        invoice = _invoice(installation, invoice_id)
        everything = invoice.paid if act == clerk.refund else invoice.balance
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
async def new_invoice(request: Ask, data: JSONBody[NewInvoice]) -> dict[str, Any]:
    installation = installation_of(request)
    return _shown(create(installation, data))


def create(installation: Installation, data: NewInvoice) -> Invoice:
    """One untaxed line, numbered unless it is a draft."""
    ledger, clerk = installation.ledger, installation.clerk
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
        items=(Item(clerk.next_item_id(), "", 0, data.description, books.cents(data.amount), taxed=False),),
        gateway=data.gateway,
        created_at=now,
        updated_at=now,
    )
    made = books.with_status(made, data.status, now)
    clerk.create_invoice(made, tell=data.tell)
    return _invoice(installation, made.id)


@delete("/_sandbox/invoices/{invoice_id:int}")
async def delete_invoice(request: Ask, invoice_id: FromPath[int], tell: FromQuery[bool] = True) -> None:
    installation = installation_of(request)
    installation.clerk.delete_invoice(_invoice(installation, invoice_id), tell=tell)


class ClientChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    firstname: str | UnsetType = UNSET
    lastname: str | UnsetType = UNSET
    companyname: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    address1: str | UnsetType = UNSET
    address2: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    postcode: str | UnsetType = UNSET
    country: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    currency: int | UnsetType = UNSET
    status: str | UnsetType = UNSET
    allow_sso: bool | UnsetType = UNSET
    add_credit: Decimal | UnsetType = UNSET
    tell: bool = True


@patch("/_sandbox/clients/{client_id:int}")
async def change_client(request: Ask, client_id: FromPath[int], data: JSONBody[ClientChange]) -> dict[str, Any]:
    installation = installation_of(request)
    given = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not UNSET}
    tell, credit = given.pop("tell"), given.pop("add_credit", None)
    if given:
        installation.clerk.edit_client(_client(installation, client_id), given, tell=tell)
    if credit is not None:
        installation.clerk.add_credit(client_id, books.cents(credit), "Credit by hand", tell=tell)
    client = _client(installation, client_id)
    return {**msgspec.to_builtins(client), "credit": money(client.credit)}


def _client(installation: Installation, client_id: int) -> Client:
    found = installation.ledger.clients.newest(client_id)
    if found is None:
        raise NotFoundException(f"No client {client_id}")
    return found


class ServiceChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    status: str | UnsetType = UNSET
    cycle: str | UnsetType = UNSET
    amount: Decimal | UnsetType = UNSET
    next_due: dt.date | UnsetType = UNSET
    tell: bool = True


@patch("/_sandbox/services/{service_id:int}", status_code=204)
async def change_service(request: Ask, service_id: FromPath[int], data: JSONBody[ServiceChange]) -> None:
    installation = installation_of(request)
    service = installation.ledger.services.newest(service_id)
    if service is None:
        raise NotFoundException(f"No service {service_id}")
    given = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not UNSET}
    tell = given.pop("tell")
    installation.clerk.edit_service(service, given, tell=tell)


class UserChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    email: str | UnsetType = UNSET
    firstname: str | UnsetType = UNSET
    lastname: str | UnsetType = UNSET
    password: str | UnsetType = UNSET
    two_factor: bool | UnsetType = UNSET


@patch("/_sandbox/users/{user_id:int}", status_code=204)
async def change_user(request: Ask, user_id: FromPath[int], data: JSONBody[UserChange]) -> None:
    users = installation_of(request).ledger.users
    user = users.newest(user_id)
    if user is None:
        raise NotFoundException(f"No user {user_id}")
    given = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not UNSET}
    users.put(user_id, msgspec.structs.replace(user, **given))


class Permissions(msgspec.Struct):
    permissions: list[str] | None


@put("/_sandbox/users/{user_id:int}/permissions/{client_id:int}", status_code=204)
async def set_permissions(
    request: Ask, user_id: FromPath[int], client_id: FromPath[int], data: JSONBody[Permissions]
) -> None:
    """Null takes the user off the client."""
    rights = None if data.permissions is None else tuple(data.permissions)
    installation_of(request).clerk.set_permissions(user_id, client_id, rights)


@get("/_sandbox/pay-methods")
async def pay_methods(request: Ask, client: FromQuery[int]) -> list[PayMethod]:
    """The default first."""
    return installation_of(request).ledger.pay_methods_of(client)


@delete("/_sandbox/pay-methods/{method_id:int}")
async def delete_pay_method(request: Ask, method_id: FromPath[int], tell: FromQuery[bool] = True) -> None:
    installation = installation_of(request)
    method = installation.ledger.pay_methods.newest(method_id)
    if method is None:
        raise NotFoundException(f"No pay method {method_id}")
    installation.clerk.delete_pay_method(method, tell=tell)


@put("/_sandbox/gateways")
async def set_gateways(request: Ask, data: JSONBody[dict[str, str]]) -> dict[str, str]:
    """{"module": "name"}: these and no others are active. No hook tells of it."""
    ledger = installation_of(request).ledger
    ledger.gateways = {module: Gateway(module, name, is_card=module == "stripe") for module, name in data.items()}
    return data


THINGS = [
    invoices,
    invoice,
    history,
    change_invoice,
    new_invoice,
    delete_invoice,
    change_client,
    change_service,
    change_user,
    set_permissions,
    pay_methods,
    delete_pay_method,
    set_gateways,
]

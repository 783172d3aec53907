"""Saved ways of paying: add, delete, choose the default. No real card number is asked for."""

import secrets

import msgspec
from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from counterfoil_sandbox.whmcs.book_keeper import BookKeeper
from counterfoil_sandbox.whmcs.installation import Installation, Visit
from counterfoil_sandbox.whmcs.records import PayMethod
from counterfoil_sandbox.whmcs.request import AnyRequest, installation_of

from .rendering import Page, denied, form_of, may, own_pages_only, page, to_sign_in, visit_of
from .self_service import add_contact, contacts_page

HERE = "/index.php?rp=/account/paymentmethods"
_BRANDS = {"Visa": "4242", "Mastercard": "4444", "American Express": "8431"}


@get("/index.php")
async def pay_methods(request: AnyRequest, rp: FromQuery[str] = "") -> Page:
    visit, installation = visit_of(request), installation_of(request)
    if visit is None:
        return to_sign_in(request)
    if rp == "/account/contacts":
        return contacts_page(request, visit)
    if not rp.startswith("/account/paymentmethods"):
        return Redirect("/clientarea.php", status_code=303)
    if not may(installation, visit, "invoices"):
        return denied(request)
    return page(
        request,
        "pay_methods.html",
        methods=installation.ledger.pay_methods_of(visit.client_id),
        brands=list(_BRANDS),
        next_year=installation.ledger.today().year % 100 + 3,
    )


@post("/index.php", guards=[own_pages_only], status_code=200)
async def change_pay_methods(request: AnyRequest, rp: FromQuery[str] = "") -> Page:
    visit, installation = visit_of(request), installation_of(request)
    if visit is None:
        return to_sign_in(request)
    if rp == "/account/contacts":
        return await add_contact(request, visit)
    if not may(installation, visit, "invoices"):
        return denied(request)
    form = dict(await form_of(request))
    if form.get("do") == "add":
        installation.book_keeper.put_pay_method(_new(installation, visit, form))
    else:
        _change(installation.book_keeper, visit, form)
    return Redirect(HERE, status_code=303)


def _new(installation: Installation, visit: Visit, form: dict[str, str]) -> PayMethod:
    brand = form.get("brand", "")
    brand = brand if brand in _BRANDS else "Visa"
    ledger = installation.ledger
    bare = PayMethod(
        id=next(ledger.ids),
        client_id=visit.client_id,
        type="RemoteBankAccount",
        description=form.get("description", "")[:60],
        gateway="gocardless",
        remote_token=f"MD{secrets.token_hex(6).upper()}",
        updated_at=ledger.now(),
        order=max((method.order for method in ledger.pay_methods_of(visit.client_id)), default=0) + 1,
    )
    if form.get("type") == "bank":
        return msgspec.structs.replace(bare, bank_name=form.get("bank_name", "")[:60])
    return msgspec.structs.replace(
        bare,
        type="RemoteCreditCard",
        gateway="stripe",
        last_four=_BRANDS[brand],
        expiry=form.get("expiry", "")[:5],
        card_type=brand,
        remote_token=f'{{"customer":"cus_sandbox{visit.client_id}","method":"pm_sandbox{secrets.token_hex(8)}"}}',
    )


def _change(book_keeper: BookKeeper, visit: Visit, form: dict[str, str]) -> None:
    given = form.get("id", "")
    method = book_keeper.ledger.pay_methods.newest(int(given)) if given.isdigit() else None
    if method is None or method.client_id != visit.client_id:
        return
    if form.get("do") == "delete":
        book_keeper.delete_pay_method(method)
    elif form.get("do") == "default":
        book_keeper.default_pay_method(method)


PAY_METHODS = [pay_methods, change_pay_methods]

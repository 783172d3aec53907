"""/admin/: change anything by hand, with or without telling the portal, and break things on purpose."""

from typing import Any

import msgspec
from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from counterfoil_sandbox.whmcs.actions.payments import amount_of
from counterfoil_sandbox.whmcs.control.invoices import NewInvoice, create
from counterfoil_sandbox.whmcs.installation import Installation
from counterfoil_sandbox.whmcs.records import STATUSES
from counterfoil_sandbox.whmcs.request import AnyRequest, installation_of
from counterfoil_sandbox.whmcs.switches import FAULTS, QUIRKS, Fault

from .rendering import Page, form_of, own_pages_only, page, with_control_key

_PER_PAGE = 40


@get("/admin/", guards=[with_control_key])
async def admin(request: AnyRequest, client: FromQuery[int] = 1) -> Page:
    installation = installation_of(request)
    invoices = sorted(installation.ledger.invoices_of(client), key=lambda one: (one.date, one.id), reverse=True)
    return page(
        request,
        "admin.html",
        chosen=client,
        clients=list(installation.ledger.clients),
        invoices=invoices[:_PER_PAGE],
        more=max(len(invoices) - _PER_PAGE, 0),
        statuses=STATUSES,
        faults=FAULTS,
        quirks=QUIRKS,
        deliveries=list(installation.webhooks.deliveries)[-12:][::-1],
        calls=list(installation.calls.seen)[-12:][::-1],
    )


@post("/admin/", guards=[with_control_key, own_pages_only], status_code=200)
async def change(request: AnyRequest) -> Page:
    installation = installation_of(request)
    pairs = await form_of(request)
    form = dict(pairs)
    changes = {"invoice": _invoice, "new": _new, "fault": _fault, "clear": _clear, "quirks": _quirks}
    changes |= {"weather": _weather, "reset": _reset}
    act = changes.get(form.get("form", ""))
    if act is not None:
        act(installation, form)
    client = form.get("client", "1")
    return Redirect(f"/admin/?client={client if client.isdigit() else 1}", status_code=303)


def _invoice(installation: Installation, form: dict[str, str]) -> None:
    """`do`: a status, or what to do with `amount`."""
    book_keeper, tell = installation.book_keeper, "tell" in form
    invoice = installation.ledger.invoices.newest(int(form["id"])) if form.get("id", "").isdigit() else None
    if invoice is None:
        return
    wanted, amount = form.get("do", ""), amount_of(form.get("amount"))
    if wanted in STATUSES:
        book_keeper.set_status(invoice, wanted, tell=tell)
    elif wanted == "delete":
        book_keeper.delete_invoice(invoice, tell=tell)
    elif wanted == "pay":
        book_keeper.pay(invoice, amount or invoice.balance, tell=tell)
    elif wanted == "refund":
        book_keeper.refund(invoice, amount or invoice.paid, tell=tell)
    elif wanted == "amount" and amount is not None:
        book_keeper.set_amount(invoice, amount, tell=tell)


def _new(installation: Installation, form: dict[str, str]) -> None:
    given: dict[str, Any] = {"userid": form.get("client"), "tell": "tell" in form}
    given |= {name: form[name] for name in ("amount", "description", "status") if form.get(name)}
    create(installation, msgspec.convert(given, NewInvoice, strict=False))


def _fault(installation: Installation, form: dict[str, str]) -> None:
    given = {name: form[name] for name in ("kind", "action", "seconds", "times") if form.get(name)}
    fault = msgspec.convert(given, Fault, strict=False)
    if fault.kind in FAULTS:
        installation.switches.add_fault(fault)


def _clear(installation: Installation, _form: dict[str, str]) -> None:
    installation.switches.faults.clear()
    installation.release()


def _quirks(installation: Installation, form: dict[str, str]) -> None:
    installation.switches.quirks = {name: "*" for name in QUIRKS if name in form}


def _weather(installation: Installation, form: dict[str, str]) -> None:
    installation.switches.weather.mode = "lost" if form.get("mode") == "lost" else "on"
    installation.switches.commit_lag = float(amount_of(form.get("commit_lag")) or 0)


def _reset(installation: Installation, _form: dict[str, str]) -> None:
    installation.reset()


ADMIN = [admin, change]

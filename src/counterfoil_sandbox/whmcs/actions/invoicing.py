"""Making and changing invoices by API: .../createinvoice/ and .../updateinvoice/ of WHMCS's reference."""

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec

from counterfoil_sandbox.whmcs import books, wire
from counterfoil_sandbox.whmcs.actions.context import ActionContext, Answer, Params, RefusedError
from counterfoil_sandbox.whmcs.actions.payments import amount_of, newest_invoice
from counterfoil_sandbox.whmcs.book_keeper import due_default
from counterfoil_sandbox.whmcs.records import DRAFT, STATUSES, UNPAID, ZERO, Invoice, Item


def create_invoice(context: ActionContext, params: Params) -> Answer:
    """Items are `itemdescription1`, `itemamount1`, `itemtaxed1` and so on."""
    client = context.client(params.get("userid"), "Client ID Not Found")
    draft = wire.truth(params.get("draft"))
    if draft and wire.truth(params.get("sendinvoice")):
        raise RefusedError(
            "Cannot create and send a draft invoice in a single API request. Please create and send separately."
        )
    now, today = context.ledger.now(), context.ledger.today()
    status = DRAFT if draft else _status(params.get("status") or UNPAID)
    invoice = Invoice(
        id=next(context.ledger.ids),
        userid=client.id,
        number="" if status == DRAFT else context.ledger.next_number(),
        date=_day(params.get("date")) or today,
        duedate=_day(params.get("duedate")) or due_default(today),
        status=UNPAID,
        items=_new_items(context, params),
        taxrate=amount_of(params.get("taxrate")) or ZERO,
        taxrate2=amount_of(params.get("taxrate2")) or ZERO,
        gateway=params.get("paymentmethod") or client.defaultgateway,
        notes=params.get("notes", ""),
        created_at=now,
        updated_at=now,
    )
    context.book_keeper.create_invoice(books.with_status(invoice, status, now))
    return {"result": "success", "invoiceid": str(invoice.id), "status": status}


def _new_items(context: ActionContext, params: Params) -> tuple[Item, ...]:
    suffixes = sorted(
        (name.removeprefix("itemdescription") for name in params if name.startswith("itemdescription")),
        key=wire.integer,
    )
    return tuple(
        Item(
            context.book_keeper.next_item_id(),
            "",
            0,
            params[f"itemdescription{suffix}"],
            amount_of(params.get(f"itemamount{suffix}")) or ZERO,
            taxed=wire.truth(params.get(f"itemtaxed{suffix}")),
        )
        for suffix in suffixes
    )


def update_invoice(context: ActionContext, params: Params) -> Answer:
    """No hook tells of a cancellation made here."""
    invoice = newest_invoice(context, params)
    publish = wire.truth(params.get("publish")) or wire.truth(params.get("publishandsendemail"))
    if publish and invoice.status != DRAFT:
        raise RefusedError("Invoice must be in Draft status to be published")
    changes = _changes(context, invoice, params)
    if changes:
        context.book_keeper.edit_invoice(invoice, changes)
    status = UNPAID if publish else params.get("status", "")
    if status:
        wanted = _status(status)
        context.book_keeper.set_status(newest_invoice(context, params), wanted, tell=wanted != "Cancelled")
    return {"result": "success", "invoiceid": params["invoiceid"]}


def _changes(context: ActionContext, invoice: Invoice, params: Params) -> dict[str, Any]:
    changes: dict[str, Any] = {name: day for name in ("date", "duedate") if (day := _day(params.get(name)))}
    changes |= {
        name: amount
        for name in ("taxrate", "taxrate2", "credit")
        if (amount := amount_of(params.get(name))) is not None
    }
    if "notes" in params:
        changes["notes"] = params["notes"]
    if params.get("paymentmethod"):
        changes["gateway"] = params["paymentmethod"]
    items = _changed_items(context, invoice, params)
    return changes if items == invoice.items else {**changes, "items": items}


def _changed_items(context: ActionContext, invoice: Invoice, params: Params) -> tuple[Item, ...]:
    """`itemdescription[ID]` changes a line, `newitemdescription[0]` adds one, `deletelineids[0]` takes one away."""
    gone = {wire.integer(value) for name, value in params.items() if name.startswith("deletelineids[")}
    kept = tuple(_changed(item, params) for item in invoice.items if item.id not in gone)
    keys = [name[len("newitemdescription") :] for name in params if name.startswith("newitemdescription[")]
    added = tuple(
        Item(
            context.book_keeper.next_item_id(),
            "",
            0,
            params[f"newitemdescription{key}"],
            _amount(params.get(f"newitemamount{key}")),
            taxed=wire.truth(params.get(f"newitemtaxed{key}")),
        )
        for key in keys
    )
    return kept + added


def _changed(item: Item, params: Params) -> Item:
    given = [f"{name}[{item.id}]" in params for name in ("itemdescription", "itemamount", "itemtaxed")]
    if not any(given):
        return item
    if not all(given):
        raise RefusedError(
            "Missing Variables: itemdescription, itemamount and itemtaxed are required for each item being changed"
        )
    return msgspec.structs.replace(
        item,
        description=params[f"itemdescription[{item.id}]"],
        amount=_amount(params[f"itemamount[{item.id}]"]),
        taxed=wire.truth(params[f"itemtaxed[{item.id}]"]),
    )


def _amount(text: str | None) -> Decimal:
    return amount_of(text) or ZERO


def _status(text: str) -> str:
    found = next((status for status in STATUSES if status.lower() == text.lower()), None)
    if found is None:
        raise RefusedError(f"Invalid status {text}")
    return found


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat((text or "")[:10])
    except ValueError:
        return None

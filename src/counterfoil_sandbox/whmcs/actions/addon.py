"""The custom actions of the portal's addon. Where it is not installed, WHMCS does not know them."""

import json
import time

from counterfoil_sandbox.whmcs import addon, wire
from counterfoil_sandbox.whmcs.actions import invoices, orders
from counterfoil_sandbox.whmcs.actions.context import ActionContext, Answer, Params, RefusedError


def changes(context: ActionContext, params: Params) -> Answer:
    """Those with a number above `after`, if it is of this series; without it only how things stand."""
    own = context.addon
    is_ours = "after" in params and params.get("series") == own.series
    asked = own.recorded[max(wire.integer(params.get("after")), 0) :][: addon.MOST_CHANGES] if is_ours else []
    return {
        "result": "success",
        "version": addon.VERSION,
        "protocol": addon.PROTOCOL,
        "series": own.series,
        "timezone": context.options.zone.key,
        "systemurl": context.base_url,
        "oldest": 1 if own.recorded else 0,
        "newest": len(own.recorded),
        "waiting": sum(not recorded.is_delivered for recorded in own.recorded),
        "dead": 0,
        "changes": {"change": [_change(context, recorded) for recorded in asked]},
    }


def _change(context: ActionContext, recorded: addon.Recorded) -> Answer:
    return {
        "number": recorded.number,
        "id": context.addon.message_id(recorded),
        "type": recorded.event.type,
        "age": int(time.time() - recorded.at),
        "data": recorded.event.data,
    }


def several_invoices(context: ActionContext, params: Params) -> Answer:
    """Each as GetInvoice answers it; those of other clients and those that are not there are left out."""
    client_id = wire.integer(params.get("clientid"))
    found = []
    for text in params.get("invoiceids", "").split(","):
        try:
            answer = invoices.get_invoice(context, {"invoiceid": text})
        except RefusedError:
            continue
        if answer["userid"] == client_id:
            found.append({name: value for name, value in answer.items() if name != "result"})
    return {"result": "success", "clientid": client_id, "invoices": {"invoice": found}}


def order(context: ActionContext, params: Params) -> Answer:
    """AddOrder once for each `idempotencykey`."""
    key = params.get("idempotencykey", "")
    if not key:
        raise RefusedError("idempotencykey is missing or malformed")
    wanted = json.dumps({name: params[name] for name in sorted(params) if name not in {"identifier", "secret"}})
    if key in context.addon.orders:
        before, answer = context.addon.orders[key]
        if before != wanted:
            raise RefusedError("This key was used for another order")
        return {**answer, "replayed": 1}
    answer = orders.add_order(context, params)
    context.addon.orders[key] = (wanted, answer)
    return answer

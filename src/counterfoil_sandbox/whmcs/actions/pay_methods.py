"""A client's saved ways of paying: https://developers.whmcs.com/api-reference/getpaymethods/."""

from counterfoil_sandbox.whmcs import wire
from counterfoil_sandbox.whmcs.records import PayMethod

from .context import ActionContext, Answer, Params, RefusedError


def get_pay_methods(context: ActionContext, params: Params) -> Answer:
    """A flat list; says neither which is the default nor whether one still works. `remote_token` is in it."""
    if not params.get("clientid"):
        raise RefusedError("Client ID Is Required")
    client = context.client(params["clientid"])
    kind = params.get("type", "")
    if kind not in {"", "BankAccount", "CreditCard"}:
        raise RefusedError("Invalid Pay Method Type. Should be 'BankAccount' or 'CreditCard'")
    wanted = wire.integer(params.get("paymethodid"))
    methods = [
        method
        for method in sorted(context.ledger.pay_methods_of(client.id), key=lambda method: method.id)
        if (not wanted or method.id == wanted) and method.type.endswith(kind)
    ]
    return {
        "result": "success",
        "clientid": params["clientid"],
        "paymethods": [_pay_method(context, method) for method in methods],
    }


def _pay_method(context: ActionContext, method: PayMethod) -> Answer:
    common = {
        "id": method.id,
        "type": method.type,
        "description": context.escape(method.description),
        "gateway_name": method.gateway,
        "contact_type": "Client",
        "contact_id": method.client_id,
    }
    tail = {"remote_token": method.remote_token, "last_updated": method.updated_at.strftime("%d/%m/%Y %H:%M")}
    if method.type.endswith("BankAccount"):
        return {**common, "bank_name": context.escape(method.bank_name), **tail}
    return {
        **common,
        "card_last_four": method.last_four,
        "expiry_date": method.expiry,
        "start_date": "",
        "issue_number": "",
        "card_type": method.card_type,
        **tail,
    }

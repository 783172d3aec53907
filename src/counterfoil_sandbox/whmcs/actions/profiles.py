"""Changing a client by API: https://developers.whmcs.com/api-reference/updateclient/."""

import re
from typing import Any

from counterfoil_sandbox.whmcs import wire
from counterfoil_sandbox.whmcs.actions.clients import EMAIL_KINDS
from counterfoil_sandbox.whmcs.actions.context import ActionContext, Answer, Params, RefusedError
from counterfoil_sandbox.whmcs.records import Client

TEXTS = {
    "firstname": "firstname",
    "lastname": "lastname",
    "companyname": "companyname",
    "email": "email",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "state": "state",
    "postcode": "postcode",
    "country": "country",
    "tax_id": "tax_id",
    "language": "language",
    "notes": "notes",
    "status": "status",
    "paymentmethod": "defaultgateway",
}
"""Parameter -> field of the record."""

NO_DOMAIN_NOTICES = (
    "You must have at least one email address enabled to receive domain related notifications as required by ICANN."
    " To disable domain notifications, please create an alternative contact that is set to receive them"
)


def update_client(context: ActionContext, params: Params) -> Answer:
    """Only what is given changes, also to nothing. Found by `clientid` or by `clientemail`."""
    client = _client(context, params)
    changes: dict[str, Any] = {field: params[name] for name, field in TEXTS.items() if name in params}
    if "phonenumber" in params:
        changes |= _phone(params["phonenumber"], client.phonecc)
    if "currency" in params:
        changes["currency"] = wire.integer(params["currency"])
    if "taxexempt" in params:
        changes["taxexempt"] = wire.truth(params["taxexempt"])
    preferences = _preferences(client, params)
    if preferences != client.email_preferences:
        changes["email_preferences"] = preferences
    if not wire.truth(params.get("skipvalidation")):
        _check(context, client, changes)
    context.book_keeper.edit_client(client, changes)
    return {"result": "success", "clientid": str(client.id)}


def _client(context: ActionContext, params: Params) -> Client:
    clients = context.ledger.clients
    wanted = params.get("clientemail", "").casefold()
    by_email = next((client.id for client in clients if wanted and client.email.casefold() == wanted), 0)
    client = clients.newest(wire.integer(params.get("clientid")) or by_email)
    if client is None:
        raise RefusedError("Client ID Not Found")
    return client


def _phone(number: str, code: str) -> dict[str, str]:
    """The form +44.2079460958 carries the country's code; anything else is kept as it is."""
    found = re.fullmatch(r"\+(\d{1,3})\.(\d+)", number)
    return {"phonecc": found[1], "phone": found[2]} if found else {"phonecc": code, "phone": number}


def _preferences(client: Client, params: Params) -> dict[str, str]:
    given = {
        kind: "1" if wire.truth(params[f"email_preferences[{kind}]"]) else "0"
        for kind in EMAIL_KINDS
        if f"email_preferences[{kind}]" in params
    }
    return {**client.email_preferences, **given}


def _check(context: ActionContext, client: Client, changes: dict[str, Any]) -> None:
    email = changes.get("email", client.email)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        raise RefusedError("The email address entered is not valid")
    if any(other.id != client.id and other.email.casefold() == email.casefold() for other in context.ledger.clients):
        raise RefusedError("Duplicate Email Address")
    if changes.get("email_preferences", {}).get("domain") == "0":
        raise RefusedError(NO_DOMAIN_NOTICES)

"""A client's own data: name and address, standing, credit."""

from uuid import NAMESPACE_URL, uuid5

from counterfoil_sandbox.whmcs import wire
from counterfoil_sandbox.whmcs.records import Client

from .client_stats import stats
from .context import ActionContext, Answer, Params, RefusedError

EMAIL_KINDS = ("general", "invoice", "support", "product", "domain", "affiliate")


def get_clients_details(context: ActionContext, params: Params) -> Answer:
    """`stats` only when asked for; its amounts are worded for people."""
    if params.get("clientid"):
        client = context.client(params["clientid"])
    elif params.get("email"):
        client = _by_email(context, params["email"])
    else:
        raise RefusedError("Either clientid Or email Is Required")
    details = _details(context, client)
    answer = {"result": "success", "client": details}
    if context.switches.has("deprecated-top-level", context.action):
        answer = {"result": "success", **details, "client": details}
    if wire.truth(params.get("stats")):
        answer["stats"] = stats(context, client)
    return answer


def _by_email(context: ActionContext, email: str) -> Client:
    found = next((client for client in context.ledger.clients if client.email.casefold() == email.casefold()), None)
    if found is None:
        raise RefusedError("Client Not Found")
    return found


def _details(context: ActionContext, client: Client) -> Answer:
    escape = context.escape
    return {
        "client_id": client.id,
        "owner_user_id": client.owner_user_id,
        "userid": client.id,
        "id": client.id,
        "uuid": str(uuid5(NAMESPACE_URL, f"whmcs-sandbox/client/{client.id}")),
        "firstname": escape(client.firstname),
        "lastname": escape(client.lastname),
        "fullname": escape(wire.full_name(client)),
        "companyname": escape(client.companyname),
        "email": escape(client.email),
        "address1": escape(client.address1),
        "address2": escape(client.address2),
        "city": escape(client.city),
        "fullstate": escape(client.state),
        "state": escape(client.state),
        "postcode": escape(client.postcode),
        "countrycode": client.country,
        "country": client.country,
        "phonenumber": client.phone,
        "tax_id": escape(client.tax_id),
        "email_preferences": {kind: client.email_preferences.get(kind, "1") for kind in EMAIL_KINDS},
        "statecode": escape(client.state),
        "countryname": wire.COUNTRIES.get(client.country, client.country),
        "phonecc": client.phonecc,
        "phonenumberformatted": f"+{client.phonecc}.{client.phone}",
        "telephoneNumber": f"+{client.phonecc}.{client.phone}",
        **_standing(context, client),
    }


def _standing(context: ActionContext, client: Client) -> Answer:
    """The half of the details that is not name and address."""
    users = context.ledger.users_of(client.id)
    return {
        "billingcid": 0,
        "notes": context.escape(client.notes),
        "currency": client.currency,
        "defaultgateway": client.defaultgateway,
        "groupid": 0,
        "status": client.status,
        "credit": wire.money(client.credit),
        "taxexempt": client.taxexempt,
        "latefeeoveride": False,
        "overideduenotices": False,
        "separateinvoices": False,
        "disableautocc": client.disable_autocc,
        "emailoptout": False,
        "marketing_emails_opt_in": False,
        "overrideautoclose": False,
        "allowSingleSignOn": int(client.allow_sso),
        "email_verified": True,
        "language": client.language,
        "isOptedInToMarketingEmails": False,
        "lastlogin": "No Login Logged",
        "currency_code": context.ledger.currencies[client.currency].code,
        "customfields": [],
        "users": {
            "user": [
                {
                    "id": user.id,
                    "name": context.escape(f"{user.firstname} {user.lastname}"),
                    "email": context.escape(user.email),
                    "is_owner": user.id == client.owner_user_id,
                }
                for user in users
            ]
        },
    }


def get_credits(context: ActionContext, params: Params) -> Answer:
    client = context.client(params.get("clientid"), "Client ID Not Found")
    rows = [
        {
            "id": str(entry.id),
            "date": wire.day(entry.date),
            "description": context.escape(entry.description),
            "amount": wire.money(entry.amount),
            "relid": str(entry.relid),
        }
        for entry in client.credits
    ]
    return {
        "result": "success",
        "totalresults": str(len(rows)),
        "clientid": str(client.id),
        "credits": {"credit": rows},
    }

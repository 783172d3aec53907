"""Users, their sign-in and their rights, and the one-time link into the client area."""

import secrets

from counterfoil_sandbox.whmcs import wire
from counterfoil_sandbox.whmcs.records import ALL_PERMISSIONS, User
from counterfoil_sandbox.whmcs.sso import CUSTOM, DESTINATIONS

from .context import ActionContext, Answer, Params, RefusedError, window


def validate_login(context: ActionContext, params: Params) -> Answer:
    """Says success for a user with two-factor on too; then there is no `passwordhash`. Booleans are words."""
    user = context.ledger.user_by_email(params.get("email", ""))
    given = params.get("password2", "")
    if user is None or not secrets.compare_digest(user.password.encode(), given.encode()):
        raise RefusedError("Email or Password Invalid")
    if int(context.switches.version.split(".")[0]) < 8:
        return _before_users(context, user)
    answer = {"result": "success", "userid": str(user.id)}
    if not user.two_factor:
        answer["passwordhash"] = secrets.token_hex(20)
    return {**answer, "twoFactorEnabled": "true" if user.two_factor else "false"}


def _before_users(context: ActionContext, user: User) -> Answer:
    """Until 7.10 a client signs in, or a contact of it: both are told the client's number."""
    client_id = context.client(str(next(iter(user.clients), 0))).id
    is_owner = context.client(str(client_id)).owner_user_id == user.id
    contact = {} if is_owner else {"contactid": user.id}
    return {"result": "success", "userid": client_id, **contact, "passwordhash": secrets.token_hex(20)}


def get_users(context: ActionContext, params: Params) -> Answer:
    """`search` compares the beginnings of e-mail, first, last and full name."""
    beginning = params.get("search", "").casefold()
    found = [user for user in context.ledger.users if _starts(user, beginning)]
    found.sort(
        key=lambda user: (user.firstname.casefold(), user.lastname.casefold(), user.id),
        reverse=params.get("sorting", "").upper() == "DESC",
    )
    start, page = window(found, params)
    return {
        "result": "success",
        "totalresults": len(found),
        "startnumber": start,
        "numreturned": len(page),
        "users": [_user(context, user) for user in page],
    }


def _starts(user: User, beginning: str) -> bool:
    names = (user.email, user.firstname, user.lastname, f"{user.firstname} {user.lastname}")
    return any(name.casefold().startswith(beginning) for name in names)


def _user(context: ActionContext, user: User) -> Answer:
    owned = {client.id for client in context.ledger.clients if client.owner_user_id == user.id}
    return {
        "id": user.id,
        "firstname": context.escape(user.firstname),
        "lastname": context.escape(user.lastname),
        "email": context.escape(user.email),
        "datecreated": wire.moment(user.datecreated),
        "validationdata": "",
        "clients": [{"id": client_id, "isOwner": client_id in owned} for client_id in user.clients],
    }


def get_user_permissions(context: ActionContext, params: Params) -> Answer:
    user = context.ledger.users.visible(wire.integer(params.get("user_id")))
    if user is None:
        raise RefusedError("Invalid user id")
    client = context.client(params.get("client_id"), "Invalid client id")
    if client.id not in user.clients:
        raise RefusedError("User is not associated with client")
    permissions = ALL_PERMISSIONS if client.owner_user_id == user.id else user.clients[client.id]
    if context.switches.has("permissions-missing", context.action):
        return {"result": "success"}
    if context.switches.has("permissions-as-text", context.action):
        return {"result": "success", "permissions": ",".join(permissions)}
    return {"result": "success", "permissions": list(permissions)}


def create_sso_token(context: ActionContext, params: Params) -> Answer:
    """Without `user_id` it is the client's owner who gets signed in."""
    client_id, user_id = _who(context, params)
    destination = params.get("destination", "")
    is_old = destination != CUSTOM and context.switches.has("custom-redirect-only", context.action)
    if destination not in DESTINATIONS or is_old:
        raise RefusedError("Invalid destination")
    client = context.ledger.clients.visible(client_id)
    if client is None or not client.allow_sso:
        raise RefusedError(f"SSO authentication blocked for client {client_id}")
    path = params.get("sso_redirect_path", "") if destination == CUSTOM else ""
    token = context.tokens.make(user_id, client_id, path or DESTINATIONS[destination])
    return {
        "result": "success",
        "access_token": token,
        "redirect_url": f"{context.base_url}/oauth/singlesignon.php?access_token={token}",
    }


def _who(context: ActionContext, params: Params) -> tuple[int, int]:
    if not params.get("client_id") and not params.get("user_id"):
        raise RefusedError("A valid client_id or user_id is required")
    client = context.client(params["client_id"], "Invalid client_id") if params.get("client_id") else None
    user_id = wire.integer(params["user_id"]) if params.get("user_id") else client.owner_user_id if client else 0
    user = context.ledger.users.visible(user_id)
    if user is None:
        raise RefusedError("Invalid user_id")
    if client is None:
        return next(iter(user.clients), 0), user.id
    if client.id not in user.clients:
        raise RefusedError("Invalid user_id for client")
    return client.id, user.id

"""Users, their sign-in and their rights, and the one-time link into the client area."""

import secrets

from counterfoil_sandbox.whmcs import wire
from counterfoil_sandbox.whmcs.records import ALL_PERMISSIONS, User
from counterfoil_sandbox.whmcs.sso import CUSTOM, DESTINATIONS

from .desk import ActionContext, Answer, Params, RefusedError, window


def validate_login(desk: ActionContext, params: Params) -> Answer:
    """Says success for a user with two-factor on too; then there is no `passwordhash`. Booleans are words."""
    user = desk.ledger.user_by_email(params.get("email", ""))
    given = params.get("password2", "")
    if user is None or not secrets.compare_digest(user.password.encode(), given.encode()):
        raise RefusedError("Email or Password Invalid")
    answer = {"result": "success", "userid": str(user.id)}
    if not user.two_factor:
        answer["passwordhash"] = secrets.token_hex(20)
    return {**answer, "twoFactorEnabled": "true" if user.two_factor else "false"}


def get_users(desk: ActionContext, params: Params) -> Answer:
    """`search` compares the beginnings of e-mail, first, last and full name."""
    beginning = params.get("search", "").casefold()
    found = [user for user in desk.ledger.users if _starts(user, beginning)]
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
        "users": [_user(desk, user) for user in page],
    }


def _starts(user: User, beginning: str) -> bool:
    names = (user.email, user.firstname, user.lastname, f"{user.firstname} {user.lastname}")
    return any(name.casefold().startswith(beginning) for name in names)


def _user(desk: ActionContext, user: User) -> Answer:
    owned = {client.id for client in desk.ledger.clients if client.owner_user_id == user.id}
    return {
        "id": user.id,
        "firstname": desk.escape(user.firstname),
        "lastname": desk.escape(user.lastname),
        "email": desk.escape(user.email),
        "datecreated": wire.moment(user.datecreated),
        "validationdata": "",
        "clients": [{"id": client_id, "isOwner": client_id in owned} for client_id in user.clients],
    }


def get_user_permissions(desk: ActionContext, params: Params) -> Answer:
    user = desk.ledger.users.visible(wire.integer(params.get("user_id")))
    if user is None:
        raise RefusedError("Invalid user id")
    client = desk.client(params.get("client_id"), "Invalid client id")
    if client.id not in user.clients:
        raise RefusedError("User is not associated with client")
    permissions = ALL_PERMISSIONS if client.owner_user_id == user.id else user.clients[client.id]
    if desk.switches.has("permissions-missing", desk.action):
        return {"result": "success"}
    if desk.switches.has("permissions-as-text", desk.action):
        return {"result": "success", "permissions": ",".join(permissions)}
    return {"result": "success", "permissions": list(permissions)}


def create_sso_token(desk: ActionContext, params: Params) -> Answer:
    """Without `user_id` it is the client's owner who gets signed in."""
    client_id, user_id = _who(desk, params)
    destination = params.get("destination", "")
    if destination not in DESTINATIONS:
        raise RefusedError("Invalid destination")
    client = desk.ledger.clients.visible(client_id)
    if client is None or not client.allow_sso:
        raise RefusedError(f"SSO authentication blocked for client {client_id}")
    path = params.get("sso_redirect_path", "") if destination == CUSTOM else ""
    token = desk.tokens.make(user_id, client_id, path or DESTINATIONS[destination])
    return {
        "result": "success",
        "access_token": token,
        "redirect_url": f"{desk.base_url}/oauth/singlesignon.php?access_token={token}",
    }


def _who(desk: ActionContext, params: Params) -> tuple[int, int]:
    if not params.get("client_id") and not params.get("user_id"):
        raise RefusedError("A valid client_id or user_id is required")
    client = desk.client(params["client_id"], "Invalid client_id") if params.get("client_id") else None
    user_id = wire.integer(params["user_id"]) if params.get("user_id") else client.owner_user_id if client else 0
    user = desk.ledger.users.visible(user_id)
    if user is None:
        raise RefusedError("Invalid user_id")
    if client is None:
        return next(iter(user.clients), 0), user.id
    if client.id not in user.clients:
        raise RefusedError("Invalid user_id for client")
    return client.id, user.id

"""What staff may do for a person: sign them out, and decide about their clients."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from counterfoil.accounts import links as decided
from counterfoil.accounts.links import Person
from counterfoil.audit.entries import Action, Entry, staff
from counterfoil.errors import ClientNotFound
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.services import GivenServices
from counterfoil.web.staff.customers import client_id_of


class SignOutForm(Struct):
    client_id: int = 0


class LinkForm(Struct):
    email: str
    state: str = ""


@post("/staff/people/{account_id:int}/sign-out", staff=True, same_account=True, include_in_schema=False)
async def sign_out(
    request: AnyRequest, services: GivenServices, account_id: FromPath[int], data: URLEncodedBody[SignOutForm]
) -> Response[Any]:
    """Returns when they are signed out on every process."""
    person = await services.people.by_id(account_id)
    if person is None:
        raise ClientNotFound
    await services.sessions.close_all(person.id)
    by, where = staff(viewer_of(request).account_id), context_of(request.scope).address
    await services.audit.record(Entry(Action.SESSION_ENDED, by, person.id, details={"why": "staff"}, address=where))
    address = f"/staff/clients/{data.client_id}" if data.client_id else f"/staff/people?email={person.email}"
    return Redirect(address, status_code=303, headers=NO_STORE)


@post("/staff/clients/{client_id:str}/links", staff=True, same_account=True, include_in_schema=False)
async def link(
    request: AnyRequest, services: GivenServices, client_id: FromPath[str], data: URLEncodedBody[LinkForm]
) -> Response[Any]:
    """`state` is "linked", "unlinked", or "" for what WHMCS says. Holds on every process when it returns,
    or at its next look at the database (accounts/notices.py).
    """
    number = client_id_of(client_id)
    found, user = await services.people.by_email(data.email.strip()[:254])
    if user is None or data.state not in {"", "linked", "unlinked"}:
        raise ClientNotFound
    person, by = Person(user.email, user.id), staff(viewer_of(request).account_id)
    match data.state:
        case "linked" | "unlinked" as state:
            await decided.decide(services.engine, person, number, state, by=by)
        case _:
            await decided.forget(services.engine, person, number, by=by)
    await services.forgetting.accounts([each.id for each in found if each.id])
    return Redirect(f"/staff/clients/{number}", status_code=303, headers=NO_STORE)

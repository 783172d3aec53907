"""What staff decide about a person's clients."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from counterfoil.accounts import links as decided
from counterfoil.accounts.links import Person
from counterfoil.audit.entries import staff
from counterfoil.errors import ClientNotFound
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices
from counterfoil.web.staff.customers import client_id_of


class LinkForm(Struct):
    email: str
    state: str = ""


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

"""What staff may do about how a person gets in: end their sessions and access tokens, lift a lock-out."""

from typing import Any
from urllib.parse import quote

from litestar import Response, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from counterfoil.accounts.emails import LONGEST, counted_as, normalised
from counterfoil.accounts.notices import notify_of_unlocking
from counterfoil.accounts.people import Account
from counterfoil.audit.entries import Action, Detail, Entry, staff
from counterfoil.errors import ClientNotFound, NotFound
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.services import GivenServices, Services
from counterfoil.web.views.staff.people import ShownPerson


class PersonForm(Struct):
    """`client_id`: whose page the form stands on; 0: the person's own."""

    client_id: int = 0
    email: str = ""


async def shown_person(services: Services, person: Account, decision: str = "") -> ShownPerson:
    sessions = await services.sessions.open_sessions(person.id) if person.id else ()
    tokens = await services.tokens.all_of(person.id) if person.id else ()
    locked_for = await services.limits.locked_for(counted_as(person.email))
    return ShownPerson(person, decision, tuple(sessions), tuple(tokens), locked_for)


@post("/staff/people/{account_id:int}/sign-out", staff=True, same_account=True, include_in_schema=False)
async def sign_out(
    request: AnyRequest, services: GivenServices, account_id: FromPath[int], data: URLEncodedBody[PersonForm]
) -> Response[Any]:
    """As `counterfoil sessions end` does: returns when neither a session nor a token of theirs gets in anywhere."""
    person = await _known(services, account_id)
    by, where = staff(viewer_of(request).account_id), context_of(request.scope).address
    await services.forgetting.shut_out(person.id, by=by, address=where)
    return _back(data, person.email)


@post(
    "/staff/people/{account_id:int}/sessions/{session_id:str}/end",
    staff=True,
    same_account=True,
    include_in_schema=False,
)
async def end_session(
    request: AnyRequest,
    services: GivenServices,
    account_id: FromPath[int],
    session_id: FromPath[str],
    data: URLEncodedBody[PersonForm],
) -> Response[Any]:
    """One of a person's sessions; returns when it has ended on every process."""
    person = await _known(services, account_id)
    try:
        await services.sessions.close_one(person.id, session_id)
    except NotFound:
        return _back(data, person.email)  # it has ended already
    await _record_end(request, services, person, {"session": session_id})
    return _back(data, person.email)


@post("/staff/people/unlock", staff=True, same_account=True, include_in_schema=False)
async def unlock(request: AnyRequest, services: GivenServices, data: URLEncodedBody[PersonForm]) -> Response[Any]:
    """As `counterfoil unlock` does: in this process, in Redis, and in processes that count alone at their next look."""
    email = data.email.strip()
    if "@" not in email or len(email) > LONGEST:
        raise ClientNotFound
    await notify_of_unlocking(services.engine, counted_as(email))
    await services.limits.unlock(counted_as(email))
    by, where = staff(viewer_of(request).account_id), context_of(request.scope).address
    # Somebody who has never signed in has no account: then the client's page shows who did it.
    client_id = data.client_id if 0 < data.client_id < 2**31 else None
    await services.audit.record(Entry(Action.UNLOCKED, by, client_id=client_id, address=where, email=normalised(email)))
    return _back(data, email)


async def _known(services: Services, account_id: int) -> Account:
    person = await services.people.by_id(account_id)
    if person is None:
        raise ClientNotFound
    return person


async def _record_end(request: AnyRequest, services: Services, person: Account, what: dict[str, Detail]) -> None:
    by, where = staff(viewer_of(request).account_id), context_of(request.scope).address
    details: dict[str, Detail] = {**what, "why": "staff"}
    await services.audit.record(Entry(Action.SESSION_ENDED, by, person.id, details=details, address=where))


def _back(form: PersonForm, email: str) -> Redirect:
    client_id = form.client_id
    address = f"/staff/clients/{client_id}" if client_id > 0 else f"/staff/people?email={quote(email, safe='@')}"
    return Redirect(address, status_code=303, headers=NO_STORE)

"""To see the portal as a customer does: begin a view, and end it. What is refused meanwhile: web/http/guard.py."""

from typing import Any

from litestar import Response, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from counterfoil.accounts.console.staff_views import LASTS
from counterfoil.accounts.people import Account
from counterfoil.audit.entries import Action, Entry, staff
from counterfoil.errors import ClientNotFound, ValidationFailed
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.http.visits import VIEW_COOKIE, session_of
from counterfoil.web.services import GivenServices, Services
from counterfoil.web.staff.customers import client_id_of, customer
from counterfoil.web.text.catalogue import translatable

SHORTEST_REASON = 5
"""Characters: the customer reads it."""


class ViewForm(Struct):
    email: str = ""
    account_id: int = 0
    reason: str = ""


@post("/staff/clients/{client_id:str}/view", staff=True, same_account=True, in_view=True, include_in_schema=False)
async def begin(
    request: AnyRequest, services: GivenServices, client_id: FromPath[str], data: URLEncodedBody[ViewForm]
) -> Response[Any]:
    number, reason = client_id_of(client_id), data.reason.strip()
    if len(reason) < SHORTEST_REASON:
        missing = ValidationFailed(("reason", translatable("Say why, in words that the customer may read.")))
        return await customer(request, services, number, missing)
    person = await _person(services, data)
    await services.staff_views.require_theirs(person, number)
    # On record before anything is seen.
    await services.audit.record(_entry(request, Action.STAFF_VIEW_BEGAN, person.id or None, number, reason))
    await services.staff_views.begin(session_of(request).key, person, number, reason)
    lasts = int(LASTS.total_seconds())
    return Redirect("/", status_code=303, cookies=[_flag(services, "1", lasts)], headers=NO_STORE)


async def _person(services: Services, form: ViewForm) -> Account:
    known = await services.people.by_id(form.account_id) if form.account_id else None
    if known is None and form.email:
        found, _ = await services.people.by_email(form.email.strip()[:254])
        known = next(iter(found), None)
    if known is None:
        raise ClientNotFound
    return known


@post(
    "/staff/view/end",
    staff=True,
    in_view=True,
    any_account="it ends what this session looks at",
    include_in_schema=False,
)
async def end(request: AnyRequest, services: GivenServices) -> Response[Any]:
    seen = await services.staff_views.end(session_of(request).key)
    address = "/staff"
    if seen is not None:
        account_id, client_id = seen
        await services.audit.record(_entry(request, Action.STAFF_VIEW_ENDED, account_id or None, client_id))
        address = f"/staff/clients/{client_id}"
    return Redirect(address, status_code=303, cookies=[_flag(services, "", 0)], headers=NO_STORE)


def _entry(request: AnyRequest, action: Action, account_id: int | None, client_id: int, reason: str = "") -> Entry:
    by, where = staff(viewer_of(request).account_id), context_of(request.scope).address
    return Entry(action, by, account_id, client_id, address=where, reason=reason)


def _flag(services: Services, value: str, max_age: int) -> Cookie:
    secure = services.settings.is_https
    return Cookie(key=VIEW_COOKIE, value=value, path="/", max_age=max_age, secure=secure, httponly=True, samesite="lax")

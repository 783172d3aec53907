"""Signing in and out and switching between accounts, as pages and plain forms."""

from typing import Any

from litestar import Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from counterfoil.accounts.rights import ALL_PERMISSIONS
from counterfoil.accounts.viewer import ClientAccess
from counterfoil.errors import CounterfoilError, RateLimited, SignInFailed, TwoFactorRequired, Unavailable
from counterfoil.web.http.conditional import FORGET, NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.page_responses import respond_unstored, unstored
from counterfoil.web.services import GivenServices, Services
from counterfoil.web.sign_in.next_address import safe_next
from counterfoil.web.sign_in.sessions import client_names, close_session, open_session, switch_session
from counterfoil.web.views.navigation import rights_in_words
from counterfoil.web.views.shell import shell_with
from counterfoil.web.views.sign_in import ClientChoice, SignInPage, SwitchClient


class SignInForm(Struct):
    email: str = ""
    password: str = ""
    next: str = ""


class SwitchForm(Struct):
    client_id: int
    next: str = ""


@get("/sign-in", public=True, include_in_schema=False)
async def sign_in_page(request: AnyRequest, services: GivenServices) -> Response[Any]:
    next_address = safe_next(request.query_params.get("next", ""))
    if await services.guard.identify(request) is not None:
        return Redirect(next_address, status_code=303, headers=NO_STORE)
    page = SignInPage(
        next=next_address,
        is_signed_out="signed-out" in request.query_params,
        has_expired="expired" in request.query_params,
        billing_url=services.settings.pages_url,
    )
    return unstored(services, page, shell_with(request, None))


@post("/sign-in", public=True, any_account="it begins a session", include_in_schema=False)
async def sign_in(
    request: AnyRequest,
    services: GivenServices,
    data: URLEncodedBody[SignInForm],
) -> Response[Any]:
    next_address = safe_next(data.next)
    try:
        cookie = await open_session(request, services, data.email, data.password)
    except (SignInFailed, TwoFactorRequired, RateLimited, Unavailable) as error:
        return _refused(request, services, data, error)
    return Redirect(next_address, status_code=303, cookies=[cookie], headers=NO_STORE)


def _refused(request: AnyRequest, services: Services, data: SignInForm, error: CounterfoilError) -> Response[Any]:
    """The form again, with what was typed but the password."""
    page = SignInPage(
        next=safe_next(data.next), email=data.email[:254], error=error, billing_url=services.settings.pages_url
    )
    response = unstored(services, page, shell_with(request, None), status=error.status)
    if isinstance(error, RateLimited | Unavailable):
        response.headers["retry-after"] = str(error.retry_after)
    return response


@post("/sign-out", public=True, any_account="whoever it is leaves", include_in_schema=False)
async def sign_out(request: AnyRequest, services: GivenServices) -> Redirect:
    cookie = await close_session(request, services)
    return Redirect("/sign-in?signed-out=1", status_code=303, cookies=[cookie], headers=FORGET)


@get("/switch-account", signed_in=True, include_in_schema=False)
async def switch_page(request: AnyRequest, services: GivenServices) -> Response[Any]:
    viewer = viewer_of(request)
    names = await client_names(services, viewer)
    page = SwitchClient(
        clients=tuple(_choice(each, name) for each, name in zip(viewer.clients, names, strict=True)),
        current=viewer.client_id,
        closed=viewer.closed,
        next=safe_next(request.query_params.get("next", "")),
    )
    return await respond_unstored(request, services, page)


def _choice(access: ClientAccess, name: str) -> ClientChoice:
    has_all = access.permissions >= ALL_PERMISSIONS
    return ClientChoice(access.client_id, name, rights_in_words(access.permissions), has_all_rights=has_all)


@post("/switch-account", signed_in=True, any_account="it names the client", include_in_schema=False)
async def switch(
    request: AnyRequest,
    services: GivenServices,
    data: URLEncodedBody[SwitchForm],
) -> Redirect:
    cookie = await switch_session(request, services, data.client_id)
    return Redirect(safe_next(data.next), status_code=303, cookies=[cookie], headers=NO_STORE)

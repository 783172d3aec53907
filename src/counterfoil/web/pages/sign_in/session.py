"""Signing in and out and switching between accounts, as pages and plain forms."""

from typing import Any

from litestar import Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from counterfoil.accounts.rights import ALL_PERMISSIONS
from counterfoil.accounts.viewer import ClientAccess
from counterfoil.errors import RateLimited, SignInFailed, TwoFactorRequired, Unavailable
from counterfoil.settings.features import Feature
from counterfoil.web.http.conditional import FORGET, NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.http_errors import UnderMaintenance
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.page_responses import respond_unstored, unstored
from counterfoil.web.pages.sign_in.refused import refused, shell_of_sign_in
from counterfoil.web.services import GivenServices
from counterfoil.web.sign_in.language import language_cookie
from counterfoil.web.sign_in.next_address import safe_next
from counterfoil.web.sign_in.sessions import client_names, close_session, open_session, switch_session
from counterfoil.web.sign_in.with_provider import SIGNED_OUT, is_by_another_name, provider_sign_out
from counterfoil.web.text.catalogue import LANGUAGES
from counterfoil.web.views import sign_in as views
from counterfoil.web.views.navigation import rights_in_words
from counterfoil.web.views.sign_in import ClientChoice, SwitchClient


class SignInForm(Struct):
    email: str = ""
    password: str = ""
    next: str = ""


class SwitchForm(Struct):
    client_id: int
    next: str = ""


@get("/sign-in", public=True, include_in_schema=False)
async def sign_in_page(request: AnyRequest, services: GivenServices) -> Response[Any]:
    query = request.query_params
    next_address = safe_next(query.get("next", ""))
    if await services.guard.identify(request) is not None:
        return Redirect(next_address, status_code=303, headers=NO_STORE)
    if is_by_another_name(request, services) and "moved" not in query:
        # Once: a proxy on this machine may name itself to us.
        address, here = f"{services.settings.base_url}/sign-in", {"next": next_address, "moved": "1"}
        return Redirect(address, status_code=303, query_params=here, headers=NO_STORE)
    if words := services.settings.maintenance:
        return refused(request, services, next_address, UnderMaintenance(words))
    is_signed_out = SIGNED_OUT in query or query.get("state") == SIGNED_OUT  # the latter by way of the provider
    page = views.sign_in_page(
        services.settings, next_address, is_signed_out=is_signed_out, has_expired="expired" in query
    )
    chosen = query.get("lang", "")
    if chosen not in LANGUAGES:
        return unstored(services, page, shell_of_sign_in(request, next_address))
    response = unstored(services, page, shell_of_sign_in(request, next_address, language=chosen))
    response.set_cookie(language_cookie(services.settings, chosen))
    return response


@post("/sign-in", public=True, any_account="it begins a session", include_in_schema=False)
async def sign_in(
    request: AnyRequest,
    services: GivenServices,
    data: URLEncodedBody[SignInForm],
) -> Response[Any]:
    next_address = safe_next(data.next)
    try:
        cookie = await open_session(request, services, data.email, data.password)
    except TwoFactorRequired as error:
        page = views.two_factor_page(services.settings, next_address)
        return unstored(services, page, shell_of_sign_in(request, next_address), status=error.status)
    except (SignInFailed, RateLimited, Unavailable) as error:
        return refused(request, services, next_address, error, email=data.email[:254])
    return Redirect(next_address, status_code=303, cookies=[cookie], headers=NO_STORE)


@post("/sign-out", public=True, any_account="whoever it is leaves", include_in_schema=False)
async def sign_out(request: AnyRequest, services: GivenServices) -> Redirect:
    cookie = await close_session(request, services)
    address = await provider_sign_out(services) or f"/sign-in?{SIGNED_OUT}=1"
    return Redirect(address, status_code=303, cookies=[cookie], headers=FORGET)


@get("/switch-account", signed_in=True, include_in_schema=False)
async def switch_page(request: AnyRequest, services: GivenServices) -> Response[Any]:
    viewer = viewer_of(request)
    names = await client_names(services, viewer)
    page = SwitchClient(
        clients=tuple(
            _choice(each, name, services.settings.features) for each, name in zip(viewer.clients, names, strict=True)
        ),
        current=viewer.client_id,
        closed=viewer.closed,
        next=safe_next(request.query_params.get("next", "")),
    )
    return await respond_unstored(request, services, page)


def _choice(access: ClientAccess, name: str, features: frozenset[Feature]) -> ClientChoice:
    has_all = access.permissions >= ALL_PERMISSIONS
    rights = rights_in_words(access.permissions, features)
    return ClientChoice(access.client_id, name, rights, has_all_rights=has_all)


@post("/switch-account", signed_in=True, any_account="it names the client", include_in_schema=False)
async def switch(
    request: AnyRequest,
    services: GivenServices,
    data: URLEncodedBody[SwitchForm],
) -> Redirect:
    cookie = await switch_session(request, services, data.client_id)
    return Redirect(safe_next(data.next), status_code=303, cookies=[cookie], headers=NO_STORE)

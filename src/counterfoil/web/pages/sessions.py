"""Where one is signed in, as a page: end one, or all others."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from counterfoil.audit.entries import Action
from counterfoil.errors import (
    CounterfoilError,
    FreshSignInRequired,
    NotFound,
    RateLimited,
    SignInFailed,
    TwoFactorRequired,
    Unavailable,
)
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.http.visits import session_of
from counterfoil.web.pages.page_responses import respond_unstored
from counterfoil.web.recording import record
from counterfoil.web.services import GivenServices, Services
from counterfoil.web.sign_in.proven_again import has_signed_in_lately, require_sign_in_lately
from counterfoil.web.views.access.sessions import SessionRow, SessionsPage


class EndForm(Struct):
    """`current_password`: asked for when the sign-in is older."""

    current_password: str = ""


_REFUSALS = (FreshSignInRequired, SignInFailed, TwoFactorRequired, RateLimited, Unavailable)


@get("/sessions", signed_in=True, include_in_schema=False)
async def sessions_page(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    return await _page(request, services)


@post("/sessions/{session_id:str}/end", signed_in=True, same_account=True, include_in_schema=False)
async def end_session(
    request: AnyRequest, services: GivenServices, session_id: FromPath[str], data: URLEncodedBody[EndForm]
) -> Response[Any]:
    try:
        await require_sign_in_lately(request, services, data.current_password)
    except _REFUSALS as error:
        return await _page(request, services, error)
    try:
        await services.sessions.close_one(viewer_of(request).account_id, session_id)
    except NotFound:
        return _back()  # it has ended already: a second click, or another tab
    await record(request, services, Action.SESSION_ENDED, {"session": session_id, "why": "by themselves"})
    return _back()


@post("/sessions/end-others", signed_in=True, same_account=True, include_in_schema=False)
async def end_other_sessions(
    request: AnyRequest, services: GivenServices, data: URLEncodedBody[EndForm]
) -> Response[Any]:
    try:
        await require_sign_in_lately(request, services, data.current_password)
    except _REFUSALS as error:
        return await _page(request, services, error)
    ended = await services.sessions.close_all(viewer_of(request).account_id, but=session_of(request))
    await record(request, services, Action.SESSION_ENDED, {"sessions": ended, "why": "by themselves"})
    return _back()


async def _page(request: AnyRequest, services: Services, error: CounterfoilError | None = None) -> Response[bytes]:
    found = await services.sessions.open_sessions(viewer_of(request).account_id, session_of(request))
    asks = not await has_signed_in_lately(request, services)
    page = SessionsPage(
        tuple(map(SessionRow, found)),
        has_ended=error is None and "ended" in request.query_params,
        asks_password=asks and not services.settings.oidc_issuer,
        asks_provider=asks and bool(services.settings.oidc_issuer),
        message=error.detail if error else "",
    )
    return await respond_unstored(request, services, page, status=error.status if error else 200)


def _back() -> Redirect:
    return Redirect("/sessions?ended=1", status_code=303, headers=NO_STORE)

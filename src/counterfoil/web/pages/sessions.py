"""Where one is signed in, as a page: end one, or all others."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from counterfoil.audit.entries import Action
from counterfoil.errors import NotFound
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.http.visits import session_of
from counterfoil.web.pages.page_responses import respond_unstored
from counterfoil.web.recording import record
from counterfoil.web.services import GivenServices
from counterfoil.web.views.access.sessions import SessionRow, SessionsPage


@get("/sessions", signed_in=True, include_in_schema=False)
async def sessions_page(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    found = await services.sessions.open_sessions(viewer_of(request).account_id, session_of(request))
    page = SessionsPage(tuple(map(SessionRow, found)), has_ended="ended" in request.query_params)
    return await respond_unstored(request, services, page)


@post("/sessions/{session_id:str}/end", signed_in=True, same_account=True, include_in_schema=False)
async def end_session(request: AnyRequest, services: GivenServices, session_id: FromPath[str]) -> Response[Any]:
    try:
        await services.sessions.close_one(viewer_of(request).account_id, session_id)
    except NotFound:
        return _back()  # it has ended already: a second click, or another tab
    await record(request, services, Action.SESSION_ENDED, {"session": session_id, "why": "by themselves"})
    return _back()


@post("/sessions/end-others", signed_in=True, same_account=True, include_in_schema=False)
async def end_other_sessions(request: AnyRequest, services: GivenServices) -> Response[Any]:
    ended = await services.sessions.close_all(viewer_of(request).account_id, but=session_of(request))
    await record(request, services, Action.SESSION_ENDED, {"sessions": ended, "why": "by themselves"})
    return _back()


def _back() -> Redirect:
    return Redirect("/sessions?ended=1", status_code=303, headers=NO_STORE)

"""The JSON API for one's own sign-ins. Of cookies only: a token neither sees nor ends sessions."""

from datetime import datetime

from litestar import Response, delete, get
from litestar.params import FromPath
from msgspec import Struct

from counterfoil.audit.entries import Action
from counterfoil.errors import NotFound
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.http.visits import session_of
from counterfoil.web.recording import record
from counterfoil.web.services import GivenServices
from counterfoil.web.text.devices import device_of


class SessionItem(Struct, frozen=True):
    """`device` is empty when the browser did not say; `address` is the network address of the sign-in."""

    id: str
    is_current: bool
    device: str
    address: str
    created_at: datetime
    last_used_at: datetime


class SessionItems(Struct, frozen=True):
    items: list[SessionItem]


@get("/api/v1/sessions", signed_in=True)
async def list_sessions(request: AnyRequest, services: GivenServices) -> Response[SessionItems]:
    """Where you are signed in, the one that was used last first."""
    found = await services.sessions.open_sessions(viewer_of(request).account_id, session_of(request))
    items = [
        SessionItem(
            each.id,
            each.is_this,
            " / ".join(filter(None, device_of(each.user_agent))),
            each.address,
            each.created_at,
            each.last_seen_at,
        )
        for each in found
    ]
    return Response(SessionItems(items), headers=NO_STORE)


@delete(
    "/api/v1/sessions/{session_id:str}",
    signed_in=True,
    any_account="it is the person's own",
    errors=(NotFound,),
    status_code=204,
)
async def end_session(request: AnyRequest, services: GivenServices, session_id: FromPath[str]) -> Response[None]:
    """Ends one, this one too; it is dead in every process when the answer comes."""
    await services.sessions.close_one(viewer_of(request).account_id, session_id)
    await record(request, services, Action.SESSION_ENDED, {"session": session_id, "why": "by themselves"})
    return Response(None, status_code=204, headers=NO_STORE)


@delete("/api/v1/sessions", signed_in=True, any_account="they are the person's own", status_code=204)
async def end_other_sessions(request: AnyRequest, services: GivenServices) -> Response[None]:
    """Ends all but this one."""
    ended = await services.sessions.close_all(viewer_of(request).account_id, but=session_of(request))
    await record(request, services, Action.SESSION_ENDED, {"sessions": ended, "why": "by themselves"})
    return Response(None, status_code=204, headers=NO_STORE)

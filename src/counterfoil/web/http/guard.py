"""The one guard of every route: session, account, active client, that client's permission. Nothing is open by default.

A route says what it takes in its options: `public=True`, `signed_in=True`, `staff=True` (the console's),
`permission="invoices"` (WHMCS's own names), or `any_permission="invoices profile"` for what takes one of several.
tests/shape checks that each route says exactly one of them. With `leads_elsewhere=True` the handler sends who lacks the
permission to a page of theirs. `also_shows="gw"` names a scope of the cache that the response is made from besides the
client's. What an open page asks for by itself, `by_itself=True`, keeps no session alive. `programs="read"` or "pay"
lets a program's token in. A cached response goes by the same `permission` (responses.py).

But for the console's routes staff may look at an account as its people see it (accounts/console/staff_views.py):
nothing that writes is carried out then, nor a GET with `has_effect=True`; in the console only what says `in_view=True`.
"""

from contextlib import suppress
from typing import Any, cast

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from counterfoil.accounts.console.staff_views import StaffViews
from counterfoil.accounts.sessions import Sessions
from counterfoil.accounts.tokens import Tokens
from counterfoil.accounts.viewer import Viewer
from counterfoil.cache import Cache, CacheUnavailable
from counterfoil.errors import AccountClosed, ClientNotFound, NotSignedIn, PermissionDenied, RateLimited
from counterfoil.web.http.begun import require_same_account
from counterfoil.web.http.conditional import wants_fresh
from counterfoil.web.http.http_errors import ReadOnlyView, TokenInvalid, UnderMaintenance, ViewEnded
from counterfoil.web.http.limits import Limits
from counterfoil.web.http.origin_policy import SAFE_METHODS
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.http.tokens.scopes import require_scope
from counterfoil.web.http.visits import is_flagged, name_caller, session_of, visit_of

BY_ITSELF = b"x-counterfoil-by-itself"
"""Sent by our script when an open page reads itself again: nobody did anything, so the session grows older."""

BY_ITSELF_QUERY = b"by-itself=1"
"""The same in the address that a page without a script reads itself again at."""


class Guard:
    def __init__(
        self,
        sessions: Sessions,
        tokens: Tokens,
        staff_views: StaffViews,
        cache: Cache,
        limits: Limits,
        *,
        maintenance: str = "",
    ) -> None:
        """`maintenance`: words for everybody but staff, in the place of every route that is not public."""
        self._sessions = sessions
        self._tokens = tokens
        self._staff_views = staff_views
        self._cache = cache
        self._limits = limits
        self._maintenance = maintenance

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Raises NotSignedIn, ClientNotFound, AccountClosed, PermissionDenied, AccountChanged, UnderMaintenance.

        Leaves the Viewer in the request.
        """
        request = cast("AnyRequest", connection)  # there are no websockets here
        visit = visit_of(request)
        is_token = visit is not None and visit.handle.is_token
        if handler.opt.get("public") and not is_token:
            return
        viewer = await self.identify(request, is_active=not handler.opt.get("by_itself"))
        if self._maintenance and not handler.opt.get("staff") and not (viewer and viewer.is_staff):
            raise UnderMaintenance(self._maintenance)
        if viewer is None:
            raise TokenInvalid if is_token else NotSignedIn
        request.scope["state"]["viewer"] = viewer
        name_caller(request.scope, viewer)
        if handler.opt.get("staff"):
            if not viewer.is_staff:
                raise PermissionDenied("staff")
            if not handler.opt.get("in_view"):
                await self._refuse_in_view(request)
        elif viewer.is_staff and not is_token and is_flagged(context_of(request.scope).headers):
            viewer = await self._look_as_staff(request, viewer, handler)
        if is_token:
            require_scope(viewer, handler)
        if request.scope["method"] not in SAFE_METHODS and not viewer.is_closed:
            await require_same_account(request, viewer, handler)
        await self._require_permission(request, viewer, handler)

    async def _refuse_in_view(self, request: AnyRequest) -> None:
        """Raises ReadOnlyView: whoever looks at an account changes nothing in the console either."""
        if request.scope["method"] in SAFE_METHODS or not is_flagged(context_of(request.scope).headers):
            return
        if await self._staff_views.is_looking(session_of(request).key):
            raise ReadOnlyView

    async def _look_as_staff(self, request: AnyRequest, staff: Viewer, handler: BaseRouteHandler) -> Viewer:
        """What the person sees whose account they look at. Raises ViewEnded; ReadOnlyView for what does something."""
        viewer = await self._staff_views.seen_by(session_of(request).key, staff)
        if viewer is None:
            raise ViewEnded
        request.scope["state"]["viewer"] = viewer
        context_of(request.scope).client_id = viewer.client_id or 0
        if request.scope["method"] not in SAFE_METHODS or handler.opt.get("has_effect"):
            raise ReadOnlyView
        return viewer

    async def _require_permission(self, request: AnyRequest, viewer: Viewer, handler: BaseRouteHandler) -> None:
        permission = handler.opt.get("permission")
        any_of = str(handler.opt.get("any_permission", "")).split()
        if permission is None and not any_of:
            return
        if viewer.client_id is None:
            raise AccountClosed if viewer.is_closed else ClientNotFound
        if permission is None:
            if not any(map(viewer.allows, any_of)):
                raise PermissionDenied(*any_of)
            return
        if not viewer.allows(permission):
            if handler.opt.get("leads_elsewhere"):
                return
            raise PermissionDenied(permission)
        await self._read_afresh_if_asked(request, viewer, handler.opt.get("also_shows"))

    async def identify(self, request: AnyRequest, *, is_active: bool = True) -> Viewer | None:
        """Who is asking, for public pages too. Costs nothing when the cache knew the session."""
        visit = visit_of(request)
        if visit is None:
            return None
        if visit.handle.is_token:
            return visit.viewer or await self._tokens.find(visit.handle)
        return visit.viewer or await self._sessions.find(
            visit.handle, is_active=is_active and not _is_by_itself(request)
        )

    async def _read_afresh_if_asked(self, request: AnyRequest, viewer: Viewer, other: str | None) -> None:
        if viewer.viewing or request.scope["method"] != "GET" or not wants_fresh(context_of(request.scope).headers):
            return
        try:
            await self._limits.hit("refresh", viewer.counted_as)
        except RateLimited:
            # A browser's reload deserves the page; a program deserves to know why it is not fresher.
            if request.scope["path"].startswith("/api/"):
                raise
            return
        # While the cache is away, every read is fresh as it is.
        with suppress(CacheUnavailable):
            await self._cache.clear(*filter(None, (other, viewer.scope)))


def _is_by_itself(request: AnyRequest) -> bool:
    scope = request.scope
    return BY_ITSELF in context_of(scope).headers or BY_ITSELF_QUERY in scope["query_string"].split(b"&")


def viewer_of(request: AnyRequest) -> Viewer:
    """The signed-in person, for handlers of routes that are not public."""
    viewer: Viewer = request.scope["state"]["viewer"]
    return viewer

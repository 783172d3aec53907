"""What one round trip told of who asks, before any route is known. The response cache leaves it for the guard."""

from collections.abc import Mapping
from typing import NamedTuple, cast

from litestar.types import HTTPScope, Scope

from counterfoil.accounts.sessions import Handle
from counterfoil.accounts.viewer import Viewer
from counterfoil.web.http.request_context import AnyRequest, context_of

VIEW_COOKIE = "counterfoil_view"
"""Says that staff look at an account with this browser. Which and for how long is in the database, by their session:
the cookie is a flag, and of whoever is not staff it means nothing.
"""

_FLAG = f"{VIEW_COOKIE}=1".encode()


def is_flagged(headers: Mapping[bytes, bytes]) -> bool:
    cookies = headers.get(b"cookie", b"")
    return _FLAG in cookies and any(each.strip() == _FLAG for each in cookies.split(b";"))


class Visit(NamedTuple):
    """Who it may be, and under which key the response is cached."""

    handle: Handle
    viewer: Viewer | None
    """None: the cache did not know; the database may."""
    cache_key: str
    """Empty for a response that is never cached."""


def visit_of(request: AnyRequest) -> Visit | None:
    """None without a cookie that could be a session's."""
    visit: Visit | None = request.scope.get("state", {}).get("visit")
    return visit


def name_caller(scope: Scope, viewer: Viewer) -> None:
    """For the line of the request, and what else the log has of it."""
    context = context_of(cast("HTTPScope", scope))
    context.account_id, context.client_id = viewer.account_id, viewer.client_id or 0


def session_of(request: AnyRequest) -> Handle:
    """For handlers of routes that are not public: there the guard has made sure that there is one."""
    visit: Visit = request.scope["state"]["visit"]
    return visit.handle

"""What a route lets an access token do: `programs="read"` or "pay" among its options; without it, nothing."""

from litestar.handlers import BaseRouteHandler

from counterfoil.accounts.viewer import Viewer
from counterfoil.errors import PermissionDenied


def require_scope(viewer: Viewer, handler: BaseRouteHandler) -> None:
    """Raises PermissionDenied: signing in, tokens, profiles and orders are for people. "pay" reads, too."""
    wanted = handler.opt.get("programs")
    if wanted is None or wanted not in ("read", viewer.token_scope):
        raise PermissionDenied("token")
    if viewer.client_id is None and not viewer.is_closed:
        raise PermissionDenied("token")  # the person may not see that client any more

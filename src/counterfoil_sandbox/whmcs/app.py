"""The stand-in WHMCS as an ASGI application."""

from litestar import Litestar, Router
from litestar.datastructures import State

from .api import api
from .control import CONTROL
from .installation import Installation
from .options import Options
from .pages import PAGE_HANDLERS
from .pages.rendering import with_control_key


def create_app(options: Options | None = None) -> Litestar:
    """A whole installation of its own; nothing is shared between two of them."""
    installation = Installation(options or Options())
    control = Router("/", route_handlers=CONTROL, guards=[with_control_key])
    return Litestar(
        route_handlers=[api, control, *PAGE_HANDLERS],
        state=State({"installation": installation}, deep_copy=False),
        on_shutdown=[installation.webhooks.close],
        openapi_config=None,
        request_max_body_size=1024 * 1024,
    )


def installation_of(app: Litestar) -> Installation:
    """For a test in the same process that wants to look inside."""
    installation: Installation = app.state.installation
    return installation

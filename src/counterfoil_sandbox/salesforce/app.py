"""The stand-in Salesforce as an ASGI application."""

from litestar import Litestar, Router
from litestar.datastructures import State

from .control import CONTROL, with_control_key
from .descriptions import describe, values_of_record_type
from .installation import Installation
from .options import Options
from .rest import HANDLERS


def create_app(options: Options | None = None) -> Litestar:
    """A whole org of its own; nothing is shared between two of them."""
    control = Router("/", route_handlers=CONTROL, guards=[with_control_key])
    return Litestar(
        route_handlers=[*HANDLERS, describe, values_of_record_type, control],
        state=State({"installation": Installation(options or Options())}, deep_copy=False),
        openapi_config=None,
        request_max_body_size=1024 * 1024,
    )

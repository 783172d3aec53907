"""The composition root: Settings in, the wired portal out. The only place where parts are constructed."""

from litestar import Litestar
from litestar.di import Provide

from counterfoil.settings import Settings, load
from counterfoil.web.routes import HANDLERS
from counterfoil.web.wiring import Parts


def build(settings: Settings) -> Litestar:
    parts = Parts(settings=settings)
    return Litestar(
        route_handlers=HANDLERS,
        dependencies={"parts": Provide(lambda: parts, sync_to_thread=False)},
        openapi_config=None,
    )


def create() -> Litestar:
    """What each of Granian's workers calls."""
    return build(load())

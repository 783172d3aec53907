"""Every route of the portal, in one list. app.build registers exactly these."""

from litestar.types import ControllerRouterHandler

from counterfoil.web import health

HANDLERS: list[ControllerRouterHandler] = [
    health.alive,
]

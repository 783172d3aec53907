"""How a page answers: from the cache until the data behind it is old, or made anew and stored nowhere."""

from typing import Any

from litestar import Response

from counterfoil.accounts.viewer import Viewer
from counterfoil.billing.reading import Reading
from counterfoil.model import Client
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import Services
from counterfoil.web.views.shell import Shell, View, shell_with

HTML = "text/html"


async def respond_page(
    request: AnyRequest,
    services: Services,
    reading: Reading[Any],
    page: View,
    client: Client,
    *,
    also_takes: str = "",
) -> Response[bytes]:
    """`client`: read with the rest. `also_takes`: as for Responses.respond."""
    body = services.renderer.page(page, shell_with(request, viewer_of(request), client))
    return await services.responses.respond(request, reading, body, media_type=HTML, also_takes=also_takes)


async def respond_unstored(
    request: AnyRequest, services: Services, page: View, *, status: int = 200
) -> Response[bytes]:
    """A page of this moment, or one that holds what somebody has typed."""
    shell = await shell_from_cache(request, services, viewer_of(request))
    return unstored(services, page, shell, status=status)


def unstored(services: Services, page: View, shell: Shell, *, status: int = 200) -> Response[bytes]:
    return Response(services.renderer.page(page, shell), status_code=status, media_type=HTML, headers=dict(NO_STORE))


async def shell_from_cache(request: AnyRequest, services: Services, viewer: Viewer, *, language: str = "") -> Shell:
    """For a page that reads no client: with what is known of it right now, without asking WHMCS."""
    client = await services.clients.cached(viewer.client_id) if viewer.client_id else None
    return shell_with(request, viewer, client, language=language)

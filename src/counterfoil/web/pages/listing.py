"""What the lists of records share: their page of the address, JSON with the usual envelope, HTML with the shell."""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec
from litestar import Response
from litestar.params import QueryParameter

from counterfoil.billing.paged import Paged, page_of
from counterfoil.billing.reading import Reading, moment
from counterfoil.model import Client
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.shells import HTML, shell_with
from counterfoil.web.services import Services
from counterfoil.web.views.pages import View

JSON = "application/json"
ROWS = 25

Page: TypeAlias = Annotated[int, QueryParameter(ge=1, le=100_000)]
PageSize: TypeAlias = Annotated[int, QueryParameter(ge=1, le=100)]

Item = TypeVar("Item")


def paged(reading: Reading[tuple[Item, ...]], page: int, page_size: int = ROWS) -> Paged[Item]:
    return page_of(reading.value, page, page_size, moment(reading.as_of))


async def give_json(
    request: AnyRequest, services: Services, reading: Reading[Any], shown: object, permission: str
) -> Response[bytes]:
    body = msgspec.json.encode(shown)
    return await services.responses.respond(request, reading, body, permission=permission, media_type=JSON)


async def give_page(
    request: AnyRequest, services: Services, read: tuple[Reading[Any], Client], view: View, permission: str
) -> Response[bytes]:
    reading, client = read
    body = services.renderer.page(view, shell_with(request, viewer_of(request), client))
    return await services.responses.respond(request, reading, body, permission=permission, media_type=HTML)


async def with_gateways(services: Services, reading: Reading[Any]) -> tuple[Reading[Any], Callable[[str], str]]:
    """Gateways as customers know them; one that was switched off meanwhile keeps WHMCS's short name."""
    gateways = await services.gateways.read()
    names = {gateway.id: gateway.name for gateway in gateways.value}
    oldest = reading._replace(
        as_of=min(reading.as_of, gateways.as_of), expires_at=min(reading.expires_at, gateways.expires_at)
    )
    return oldest, lambda module: names.get(module, module)

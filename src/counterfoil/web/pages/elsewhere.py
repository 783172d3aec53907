"""What the address leads to may belong to another client of the same person: then the page says which, and switches.

To whom it does not belong it stays "not found", whatever it is: work and words are the same.
"""

from typing import Any

from litestar import Response

from counterfoil.accounts.viewer import Viewer
from counterfoil.errors import RateLimited, Unavailable
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.page_responses import respond_unstored
from counterfoil.web.services import Services
from counterfoil.web.views.errors import Elsewhere
from counterfoil.web.views.sign_in import ClientChoice


async def invoice_elsewhere(request: AnyRequest, services: Services, invoice_id: int) -> Response[Any] | None:
    """None when it is none of theirs. Costs a call, hence counted, and only of who has several clients."""
    viewer = viewer_of(request)
    if not (others := _others(viewer, "invoices")):
        return None
    try:
        await services.limits.hit("elsewhere", viewer.counted_as)
        client_id = await services.invoice_owners.among(others, invoice_id)
    except (RateLimited, Unavailable):
        return None
    return await _respond(request, services, client_id)


async def order_elsewhere(request: AnyRequest, services: Services, order_id: str) -> Response[Any] | None:
    """None when it is none of theirs."""
    if not (others := _others(viewer_of(request), "orders")):
        return None
    order = await services.orders.repository.find(id=order_id)
    return await _respond(request, services, order.client_id if order and order.client_id in others else None)


def _others(viewer: Viewer, permission: str) -> frozenset[int]:
    return frozenset(
        each.client_id
        for each in viewer.clients
        if permission in each.permissions and each.client_id != viewer.client_id
    )


async def _respond(request: AnyRequest, services: Services, client_id: int | None) -> Response[Any] | None:
    if client_id is None:
        return None
    try:
        name = await services.clients.name(client_id)
    except Unavailable:
        return None
    page = Elsewhere(client=ClientChoice(client_id, name), next=request.url.path)
    return await respond_unstored(request, services, page, status=404)

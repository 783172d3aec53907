"""Who looked at your account: views of staff, for whom they looked at and for the client's owner."""

from collections.abc import Sequence

from litestar import Response, get

from counterfoil.accounts.rights import ALL_PERMISSIONS
from counterfoil.audit.entries import Action, RecordedEntry
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.page_responses import respond_unstored
from counterfoil.web.services import GivenServices
from counterfoil.web.views.staff.customers import LookedAtPage, looked_at

MOST = 100


@get("/looked-at", signed_in=True, include_in_schema=False)
async def looked_at_page(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    viewer, began = viewer_of(request), [Action.STAFF_VIEW_BEGAN]
    own = (
        await services.audit.find(account_id=viewer.account_id, actions=began, limit=MOST) if viewer.account_id else ()
    )
    of_client: Sequence[RecordedEntry] = ()
    if viewer.client_id is not None and viewer.permissions >= ALL_PERMISSIONS:
        of_client = await services.audit.find(client_id=viewer.client_id, actions=began, limit=MOST)
    entries = {each.number: each for each in (*own, *of_client)}
    newest = sorted(entries.values(), key=lambda each: -each.number)[:MOST]
    return await respond_unstored(request, services, LookedAtPage(looked_at(newest)))

"""The button Refresh of every page: read again what it shows, then show it."""

from contextlib import suppress

from litestar import post
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from counterfoil.cache import CacheUnavailable
from counterfoil.cache.scopes import SHARED_SCOPE
from counterfoil.errors import RateLimited
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices
from counterfoil.web.sign_in.next_address import safe_next
from counterfoil.web.views.navigation import HOME, PAYMENT_METHODS


class RefreshForm(Struct):
    next: str = ""


DATA = "invoices products orders quotes profile contacts"
"""What somebody must be able to read one of, to have it read again: that makes the client's page slow for others."""


@post("/refresh", any_permission=DATA, same_account=True, include_in_schema=False)
async def refresh(request: AnyRequest, services: GivenServices, data: URLEncodedBody[RefreshForm]) -> Redirect:
    viewer = viewer_of(request)
    # Over the limit, or with the cache away, people get the page as it is: it says its age.
    with suppress(RateLimited, CacheUnavailable):
        await services.limits.hit("refresh", viewer.counted_as)
        others = [SHARED_SCOPE] if data.next in {HOME.href, PAYMENT_METHODS.href} else []
        await services.cache.clear(*others, viewer.scope)
    return Redirect(safe_next(data.next), status_code=303, headers=NO_STORE)

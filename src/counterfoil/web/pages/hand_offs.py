"""The way to WHMCS, whatever it is for. What is checked before: billing/hand_offs/."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Response
from litestar.response import Redirect

from counterfoil.billing.hand_offs.links import HandOff
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.page_responses import respond_unstored
from counterfoil.web.recording import record_hand_off
from counterfoil.web.services import Services
from counterfoil.web.views.hand_offs import SsoRefused

Ask = Callable[[], Awaitable[HandOff]]
"""For the link."""


async def hand_over(request: AnyRequest, services: Services, ask: Ask, *, back_href: str) -> Response[Any]:
    """For what is no payment. `back_href`: the page that it was asked for on."""
    await services.limits.hit("sso_link", viewer_of(request).counted_as)
    return await redirect_to_whmcs(request, services, await ask(), back_href)


async def redirect_to_whmcs(
    request: AnyRequest, services: Services, hand_off: HandOff, back_href: str
) -> Response[Any]:
    await record_hand_off(request, services, hand_off)
    if hand_off.signed_in:
        # The link is a full sign-in: no cache may keep it, and WHMCS need not learn which page it came from.
        headers = {**NO_STORE, "referrer-policy": "no-referrer"}
        return Redirect(hand_off.url, status_code=303, headers=headers)
    return await respond_unstored(request, services, SsoRefused(billing_url=hand_off.url, back_href=back_href))

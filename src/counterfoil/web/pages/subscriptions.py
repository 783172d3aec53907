"""Subscriptions as a page, and the way to WHMCS, where they are changed and cancelled. Rules live in
billing/subscriptions.py.
"""

from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from msgspec.structs import replace

from counterfoil.settings.features import Feature
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.parameters import Page, paged, record_id_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.pages.gateway_names import with_gateways
from counterfoil.web.pages.hand_offs import hand_over
from counterfoil.web.pages.page_responses import respond_page
from counterfoil.web.services import GivenServices
from counterfoil.web.views.navigation import SUBSCRIPTIONS
from counterfoil.web.views.subscriptions import SubscriptionsPage

_CHANGES = "orders"
"""WHMCS's permission "Place New Orders/Upgrades/Cancellations"."""


@get("/subscriptions", permission="products", feature=Feature.SUBSCRIPTIONS, include_in_schema=False)
async def subscriptions_page(request: AnyRequest, services: GivenServices, page: Page = 1) -> Response[bytes]:
    viewer = viewer_of(request)
    reading, client = await services.subscriptions.read(viewer.client)
    reading, name_of = await with_gateways(services, reading)
    shown = paged(reading, page)
    today = services.calendar.today()
    coming = (item.renews_on for item in reading.value if item.renews_on and item.renews_on >= today)
    view = SubscriptionsPage(
        subscriptions=replace(shown, items=tuple(replace(item, gateway=name_of(item.gateway)) for item in shown.items)),
        current_count=sum(item.is_current for item in reading.value),
        next_renewal=min(coming, default=None),
        today=today,
        may_change=viewer.allows(_CHANGES),
    )
    also_takes = _CHANGES if view.may_change else ""
    return await respond_page(request, services, reading, view, client, also_takes=also_takes)


@post(
    "/subscriptions/{subscription_id:str}/cancel",
    permission=f"products {_CHANGES}",
    feature=Feature.SUBSCRIPTIONS,
    same_account=True,
    after_sign_in=SUBSCRIPTIONS.href,
    include_in_schema=False,
)
async def cancel(request: AnyRequest, services: GivenServices, subscription_id: FromPath[str]) -> Response[Any]:
    viewer, number = viewer_of(request), record_id_of(subscription_id)
    ask = partial(services.self_service.cancel_subscription, viewer.client, viewer.user_id, number)
    return await hand_over(request, services, ask, back_href=SUBSCRIPTIONS.href)


@post(
    "/subscriptions/{subscription_id:str}/change",
    permission=f"products {_CHANGES}",
    feature=Feature.SUBSCRIPTIONS,
    same_account=True,
    after_sign_in=SUBSCRIPTIONS.href,
    include_in_schema=False,
)
async def change(request: AnyRequest, services: GivenServices, subscription_id: FromPath[str]) -> Response[Any]:
    viewer, number = viewer_of(request), record_id_of(subscription_id)
    ask = partial(services.self_service.change_subscription, viewer.client, viewer.user_id, number)
    return await hand_over(request, services, ask, back_href=SUBSCRIPTIONS.href)

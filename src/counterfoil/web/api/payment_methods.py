"""The JSON API for saved payment methods and for gateways. Rules live in billing/payment_methods.py.

The permission is WHMCS's `invoices` ("View & Pay Invoices"): it has none for payment methods alone, and theirs is what
invoices are paid with. https://docs.whmcs.com/clients/users-and-client-accounts/
"""

from datetime import datetime

from litestar import Response, get, post
from msgspec import Struct

from counterfoil.billing.payment_methods import PaymentMethodList
from counterfoil.billing.reading import Reading, moment
from counterfoil.cache.scopes import SHARED_SCOPE
from counterfoil.model import Gateway
from counterfoil.web.api.description.answers import answers
from counterfoil.web.api.hand_offs import PaymentLink, link_to
from counterfoil.web.api.json_responses import respond_json
from counterfoil.web.http.guard import viewer_of
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices


class GatewayList(Struct, frozen=True):
    items: tuple[Gateway, ...]
    as_of: datetime


@get("/api/v1/payment-methods", permission="invoices", programs="read", responses=answers(PaymentMethodList))
async def list_payment_methods(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    """Saved cards and bank accounts, as WHMCS lists them. `expires_on` is the last day on which one is valid.
    `is_default` is always null: WHMCS does not tell which one it would charge.
    """
    viewer = viewer_of(request)
    reading: Reading[PaymentMethodList] = await services.payment_methods.page(viewer.client, viewer.account_id)
    return await respond_json(request, services, reading, reading.value)


@post("/api/v1/payment-methods/link", permission="invoices", status_code=200)
async def manage_link(request: AnyRequest, services: GivenServices) -> Response[PaymentLink]:
    """A one-time link to WHMCS's page for adding, removing and choosing them."""
    viewer = viewer_of(request)
    await services.limits.hit("sso_link", viewer.counted_as)
    return await link_to(
        request, services, await services.hand_offs.manage_payment_methods(viewer.client, viewer.user_id)
    )


@get(
    "/api/v1/payment-gateways",
    permission="invoices",
    programs="read",
    also_shows=SHARED_SCOPE,
    responses=answers(GatewayList),
)
async def list_gateways(request: AnyRequest, services: GivenServices) -> Response[bytes]:
    """The ways of paying that are switched on. The same for every customer."""
    reading = await services.gateways.read()
    shown = GatewayList(reading.value, moment(reading.as_of))
    # It belongs to no client, so it is cached in no client's scope.
    return await respond_json(request, services, reading._replace(nonce=""), shown)

"""The JSON API's links into WHMCS, whatever they are for. What is checked before: billing/hand_offs/."""

from datetime import UTC, datetime, timedelta

from litestar import Response
from msgspec import Struct

from counterfoil.billing.hand_offs.links import TOKEN_LIFETIME, HandOff
from counterfoil.web.api.json_responses import JSON
from counterfoil.web.http.conditional import NO_STORE
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.recording import record_hand_off
from counterfoil.web.services import Services


class PaymentLink(Struct, frozen=True):
    """`expires_at` is None when WHMCS gives this account no one-time link: the customer signs in over there."""

    url: str
    expires_at: datetime | None
    signed_in: bool


async def link_to(request: AnyRequest, services: Services, hand_off: HandOff) -> Response[PaymentLink]:
    await record_hand_off(request, services, hand_off)
    expires_at = datetime.now(UTC) + timedelta(seconds=TOKEN_LIFETIME) if hand_off.signed_in else None
    return Response(PaymentLink(hand_off.url, expires_at, hand_off.signed_in), headers=dict(NO_STORE), media_type=JSON)

"""Where Salesforce says that an order was approved or taken back: only where to look, for it is read again."""

import time

import structlog
from litestar import post

from counterfoil import signing
from counterfoil.changes import receipts
from counterfoil.errors import CrmUnavailable, NotFound
from counterfoil.salesforce import webhooks
from counterfoil.salesforce.failures import CrmRefused
from counterfoil.salesforce.webhooks import Nudge
from counterfoil.web.http.http_errors import BadRequest, BadSignature
from counterfoil.web.http.request_context import AnyRequest, context_of
from counterfoil.web.services import GivenParts, Parts

_log = structlog.get_logger(__name__)


@post("/webhooks/salesforce", public=True, status_code=204, include_in_schema=False)
async def from_salesforce(request: AnyRequest, parts: GivenParts) -> None:
    """204 when what the order says over there holds here. Otherwise 503, and the next poll does it."""
    if not parts.settings.salesforce_webhook_secret or parts.orders.approvals is None:
        raise NotFound
    nudge = await _verified(request, parts)
    try:
        await parts.orders.approvals.nudge(nudge.order_id, is_cancelled=nudge.type == "order.cancelled")
    except CrmRefused as refusal:
        _log.error("Salesforce refuses to tell of an order", reason=refusal.reason, hint=refusal.hint)
        raise CrmUnavailable(refusal.reason) from None
    await receipts.record(parts.engine, receipts.Received(nudge.id, nudge.type, None, f"looked at {nudge.order_id}"))
    _log.info("webhook from Salesforce", type=nudge.type, webhook_id=nudge.id)


async def _verified(request: AnyRequest, parts: Parts) -> Nudge:
    body = await request.body()
    try:
        return webhooks.verify(parts.settings.salesforce_webhook_secret, request.headers, body, time.time())
    except signing.BadSignature as error:
        await parts.limits.hit("bad_webhook", context_of(request.scope).address)
        _log.warning("webhook refused", reason=str(error))
        raise BadSignature from None
    except signing.BadBody as error:
        _log.warning("webhook not understood", reason=str(error))
        raise BadRequest from None

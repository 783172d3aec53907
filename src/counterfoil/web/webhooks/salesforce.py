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
from counterfoil.web.services import GivenServices, Services

_log = structlog.get_logger(__name__)


@post("/webhooks/salesforce", public=True, status_code=204, include_in_schema=False)
async def from_salesforce(request: AnyRequest, services: GivenServices) -> None:
    """204 when what the order says over there holds here. Otherwise 503, and the next poll does it."""
    if not services.settings.salesforce_webhook_secret or services.orders.approvals is None:
        raise NotFound
    nudge = await _verified(request, services)
    try:
        await services.orders.approvals.nudge(nudge.order_id, is_cancelled=nudge.type == "order.cancelled")
    except CrmRefused as refusal:
        _log.error("Salesforce refuses to tell of an order", reason=refusal.reason, hint=refusal.hint)
        raise CrmUnavailable(refusal.reason) from None
    await receipts.record(services.engine, receipts.Receipt(nudge.id, nudge.type, None, f"looked at {nudge.order_id}"))
    _log.info("webhook from Salesforce", type=nudge.type, webhook_id=nudge.id)


async def _verified(request: AnyRequest, services: Services) -> Nudge:
    body = await request.body()
    try:
        return webhooks.verify(services.settings.salesforce_webhook_secret, request.headers, body, time.time())
    except signing.BadSignature as error:
        await services.limits.hit("bad_webhook", context_of(request.scope).address)
        _log.warning("webhook refused", reason=str(error))
        raise BadSignature from None
    except signing.BadBody as error:
        _log.warning("webhook not understood", reason=str(error))
        raise BadRequest from None

"""Where Salesforce says that an order was approved or taken back: only where to look, for it is read again."""

import structlog
from litestar import post

from counterfoil.changes import receipts
from counterfoil.errors import CrmUnavailable, NotFound
from counterfoil.salesforce.failures import CrmRefused
from counterfoil.salesforce.webhooks import read_nudge
from counterfoil.web.http.request_context import AnyRequest
from counterfoil.web.services import GivenServices
from counterfoil.web.webhooks.verification import verified

_log = structlog.get_logger(__name__)


@post("/webhooks/salesforce", public=True, status_code=204, include_in_schema=False)
async def from_salesforce(request: AnyRequest, services: GivenServices) -> None:
    """204 when what the order says over there holds here. Otherwise 503, and the next poll does it."""
    if services.orders.approvals is None:
        raise NotFound
    nudge = await verified(request, services.limits, services.settings.salesforce_webhook_secret, read_nudge)
    try:
        await services.orders.approvals.nudge(nudge.order_id, is_cancelled=nudge.type == "order.cancelled")
    except CrmRefused as refusal:
        _log.error("Salesforce refuses to tell of an order", reason=refusal.reason, hint=refusal.hint)
        raise CrmUnavailable(refusal.reason) from None
    await receipts.record(services.engine, receipts.Receipt(nudge.id, nudge.type, None, f"looked at {nudge.order_id}"))
    services.tally.webhook_applied("salesforce")
    _log.info("webhook from Salesforce", type=nudge.type, webhook_id=nudge.id)

"""Services as WHMCS sends them -> model.

Fields are picked one by one: a service's `password`, `username`, server and addresses get no further than this module.
"""

import re
from zoneinfo import ZoneInfo

import structlog

from counterfoil.model import BillingCycle, Subscription, SubscriptionStatus
from counterfoil.whmcs.wire.values import (
    Row,
    Untrustworthy,
    amount,
    day,
    each,
    identifier,
    optional_identifier,
    rows,
    text,
)

_log = structlog.get_logger(__name__)

_STATUSES = {status.value: status for status in SubscriptionStatus}
_CYCLES = {cycle.value: cycle for cycle in BillingCycle} | {"freeaccount": BillingCycle.FREE}


def subscriptions(answer: Row, client_id: int, zone: ZoneInfo) -> tuple[Subscription, ...]:
    read = each(rows(answer, "products", "product"), lambda row: _subscription(row, zone))
    if any(subscription.client_id != client_id for subscription in read):
        raise Untrustworthy("services of another client")
    return read


def _subscription(row: Row, zone: ZoneInfo) -> Subscription:
    service_id, cycle = identifier(row, "id"), _cycle(row)
    return Subscription(
        id=service_id,
        client_id=identifier(row, "clientid", "userid"),
        name=text(row, "name"),
        group=text(row, "groupname"),
        domain=text(row, "domain"),
        # Versions before 8.12 do not say; several were several services then.
        quantity=optional_identifier(row, "qty") or 1,
        status=_status(row, service_id),
        billing_cycle=cycle,
        # What is paid once has no recurring amount.
        amount=amount(row, "firstpaymentamount" if cycle is BillingCycle.ONE_TIME else "recurringamount"),
        next_due_on=day(row, "nextduedate", zone),
        started_on=day(row, "regdate", zone),
        gateway=text(row, "paymentmethod"),
    )


def _cycle(row: Row) -> BillingCycle:
    written = re.sub(r"[^a-z]", "", text(row, "billingcycle").lower())
    if written not in _CYCLES:
        raise Untrustworthy("billingcycle is none of WHMCS's")
    return _CYCLES[written]


def _status(row: Row, service_id: int) -> SubscriptionStatus:
    status = text(row, "status").lower()
    if not status:
        raise Untrustworthy("status is missing")
    if status not in _STATUSES:
        # A module's own. Hiding the service would make the list untrue; as pending it claims the least.
        _log.warning("WHMCS has a service in an unknown status, shown as pending", service_id=service_id)
    return _STATUSES.get(status, SubscriptionStatus.PENDING)

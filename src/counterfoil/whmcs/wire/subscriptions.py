"""Services as WHMCS sends them -> model.

Fields are picked one by one: a service's `password`, `username`, server and addresses get no further than this module.
"""

import re
from zoneinfo import ZoneInfo

import structlog

from counterfoil.model import BillingCycle, Subscription, SubscriptionStatus
from counterfoil.whmcs.wire.unread import Unread, UnreadRow
from counterfoil.whmcs.wire.values import (
    Row,
    Untrustworthy,
    amount,
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
    unread = Unread("service")
    read = each(rows(answer, "products", "product"), lambda row: _subscription(row, unread, zone))
    if any(subscription.client_id != client_id for subscription in read):
        raise Untrustworthy("services of another client")
    unread.warn()
    return read


def _subscription(row: Row, unread: Unread, zone: ZoneInfo) -> Subscription:
    service_id = identifier(row, "id")
    known = unread.row(row, service_id, zone)
    cycle = known.get("billing_cycle", "billingcycle", _cycle)
    # What is paid once has no recurring amount.
    priced = "firstpaymentamount" if cycle is BillingCycle.ONE_TIME else "recurringamount"
    return Subscription(
        id=service_id,
        client_id=identifier(row, "clientid", "userid"),
        name=known.text("name", "name"),
        group=known.text("group", "groupname"),
        domain=known.text("domain", "domain"),
        # Versions before 8.12 do not say; several were several services then.
        quantity=known.get("quantity", "qty", lambda row, key: optional_identifier(row, key) or 1) or 1,
        status=known.get("status", "status", lambda row, _: _status(row, known, service_id)),
        billing_cycle=cycle,
        amount=known.get("amount", priced, amount),
        next_due_on=known.day("next_due_on", "nextduedate"),
        started_on=known.day("started_on", "regdate"),
        gateway=known.text("gateway", "paymentmethod"),
        unreadable=known.names,
    )


def _cycle(row: Row, key: str) -> BillingCycle:
    written = re.sub(r"[^a-z]", "", text(row, key).lower())
    if written not in _CYCLES:
        raise Untrustworthy(f"{key} is none of WHMCS's")
    return _CYCLES[written]


def _status(row: Row, known: UnreadRow, service_id: int) -> SubscriptionStatus:
    status = text(row, "status").lower()
    if not status:
        raise Untrustworthy("status is missing")
    if status not in _STATUSES:
        # A module's own. Hiding the service would make the list untrue; as pending it claims the least.
        known.lack("status")
        _log.warning("WHMCS has a service in an unknown status, shown as pending", service_id=service_id)
    return _STATUSES.get(status, SubscriptionStatus.PENDING)

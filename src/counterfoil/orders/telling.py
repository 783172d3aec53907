"""Telling Salesforce how an order stands, until it has heard. What is told: crm.py; when an order is due: worker.py."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from counterfoil.orders.attempts import ApprovalAttempts
from counterfoil.orders.crm import Crm, due_to_tell
from counterfoil.orders.failures import Later
from counterfoil.orders.order import Order, Status
from counterfoil.salesforce.failures import KINDS, CrmNotVisible, CrmRefused

_log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
"""Between two tries to tell an end that Salesforce refused to hear; doubled each time."""

GIVE_UP = timedelta(days=14)
"""After so long only a person's approval over there, or Retry, makes the portal try again."""


class Claim(Protocol):
    order: Order

    async def write(self, note: str, **changes: Any) -> None: ...


class Telling:
    def __init__(self, crm: Crm, attempts: ApprovalAttempts, now: Callable[[], datetime]) -> None:
        self._crm = crm
        self._attempts = attempts
        self._now = now

    async def tell(self, claim: Claim) -> None:
        """Nothing, if Salesforce knows it already. An order that is under way does not go on before it was heard:
        telling is how it is claimed over there. How an order ended is a fact, which is told again until it is heard.

        Raises Later, CrmUnavailable; CrmRefused only for an order that is under way.
        """
        news = due_to_tell(claim.order)
        if not news or news == claim.order.told:
            return
        try:
            await self._crm.tell(claim.order)
        except (CrmRefused, CrmNotVisible) as refusal:
            if claim.order.status is Status.FULFILLING:
                raise
            await self._not_heard(claim, refusal, news)
            return
        fresh: dict[str, Any] = {"telling_tries": 0, "telling_since": None, "telling_reason": None}
        await claim.write(f"told Salesforce: {news}", told=news, tries=0, struggling_since=None, **fresh)
        await self._attempts.forget(claim.order.salesforce_id or "")

    async def _not_heard(self, claim: Claim, refusal: CrmRefused | CrmNotVisible, news: str) -> None:
        order, now = claim.order, self._now()
        reason = refusal.reason if isinstance(refusal, CrmRefused) else "NOT_VISIBLE"
        since = order.telling_since or now
        _log.error(
            "Salesforce does not take how an order ended",
            order_id=order.id,
            reason=reason,
            hint=refusal.hint if isinstance(refusal, CrmRefused) else KINDS[reason].hint,
        )
        note = f"Salesforce does not take it: {reason}"
        told: dict[str, Any] = {"telling_reason": reason, "telling_since": since}
        if reason == "ENTITY_IS_DELETED" or now - since >= GIVE_UP:
            await claim.write(note, told=news, **told)
            return
        await claim.write(note, telling_tries=order.telling_tries + 1, **told)
        pause = min(FIRST_PAUSE * 2 ** min(order.telling_tries, 16), LONGEST_PAUSE)
        raise Later(pause.total_seconds(), "Salesforce is told again later")

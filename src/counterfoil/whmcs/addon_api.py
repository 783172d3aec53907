"""The actions of our own addon in WHMCS, where it is installed: never required, always asked for with a way around.

They go through WHMCS's ordinary API, hence through its credentials, addresses and roles. PHP side: whmcs-addon/.
"""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from counterfoil.errors import BillingUnavailable
from counterfoil.model import Invoice
from counterfoil.whmcs.client import WhmcsClient, WhmcsRefused
from counterfoil.whmcs.failures import NOT_OFFERED
from counterfoil.whmcs.interpreting import interpreting, read_apart, real_id
from counterfoil.whmcs.orders_api import Line, order_params, raise_if_not_placed, refused_order
from counterfoil.whmcs.results import ChangeReport, Placed
from counterfoil.whmcs.wire import addon, orders

ABSENCE = 600.0
"""Seconds for which an action that WHMCS does not know, or does not allow us, is not asked for again."""

RELAPSE = 60.0
"""The same after any other refusal of it, such as tables that are missing."""

CHANGES, INVOICES, ORDER = "CounterfoilChanges", "CounterfoilInvoices", "CounterfoilOrder"

MOST_INVOICES = 50


class NotOffered(Exception):
    """There is no such action here, or not for us: do it the ordinary way."""


class InProgress(Exception):
    """Another call with the same key is placing the order now: ask again later."""


class WhmcsAddon:
    """Offers nothing before `is_introduced`: a WHMCS without the addon is never asked for what it does not know."""

    def __init__(self, client: WhmcsClient, *, timezone: ZoneInfo, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._zone, self._clock = client, timezone, clock
        self._not_before: dict[str, float] = {}
        self.is_introduced = False

    def offers(self, action: str) -> bool:
        """As far as is known."""
        return self.is_introduced and self._clock() >= self._not_before.get(action, 0.0)

    async def changes(self, series: str = "", after: int | None = None) -> ChangeReport:
        """What has a number above `after`, up to 1,000; it tells the addon that all up to there is applied. Without it,
        only how things stand. Raises NotOffered.
        """
        params: dict[str, str | int] = {} if after is None else {"series": series, "after": after}
        with interpreting(CHANGES):
            return await read_apart(await self._call(CHANGES, params), lambda whole: addon.report(whole, after or 0))

    async def invoices(self, client_id: int, ids: Sequence[int]) -> dict[int, Invoice]:
        """Those of this client among them, as GetInvoice answers each. Raises NotOffered."""
        params: dict[str, str | int] = {"clientid": real_id(client_id), "invoiceids": ",".join(map(str, ids))}
        with interpreting(INVOICES):
            answer = await self._call(INVOICES, params)
            return await read_apart(answer, lambda whole: addon.invoices(whole, client_id, ids, self._zone))

    async def add_order(self, client_id: int, gateway: str, lines: Sequence[Line], tag: str) -> Placed:
        """Places an order once, however often the same is asked for with the same tag.

        Raises NotOffered, InProgress, NotPlaced, OrderRefused. After BillingUnavailable it may be placed all the same.
        """
        params = order_params(client_id, gateway, lines, tag)
        with interpreting(ORDER):
            try:
                return orders.placed(
                    await self._call(ORDER, {"idempotencykey": _key(tag, params), **params}, write=True)
                )
            except WhmcsRefused as refusal:
                if refusal.says("An order with this key is being placed"):
                    raise InProgress from None
                if refusal.says("Counterfoil", "It is not known"):
                    # Whether anything was placed is for the caller to find out; the addon is not asked again at once.
                    self._absent(ORDER, RELAPSE)
                    raise
                raise refused_order(refusal) from None
            except BillingUnavailable as error:
                raise_if_not_placed(error)
                raise

    async def _call(self, action: str, params: dict[str, str | int], *, write: bool = False) -> dict[str, Any]:
        if not self.offers(action):
            raise NotOffered
        try:
            return await self._client.call(action, params, write=write)
        except WhmcsRefused:
            if write:
                raise
            self._absent(action, RELAPSE)
            raise NotOffered from None
        except BillingUnavailable as error:
            if error.args[1] in NOT_OFFERED:
                self._absent(action, ABSENCE)
                raise NotOffered from None
            raise

    def _absent(self, action: str, seconds: float) -> None:
        self._not_before[action] = self._clock() + seconds


def _key(tag: str, params: dict[str, str | int]) -> str:
    """Of this order with this content: what is ordered after a change, the first being refused, is another one."""
    content = json.dumps([tag, params], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:40]

"""What Salesforce is told of an order, and asked about one. Optional as a whole: without it nothing here is used."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from counterfoil.errors import StopCode
from counterfoil.orders.failures import Stop
from counterfoil.orders.repository import Item, Order, Status
from counterfoil.salesforce.api import CrmOrder, NewItem, SalesforceApi

_ACTIVATION = {
    Status.FULFILLING: "Activating",
    Status.ACTIVE: "Activated",
    Status.FAILED: "Failed",
}
"""What the order's state is called in Activation_Status__c. Before approval it is Salesforce's own to say."""


def due_to_tell(order: Order) -> str:
    """What Salesforce should know of the order by now, in one line; empty when there is nothing to tell."""
    if order.salesforce_id is None or order.status not in _ACTIVATION:
        return ""
    return f"{order.status} {order.attempt} {order.error_code or ''}".strip()


class Crm:
    def __init__(self, api: SalesforceApi, now: Callable[[], datetime]) -> None:
        self._api = api
        self._now = now

    async def tell(self, order: Order) -> None:
        """Status, attempt, error and WHMCS's numbers. Raises CrmUnavailable, CrmRefused."""
        salesforce_id = order.salesforce_id or ""
        is_active = order.status is Status.ACTIVE
        await self._api.update_order(
            salesforce_id,
            activation_status=_ACTIVATION[order.status],
            error_code=order.error_code or "",
            error_message=order.error_code.words if order.error_code else "",
            attempt=order.attempt,
            last_attempt_at=self._now(),
            whmcs_order_id=str(order.whmcs_order_id) if is_active else None,
            whmcs_invoice_id=str(order.whmcs_invoice_id or "") if is_active else None,
        )
        if is_active:
            await self._api.tell_services(_services(order))

    async def register(self, order: Order) -> tuple[str, tuple[Item, ...]]:
        """The order's id over there, made now or by an earlier try, and its lines with theirs.

        Raises Stop, CrmUnavailable, CrmRefused. Stop carries the id when the order exists over there.
        """
        found = await self._api.find_order(order.id)
        if found is None:
            found = await self._create(order)
        known = await self._api.read_order(found)
        if known is None:
            raise Stop(StopCode.ORDER_CHANGED)
        if not known.items:
            await self._api.add_items(found, await self._lines(order, found))
            known = await self._api.read_order(found) or known
        return found, _joined(order.items, known)

    async def _create(self, order: Order) -> str:
        if order.client_id is None or (account := await self._api.find_account(order.client_id)) is None:
            raise Stop(StopCode.CLIENT_NOT_MAPPED)
        return await self._api.upsert_order(order.id, account_id=account, on=order.created_at.date())

    async def _lines(self, order: Order, salesforce_id: str) -> list[NewItem]:
        entries = await self._api.price_entries([item.product_id for item in order.items if item.product_id])
        lines = []
        for item in order.items:
            fitting = [
                entry
                for entry in entries
                if (entry.product_id, entry.billing_cycle) == (item.product_id, item.billing_cycle)
            ]
            if not fitting:
                raise Stop(StopCode.PRODUCT_NOT_MAPPED, salesforce_id=salesforce_id)
            price = item.price.amount if item.price else fitting[0].unit_price
            lines.append(NewItem(fitting[0].id, fitting[0].price_book_id, item.quantity, price))
        return lines

    async def unchanged(self, order: Order) -> bool:
        """Whether it still is what was approved: same lines, same customer, and nobody has taken it back."""
        known = await self._api.read_order(order.salesforce_id or "")
        if known is None or known.activation_status != "Activating" or known.is_cancelled:
            return False
        return known.client_id == order.client_id and _content(items_of(known)) == _content(order.items)

    async def read(self, salesforce_id: str) -> CrmOrder | None:
        """None when it was deleted."""
        return await self._api.read_order(salesforce_id)

    async def requested(self) -> list[str]:
        """The ids of approved orders that nobody has begun with, the one that waits longest first."""
        return await self._api.requested()

    async def cancelled(self, salesforce_ids: list[str]) -> list[str]:
        """Which of these were cancelled or deleted."""
        alive = await self._api.not_cancelled(salesforce_ids)
        return [each for each in salesforce_ids if each not in alive]


def items_of(known: CrmOrder) -> tuple[Item, ...]:
    return tuple(
        Item(line.product_id, line.billing_cycle, line.quantity, line.name, crm_id=line.id) for line in known.items
    )


def _content(items: tuple[Item, ...]) -> list[tuple[int, str, int]]:
    return sorted((item.product_id or 0, item.billing_cycle, item.quantity) for item in items)


def _joined(items: tuple[Item, ...], known: CrmOrder) -> tuple[Item, ...]:
    """Ours, each with the id of its line over there."""
    free = list(items_of(known))
    joined = []
    for item in items:
        twin = next((each for each in free if _content((each,)) == _content((item,))), None)
        if twin is not None:
            free.remove(twin)
        joined.append(msgspec.structs.replace(item, crm_id=twin.crm_id if twin else ""))
    return tuple(joined)


def _services(order: Order) -> dict[str, int]:
    """Line over there -> the first of its services; AddOrder names them in the order of the lines."""
    pairs, services = {}, list(order.whmcs_service_ids)
    for item in order.items:
        if item.crm_id and services:
            pairs[item.crm_id] = services[0]
        # One that does not fit into one service made several.
        del services[: 1 if len(order.whmcs_service_ids) == len(order.items) else item.quantity]
    return pairs

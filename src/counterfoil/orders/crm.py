"""What Salesforce is told of an order, and asked about one. Optional as a whole: without it nothing here is used."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from counterfoil.orders.failures import Stop
from counterfoil.orders.order import Item, Order, Status
from counterfoil.salesforce.api import CrmOrder, NewItem, PriceEntry, Requested, SalesforceApi
from counterfoil.salesforce.failures import CrmRefused
from counterfoil.stop_codes import StopCode

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

        Raises Stop, CrmUnavailable, CrmRefused; NoAccountSeen and NoPricesSeen for what is not shown to us. Stop and
        CrmRefused carry the id when the order exists over there.
        """
        known = await self._api.read.order_of(order.id)
        if known is None:
            known = await self._api.read.order(await self._create(order))
        if known is None:
            raise Stop(StopCode.ORDER_CHANGED)
        try:
            return known.id, await self._completed(order, known)
        except CrmRefused as refusal:
            raise CrmRefused(refusal.reason, salesforce_id=known.id) from None

    async def _create(self, order: Order) -> str:
        if order.client_id is None or (account := await self._api.read.account_of(order.client_id)) is None:
            raise Stop(StopCode.CLIENT_NOT_MAPPED)
        on, currency = order.created_at.date(), _currency(order)
        return await self._api.upsert_order(order.id, account_id=account, on=on, currency=currency)

    async def _completed(self, order: Order, known: CrmOrder) -> tuple[Item, ...]:
        if not known.items:
            # The org's own flow may have chosen a price book by now, which is respected.
            lines = await self._lines(order, known)
            await self._api.add_items(known.id, lines, sets_book=not known.price_book_id)
            known = await self._api.read.order(known.id) or known
        if known.activation_status == "Failed" and order.status is Status.ACCEPTED:
            # An earlier try was refused and said so; from here on it waits for approval like any other.
            await self._api.update_order(
                known.id,
                activation_status="Not Started",
                error_code="",
                error_message="",
                attempt=order.attempt,
                last_attempt_at=self._now(),
            )
        return _joined(order.items, known)

    async def _lines(self, order: Order, known: CrmOrder) -> list[NewItem]:
        wanted = [item.product_id for item in order.items if item.product_id]
        entries = await self._api.read.price_entries(wanted, known.price_book_id)
        return [self._line(item, entries, known) for item in order.items]

    def _line(self, item: Item, entries: Sequence[PriceEntry], known: CrmOrder) -> NewItem:
        """In the order's currency: a price of one currency must not be written in another."""
        named = [
            each for each in entries if (each.product_id, each.billing_cycle) == (item.product_id, item.billing_cycle)
        ]
        fitting = [each for each in named if each.currency == known.currency]
        if not named:
            raise Stop(StopCode.PRODUCT_NOT_MAPPED, salesforce_id=known.id)
        if not fitting or (known.currency and item.price and item.price.currency != known.currency):
            raise Stop(StopCode.CURRENCY_NOT_MAPPED, salesforce_id=known.id)
        price = item.price.amount if item.price else fitting[0].unit_price
        return NewItem(fitting[0].id, fitting[0].price_book_id, item.quantity, price)

    async def still_approved(self, order: Order) -> CrmOrder | None:
        """As it is over there, if it still is what was approved: same lines, same customer, and nobody has taken it
        back. Raises CrmNotVisible when it is not shown, which says nothing about it.
        """
        known = await self.read(order.salesforce_id or "")
        if known is None or known.activation_status != "Activating" or known.is_cancelled:
            return None
        is_same = known.client_id == order.client_id and _content(items_of(known)) == _content(order.items)
        return known if is_same else None

    async def read(self, salesforce_id: str) -> CrmOrder | None:
        """None when it was deleted. Raises CrmNotVisible."""
        return await self._api.read.order(salesforce_id)

    async def requested(self) -> list[Requested]:
        """Approved orders that nobody has begun with, the one that waits longest first."""
        return await self._api.read.requested()

    async def fates(self, salesforce_ids: Sequence[str]) -> dict[str, str]:
        """Which of these are not as they were: "cancelled", "deleted", or "hidden" from us."""
        return await self._api.read.fates(salesforce_ids)


def _currency(order: Order) -> str:
    """Of the WHMCS client: prices were shown in it."""
    return next((item.price.currency for item in order.items if item.price), "")


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

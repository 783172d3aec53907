"""WHMCS's API for ordering, as in api.py: one typed method per action, in its own words."""

from collections.abc import Sequence

import structlog
from msgspec import Struct

from counterfoil.errors import BillingUnavailable
from counterfoil.model import Product
from counterfoil.whmcs.client import WhmcsClient, WhmcsRefused
from counterfoil.whmcs.failures import NOT_CARRIED_OUT
from counterfoil.whmcs.interpreting import interpreting, read_apart, real_id
from counterfoil.whmcs.lists import everything
from counterfoil.whmcs.results import OrderedService, OrderRow, Placed
from counterfoil.whmcs.wire import orders
from counterfoil.whmcs.wire.values import Untrustworthy

__all__ = ["Line", "NotPlaced", "OrderRefused", "OrderRow", "OrderedService", "Placed", "WhmcsOrders"]

_log = structlog.get_logger(__name__)


class Line(Struct, frozen=True):
    """One `pid[]` of AddOrder. `tag_field` is the custom field of that product which takes the order's tag."""

    product_id: int
    billing_cycle: str
    quantity: int = 1
    tag_field: int | None = None


class NotPlaced(BillingUnavailable):
    """AddOrder did not reach WHMCS, so that nothing can have come of it."""


class OrderRefused(Exception):
    """WHMCS will not do it, however often it is asked. The reason: "client", "not_pending" or "other"."""


_REFUSALS = {"Client ID Not Found": "client", "Order ID not found or Status not Pending": "not_pending"}


def refused_order(refusal: WhmcsRefused) -> OrderRefused:
    reason = next((reason for words, reason in _REFUSALS.items() if refusal.says(words)), "other")
    if reason == "other":
        # The only place where a person can learn why: it may name the server or the gateway at fault.
        _log.warning("WHMCS refused an order", action=refusal.action, message=refusal.message[:300])
    return OrderRefused(reason)


def raise_if_not_placed(error: BillingUnavailable) -> None:
    """As NotPlaced, if it is certain."""
    if error.args[1] in NOT_CARRIED_OUT:
        raise NotPlaced(*error.args) from None


def order_params(client_id: int, gateway: str, lines: Sequence[Line], tag: str = "") -> dict[str, str | int]:
    params: dict[str, str | int] = {"clientid": real_id(client_id), "paymentmethod": gateway}
    for number, line in enumerate(lines):
        params |= {f"pid[{number}]": line.product_id, f"billingcycle[{number}]": line.billing_cycle}
        if line.quantity > 1:
            params[f"qty[{number}]"] = line.quantity
        if tag and line.tag_field is not None:
            params[f"customfields[{number}]"] = orders.tag(line.tag_field, tag)
    return params


class WhmcsOrders:
    def __init__(self, client: WhmcsClient) -> None:
        self._client = client

    async def get_products(self) -> tuple[Product, ...]:
        """All that are sold, with their prices in every currency.

        https://developers.whmcs.com/api-reference/getproducts/
        """
        with interpreting("GetProducts"):
            return await read_apart(await self._client.call("GetProducts"), orders.products)

    async def add_order(self, client_id: int, gateway: str, lines: Sequence[Line], tag: str) -> Placed:
        """Places an order. WHMCS has no idempotency key: after BillingUnavailable it may be placed all the same.

        Raises NotPlaced, OrderRefused. https://developers.whmcs.com/api-reference/addorder/
        """
        params = order_params(client_id, gateway, lines, tag)
        with interpreting("AddOrder"):
            try:
                return orders.placed(await self._client.call("AddOrder", params, write=True))
            except WhmcsRefused as refusal:
                raise refused_order(refusal) from None
            except BillingUnavailable as error:
                raise_if_not_placed(error)
                raise

    async def accept_order(self, order_id: int) -> None:
        """Sets up what was ordered. Raises OrderRefused, also when it was accepted before ("not_pending").

        https://developers.whmcs.com/api-reference/acceptorder/
        """
        with interpreting("AcceptOrder"):
            try:
                await self._client.call("AcceptOrder", {"orderid": real_id(order_id)}, write=True)
            except WhmcsRefused as refusal:
                raise refused_order(refusal) from None

    async def get_order(self, order_id: int) -> OrderRow | None:
        """Of whatever client: compare `client_id` first.

        https://developers.whmcs.com/api-reference/getorders/
        """
        with interpreting("GetOrders"):
            found = orders.orders(await self._client.call("GetOrders", {"id": real_id(order_id), "limitnum": 2}))
            wanted = [order for order in found if order.id == order_id]
            if found and not wanted:
                raise Untrustworthy("orders that were not asked for")
            return wanted[0] if wanted else None

    async def get_ordered_services(self, client_id: int) -> tuple[OrderedService, ...]:
        """All services of the client, with the orders that they came from.

        https://developers.whmcs.com/api-reference/getclientsproducts/
        """
        found = await everything(
            self._client,
            "GetClientsProducts",
            {"clientid": real_id(client_id)},
            lambda answer: orders.services(answer, client_id),
        )
        return tuple(found)

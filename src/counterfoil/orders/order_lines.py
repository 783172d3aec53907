"""What AddOrder is sent for an item of an order, by what WHMCS offers now."""

from collections.abc import Mapping

from counterfoil.billing.orders import Line
from counterfoil.model import Product
from counterfoil.orders.failures import Stop
from counterfoil.orders.order import Item
from counterfoil.stop_codes import StopCode


def lines_of(item: Item, products: Mapping[int, Product], currency: str, tag_field: str) -> list[Line]:
    """Raises Stop for what WHMCS does not offer so, or not at the price that was agreed on."""
    product = products.get(item.product_id or 0)
    if product is None:
        raise Stop(StopCode.BILLING_REJECTED)
    price = next(
        (each for each in product.prices if (each.currency, each.billing_cycle) == (currency, item.billing_cycle)),
        None,
    )
    if price is None:
        raise Stop(StopCode.BILLING_REJECTED)
    if item.price is not None:
        seen = (item.price.amount, item.setup_fee.amount if item.setup_fee else 0, item.price.currency)
        if seen != (price.amount, price.setup, currency):
            raise Stop(StopCode.ORDER_CHANGED)
    tag = product.fields.get(tag_field)
    if product.takes_quantity:
        return [Line(product.id, item.billing_cycle, item.quantity, tag)]
    return [Line(product.id, item.billing_cycle, 1, tag)] * item.quantity

"""What can be ordered, at which price. The same for every customer but for the currency."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec import Struct

from counterfoil.billing.lifetimes import Lifetimes
from counterfoil.billing.reading import Reading, moment, part_of, reading_of
from counterfoil.cache import Cache
from counterfoil.cache.scopes import SHARED_SCOPE
from counterfoil.model import Money, Product

_products = msgspec.json.Decoder(tuple[Product, ...])


class Offer(Struct, frozen=True):
    """One way of buying a product. `setup_fee` is paid once, on top of the first `amount`."""

    billing_cycle: str
    amount: Money
    setup_fee: Money | None


class ProductItem(Struct, frozen=True):
    id: int
    name: str
    description: str
    offers: tuple[Offer, ...]

    def offer(self, billing_cycle: str) -> Offer | None:
        return next((offer for offer in self.offers if offer.billing_cycle == billing_cycle), None)


class ProductList(Struct, frozen=True):
    items: tuple[ProductItem, ...]
    as_of: datetime


class _ProductSource(Protocol):
    async def get_products(self) -> tuple[Product, ...]: ...


class Products:
    """`sold`: the ids that customers may order; empty for all that have a price."""

    def __init__(
        self, source: _ProductSource, cache: Cache, lifetimes: Lifetimes, sold: Collection[int], timeout: float
    ) -> None:
        self._source = source
        self._cache = cache
        self._lifetime = lifetimes.shared
        self._sold = sold
        self._timeout = timeout

    async def read(self, currency: str) -> Reading[ProductList]:
        """Raises BillingUnavailable."""
        part = part_of("products", self._lifetime, self._source.get_products)
        snapshot = await self._cache.read(SHARED_SCOPE, [part], within=self._timeout)
        products = _products.decode(snapshot.entries[0].value)
        return reading_of(ProductList(self._shown(products, currency), moment(snapshot.as_of)), snapshot)

    async def offered_now(self, currency: str) -> tuple[ProductItem, ...]:
        """The same in WHMCS's word of this moment: a price that is agreed on must be one. Raises BillingUnavailable."""
        return self._shown((await self.read_now()).values(), currency)

    async def read_now(self) -> dict[int, Product]:
        """By id, in WHMCS's word of this moment: an order is placed on it. Raises BillingUnavailable."""
        return {product.id: product for product in await self._source.get_products()}

    def _shown(self, products: Iterable[Product], currency: str) -> tuple[ProductItem, ...]:
        sold = (_item(product, currency) for product in products if not self._sold or product.id in self._sold)
        return tuple(item for item in sold if item.offers)


def _item(product: Product, currency: str) -> ProductItem:
    offers = tuple(
        Offer(
            price.billing_cycle,
            Money.of(price.amount, currency),
            Money.of(price.setup, currency) if price.setup else None,
        )
        for price in product.prices
        if price.currency == currency
    )
    return ProductItem(product.id, product.name, product.description, offers)

"""Everything about orders that the rest of the portal works with, in one struct; app.py puts it together."""

from dataclasses import dataclass

from counterfoil.billing.products import Products
from counterfoil.orders.approvals import Approvals
from counterfoil.orders.checkout import Checkout
from counterfoil.orders.repository import OrderRepository
from counterfoil.orders.worker import OrderWorker


@dataclass(frozen=True, kw_only=True)
class Orders:
    """`approvals` is None where no Salesforce is used."""

    products: Products
    checkout: Checkout
    records: OrderRepository
    machine: OrderWorker
    approvals: Approvals | None

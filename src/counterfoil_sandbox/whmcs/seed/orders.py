"""The orders of the named people, one for each client, and the services that they set up."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from counterfoil_sandbox.whmcs.ledger import Ledger
from counterfoil_sandbox.whmcs.records import Order, Service

from .catalogue import EUR
from .people import ANALYTICAL, BIG, BLOCKED, CHIDIS, KING, OKAFOR, SMITH, TANAKA, TESSAS


def seed_orders(ledger: Ledger, today: date) -> None:
    plans = {ANALYTICAL: (1, 3, 4), SMITH: (2, 3), TANAKA: (1, 3), BIG: (1, 1, 4), CHIDIS: (2,), OKAFOR: (2,)}
    plans |= {TESSAS: (2,), BLOCKED: (5,), KING: (2,)}
    started = today - timedelta(days=1470)
    service_id = 0
    for client_id, product_ids in plans.items():
        ids = tuple(range(service_id + 1, service_id + 1 + len(product_ids)))
        order = Order(
            id=client_id,
            number=str(7858259000 + client_id),
            client_id=client_id,
            requestor_id=0,
            at=datetime.combine(started, time(9, 12)),
            amount=Decimal("0.00"),
            gateway="stripe",
            invoice_id=0,
            service_ids=ids,
            status="Active",
        )
        ledger.orders.seed(order.id, order)
        for product_id in product_ids:
            service_id += 1
            ledger.services.seed(service_id, _service(ledger, service_id, client_id, product_id, today))


def _service(ledger: Ledger, service_id: int, client_id: int, product_id: int, today: date) -> Service:
    client = ledger.clients.newest(client_id)
    product = ledger.products[product_id]
    currency = ledger.currencies[client.currency if client else EUR].code
    price = product.prices[currency]["monthly"]
    gone = product_id == 4 and client_id == BIG
    return Service(
        id=service_id,
        client_id=client_id,
        product_id=product_id,
        order_id=client_id,
        registered=today - timedelta(days=1470),
        domain=f"site{service_id}.example.net" if product_id == 4 else "",
        dedicated_ip=f"203.0.113.{service_id}" if product_id == 3 else "",
        amount=price,
        first_payment=price,
        next_due=None if gone else today + timedelta(days=11),
        status="Terminated" if gone else "Active",
        username=f"site{service_id}" if product_id == 4 else "",
        password=f"service-password-{service_id}",
    )

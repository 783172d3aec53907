"""An order by the API of a running portal, and what WHMCS and the customer see of it."""

import time
from typing import Any
from uuid import uuid4

import httpx2

from tests.portal.conftest import Portal

FIBRE = {"items": [{"product_id": 2, "billing_cycle": "monthly", "quantity": 1}], "gateway": "stripe"}


def place(client: httpx2.Client, body: object = FIBRE, key: str = "") -> httpx2.Response:
    return client.post("/api/v1/orders", json=body, headers={"Idempotency-Key": key or str(uuid4())})


def settled(client: httpx2.Client, order_id: str, *wanted: str) -> dict[str, Any]:
    """The order, once it has one of the states."""
    deadline = time.monotonic() + 30
    while True:
        order: dict[str, Any] = client.get(f"/api/v1/orders/{order_id}").json()
        if order["status"] in wanted:
            return order
        assert time.monotonic() < deadline, order
        time.sleep(0.05)


def whmcs_orders(portal: Portal, client_id: int) -> list[dict[str, Any]]:
    orders: list[dict[str, Any]] = portal.whmcs.api("GetOrders", userid=client_id, limitnum=100)["orders"]["order"]
    return orders

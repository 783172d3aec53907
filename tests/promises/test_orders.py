"""What is promised about payment methods and orders: the gate before, the stop after, and what Salesforce knows."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.org import OrgSandbox, running_org
from tests.stack import Stack, running_stack

FIBRE = {"items": [{"product_id": 2, "billing_cycle": "monthly", "quantity": 1}], "gateway": "banktransfer"}
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrgSandbox]:
    with running_org(tmp_path_factory.mktemp("org")) as org:
        yield org


@pytest.fixture(params=["sqlite+memory", "postgresql+redis"])
def stack(request: pytest.FixtureRequest, tmp_path: Path, org: OrgSandbox) -> Iterator[Stack]:
    """A portal that lets Salesforce approve its orders."""
    org.control("POST", "reset")
    settings = {**org.settings, "salesforce_poll_seconds": "0.2"}
    if request.param == "sqlite+memory":
        with running_stack(tmp_path, **settings) as running:
            yield running
        return
    urls = {
        "database_url": request.getfixturevalue("postgres_url"),
        "cache_url": request.getfixturevalue("redis_server").url,
    }
    with running_stack(tmp_path, workers=2, **urls, **settings) as running:
        yield running


def place(client: httpx2.Client) -> httpx2.Response:
    return client.post("/api/v1/orders", json=FIBRE, headers={"Idempotency-Key": str(uuid4())})


def settled(client: httpx2.Client, order_id: str, *wanted: str) -> dict[str, Any]:
    deadline = time.monotonic() + 90
    while True:
        order: dict[str, Any] = client.get(f"/api/v1/orders/{order_id}").json()
        if order.get("status") in wanted:
            return order
        assert time.monotonic() < deadline, order
        time.sleep(0.05)


def told(org: OrgSandbox, salesforce_id: str, status: str) -> dict[str, Any]:
    """The order over there, once it has this Activation_Status__c."""
    deadline = time.monotonic() + 90
    while (order := org.by_id(salesforce_id))["Activation_Status__c"] != status:
        assert time.monotonic() < deadline, order
        time.sleep(0.05)
    return order


def switch(stack: Stack, *modules: str) -> None:
    """The gateways that WHMCS offers from now on: a saved card without its gateway cannot pay."""
    names = {"stripe": "Credit card (Stripe)", "gocardless": "Direct Debit", "banktransfer": "Bank Transfer"}
    stack.sandbox.control("PUT", "gateways", {module: names[module] for module in modules})


def test_before_an_order_is_accepted(stack: Stack, org: OrgSandbox, bob: httpx2.Client) -> None:
    """Before an order is accepted we check that at least one method exists."""
    refused = place(bob)
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_method_missing")
    assert bob.get("/api/v1/orders").json()["total"] == 0
    assert org.orders() == []
    assert "AddOrder" not in stack.sandbox.actions()


def test_payment_method_missing(stack: Stack, org: OrgSandbox, ada: httpx2.Client) -> None:
    """Payment method missing: checkout/fulfillment stops and tells the user to add a method; Salesforce is updated with
    a clear error code."""
    order_id = place(ada).json()["id"]
    settled(ada, order_id, "awaiting_approval")
    salesforce_id = org.order(order_id)["Id"]
    assert org.by_id(salesforce_id)["Activation_Status__c"] == "Not Started"
    switch(stack, "banktransfer")
    org.approve(salesforce_id)

    failed = settled(ada, order_id, "failed")
    assert failed["error"]["code"] == "PAYMENT_METHOD_MISSING"
    known = told(org, salesforce_id, "Failed")
    assert known["Activation_Error_Code__c"] == "PAYMENT_METHOD_MISSING"
    assert known["Activation_Error_Message__c"]
    assert "AddOrder" not in stack.sandbox.actions()

    switch(stack, "banktransfer", "stripe", "gocardless")
    assert ada.post(f"/api/v1/orders/{order_id}/retry").status_code == 202
    settled(ada, order_id, "active")
    known = told(org, salesforce_id, "Activated")
    assert known["Activation_Error_Code__c"] is None
    assert known["WHMCS_Order_ID__c"]
    assert known["WHMCS_Invoice_ID__c"]
    assert known["Activation_Attempt__c"] == 2
    assert stack.sandbox.actions().count("AddOrder") == 1
    assert [item["WHMCS_Service_ID__c"] is not None for item in org.control("GET", "records/OrderItem")] == [True]


def test_an_order_that_sales_staff_made(stack: Stack, org: OrgSandbox, bob: httpx2.Client) -> None:
    """... fulfillment stops: the same gate for an order that began in Salesforce."""
    salesforce_id = org.sell(2, (2, "Monthly", 1))
    known = told(org, salesforce_id, "Failed")
    assert known["Activation_Error_Code__c"] == "PAYMENT_METHOD_MISSING"
    (order,) = bob.get("/api/v1/orders").json()["items"]
    assert (order["status"], order["error"]["code"]) == ("failed", "PAYMENT_METHOD_MISSING")
    assert bob.post(f"/api/v1/orders/{order['id']}/retry").json()["code"] == "payment_method_missing"
    # Sales staff approve again once there is a method.
    good = org.sell(1, (3, "Monthly", 2))
    assert told(org, good, "Activated")["WHMCS_Order_ID__c"]


@pytest.mark.parametrize(
    ("client_id", "line", "code"),
    [(0, (2, "Monthly", 1), "CLIENT_NOT_MAPPED"), (1, (0, "", 1), "PRODUCT_NOT_MAPPED")],
)
def test_clear_error_codes(
    stack: Stack, org: OrgSandbox, client_id: int, line: tuple[int, str, int], code: str
) -> None:
    """... a clear error code, whatever is missing."""
    assert told(org, org.sell(client_id, line), "Failed")["Activation_Error_Code__c"] == code
    assert "AddOrder" not in stack.sandbox.actions()


def test_salesforce_may_call(stack: Stack, org: OrgSandbox, ada: httpx2.Client) -> None:
    """... Salesforce is updated: and where it calls, a call without a genuine signature is refused."""
    body = b'{"type": "order.approved", "data": {"order_id": "801000000000001AAA"}}'
    assert httpx2.post(f"{stack.url}/webhooks/salesforce", content=body, timeout=60).status_code == 404

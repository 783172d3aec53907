"""The sentences under "Payment Methods & Gateways", as far as they are about reading and keeping.

That no order is accepted without one: tests/billing/test_payment_methods.py has the rule, the orders' tests the order.
"""

import time
from pathlib import Path

import httpx2

from counterfoil.settings import load
from tests.promises.test_invoices import SETTLING, times_between_reads
from tests.stack import Stack, running_stack

METHODS = "/api/v1/payment-methods"
GATEWAYS = "/api/v1/payment-gateways"


def test_payment_methods_are_stored_in_whmcs(stack: Stack, ada: httpx2.Client, bob: httpx2.Client) -> None:
    """Payment methods are stored in WHMCS. Before an order is accepted we check that at least one method exists: the
    customer sees beforehand what that check will find."""
    said = stack.sandbox.api("GetPayMethods", clientid=1)["paymethods"]
    shown = ada.get(METHODS).json()["items"]
    assert [item["id"] for item in shown] == [method["id"] for method in said]
    assert [item["last_four"] for item in shown] == [method.get("card_last_four", "") for method in said]
    assert "You have a valid payment method." in ada.get("/payment-methods").text

    assert bob.get(METHODS).json()["items"] == []
    assert "Add a payment method before you can order." in bob.get("/payment-methods").text
    with stack.visitor("dina@example.com") as dina:
        # An expired one, and nothing else, is as good as none.
        assert [item["is_expired"] for item in dina.get(METHODS).json()["items"]] == [True]
        assert "Add a payment method before you can order." in dina.get("/payment-methods").text


def test_methods_are_kept_15_min_and_gateways_1_h(tmp_path: Path) -> None:
    """Caching: payment methods cached 15m per user; payment gateway list cached 1h. Nobody can wait that long here:
    shorter times are set."""
    needed = {"SECRET_KEY": "x" * 32, "WHMCS_URL": "https://b.example", "WHMCS_IDENTIFIER": "i", "WHMCS_SECRET": "s"}
    defaults = load({f"COUNTERFOIL_{name}": value for name, value in needed.items()})
    assert (defaults.cache_ttl_payment_methods, defaults.cache_ttl_gateways) == (900, 3600)

    shorter = {"cache_ttl_payment_methods": "1", "cache_ttl_gateways": "2"}
    with running_stack(tmp_path, **shorter) as stack, stack.visitor("ada@example.com") as ada:
        ada.get(METHODS)
        ada.get(GATEWAYS)
        time.sleep(SETTLING)
        methods = times_between_reads(stack, ada, METHODS, "GetPayMethods")
        gateways = times_between_reads(stack, ada, GATEWAYS, "GetPaymentMethods")
    assert min(methods) >= 1
    assert min(gateways) >= 2


def test_kept_per_user(stack: Stack, ada: httpx2.Client) -> None:
    """... cached 15m per user: two people of one client each have their own, and both see a change."""
    stack.command("link", "bob@example.com", "--client", "1")
    with stack.visitor("bob@example.com") as bob:
        bob.put("/api/v1/session/client", json={"client_id": 1}).raise_for_status()
        stack.sandbox.forget_calls()
        for _ in range(2):
            assert ada.get(METHODS).json()["items"] == bob.get(METHODS).json()["items"]
        assert stack.sandbox.actions().count("GetPayMethods") == 2
        stack.sandbox.control("DELETE", "pay-methods/2")
        stack.sandbox.wait_for_deliveries()
        for person in (ada, bob):
            assert [item["id"] for item in person.get(METHODS).json()["items"]] == [1, 3]


def test_cleared_after_changes_and_by_webhooks(stack: Stack, ada: httpx2.Client) -> None:
    """Caches are cleared after changes or on webhook-driven invalidations: in every process, page and API alike."""
    ids = [1, 2, 3]
    for path in (METHODS, GATEWAYS, "/payment-methods"):
        ada.get(path).raise_for_status()

    stack.sandbox.control("DELETE", "pay-methods/1")
    stack.sandbox.wait_for_deliveries()
    ids.remove(1)
    for _ in range(4):
        assert [item["id"] for item in ada.get(METHODS).json()["items"]] == ids
        assert "Visa ending 4242" not in ada.get("/payment-methods").text

    stack.sandbox.control("PUT", "gateways", {"banktransfer": "Bank transfer"})
    stack.sandbox.tell("gateway.changed")
    for _ in range(4):
        assert [item["id"] for item in ada.get(GATEWAYS).json()["items"]] == ["banktransfer"]
        assert "Add a payment method before you can order." in ada.get("/payment-methods").text

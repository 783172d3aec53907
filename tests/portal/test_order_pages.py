"""Orders on pages: chosen, confirmed once, found again, and limited."""

import re
from concurrent.futures import ThreadPoolExecutor

import httpx2

from tests.portal.conftest import Portal
from tests.portal.ordering import FIBRE, place, settled

CHOICE = {"offer": "2:monthly", "quantity": "1", "gateway": "stripe"}
PAGE = {"Accept": "text/html"}


def test_a_customer_orders_on_pages(ada: httpx2.Client) -> None:
    """Choose, review, place, watch: without any JavaScript. Pressing the button twice is one order."""
    assert "Fibre 100 Mbit/s" in ada.get("/order", headers=PAGE).text
    review = ada.get("/order", params=CHOICE, headers=PAGE)
    key, seen = (re.findall(f'name="{name}" value="([^"]+)"', review.text)[0] for name in ("key", "seen"))
    total = ada.get("/api/v1/orders").json()["total"]
    first, second = (ada.post("/order", data=CHOICE | {"key": key, "seen": seen}, headers=PAGE) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    assert ada.get("/api/v1/orders").json()["total"] == total + 1
    settled(ada, first.headers["location"].rpartition("/")[2], "active")
    assert "Your order is active." in ada.get(first.headers["location"], headers=PAGE).text


def test_the_customer_comes_back_to_the_same_order(portal: Portal, ada: httpx2.Client) -> None:
    """No payment method: told why, with the way to add one, and the same page places the same order afterwards."""
    listed = portal.whmcs.api("GetPaymentMethods")["paymentmethods"]["paymentmethod"]
    portal.whmcs.control("PUT", "gateways", {"banktransfer": "Bank Transfer"})
    choice = CHOICE | {"gateway": "banktransfer"}
    assert portal.webhook("gateway.changed").status_code == 204
    review = ada.get("/order", params=choice, headers=PAGE).text
    assert "Add a payment method before you can order." in review
    fields = choice | {name: re.findall(f'name="{name}" value="([^"]+)"', review)[0] for name in ("key", "seen")}
    refused = ada.post("/order", data=fields, headers=PAGE)
    assert refused.status_code == 409
    assert "Add a payment method before you can order." in refused.text
    assert 'action="/payment-methods/manage"' in refused.text
    portal.whmcs.control("PUT", "gateways", {gateway["module"]: gateway["displayname"] for gateway in listed})
    assert ada.post("/order", data=fields, headers=PAGE).status_code == 303


def test_another_price_is_shown_before_it_is_charged(ada: httpx2.Client) -> None:
    """What was seen is part of the order: another price is reviewed again."""
    answer = ada.post("/order", data=CHOICE | {"key": "a1", "seen": "1.00 EUR"}, headers=PAGE)
    assert answer.status_code == 409
    assert "The price has changed." in answer.text


def test_staff_see_what_stopped(portal: Portal, ada: httpx2.Client) -> None:
    """Only granted people; with the step, the error and Retry."""
    assert ada.get("/staff", headers=PAGE).status_code == 403
    portal.stack.command("staff", "grant", "nora@example.com")
    listed = portal.whmcs.api("GetPaymentMethods")["paymentmethods"]["paymentmethod"]
    portal.whmcs.break_with("status", action="GetClientsProducts")
    order_id = place(ada, FIBRE | {"gateway": "banktransfer"}).json()["id"]
    settled(ada, order_id, "fulfilling")
    portal.whmcs.control("PUT", "gateways", {"banktransfer": "Bank Transfer"})
    portal.whmcs.mend()
    settled(ada, order_id, "failed")
    with portal.visitor("nora@example.com") as nora:
        page = nora.get("/staff", headers=PAGE).text
        assert order_id in page
        assert "PAYMENT_METHOD_MISSING" in page
        portal.whmcs.control("PUT", "gateways", {gateway["module"]: gateway["displayname"] for gateway in listed})
        assert nora.post(f"/staff/orders/{order_id}/retry", headers=PAGE).status_code == 303
        settled(ada, order_id, "active")
    assert ada.post(f"/staff/orders/{order_id}/retry").status_code == 403
    portal.stack.command("staff", "revoke", "nora@example.com")


def test_an_order_that_is_not_confirmed_is_limited_too(portal: Portal) -> None:
    """It asks WHMCS for its products, past the cache, so it is counted before it does."""
    with portal.visitor("yuki@example.com") as yuki, ThreadPoolExecutor(6) as at_once:

        def ask() -> httpx2.Response:
            return yuki.post("/order", data=CHOICE, headers=PAGE)

        # All within the minute for which they are counted, however busy the machine is.
        asked = [each.result().status_code for each in [at_once.submit(ask) for _ in range(60)]]
        assert 429 not in asked
        portal.whmcs.forget_calls()
        refused = ask()
        assert refused.status_code == 429
        assert "GetProducts" not in portal.whmcs.actions()

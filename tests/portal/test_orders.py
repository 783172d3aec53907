"""Orders from outside: the gate, the same request twice, and how an order becomes services. Without Salesforce."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx2
import pytest

from tests.portal.conftest import Portal
from tests.portal.ordering import FIBRE, place, settled, whmcs_orders

STATIC_IP = {"items": [{"product_id": 3, "billing_cycle": "monthly", "quantity": 2}], "gateway": "stripe"}


def test_what_can_be_ordered(ada: httpx2.Client) -> None:
    """In the client's currency, with every cycle that is offered; prices in the currency's own digits."""
    listed = ada.get("/api/v1/products").json()
    fibre = next(item for item in listed["items"] if item["id"] == 2)
    assert fibre["name"] == "Fibre 100 Mbit/s"
    assert {offer["billing_cycle"]: offer["amount"] for offer in fibre["offers"]} == {
        "monthly": {"amount": "39.00", "currency": "EUR"},
        "annually": {"amount": "421.20", "currency": "EUR"},
    }
    assert listed["as_of"]


def test_an_order_becomes_a_service(portal: Portal, ada: httpx2.Client) -> None:
    """Accepted, placed in WHMCS, accepted there; the invoice shows at once."""
    before = len(whmcs_orders(portal, 1))
    invoices = ada.get("/api/v1/invoices").json()["total"]
    answer = place(ada)
    assert answer.status_code == 202, answer.text
    order = settled(ada, answer.json()["id"], "active", "failed")
    assert (order["status"], order["error"]) == ("active", None)
    assert order["total"] == {"amount": "39.00", "currency": "EUR"}
    assert len(whmcs_orders(portal, 1)) == before + 1
    assert whmcs_orders(portal, 1)[0]["status"] == "Active"
    assert ada.get(f"/api/v1/invoices/{order['invoice_id']}").status_code == 200
    assert ada.get("/api/v1/invoices").json()["total"] == invoices + 1
    assert ada.get("/api/v1/orders").json()["items"][0]["id"] == order["id"]


def test_without_a_payment_method_nothing_is_created(portal: Portal, bob: httpx2.Client) -> None:
    """The gate comes before anything else; the same key can be used again once a method is there."""
    before = len(whmcs_orders(portal, 2))
    answer = place(bob)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_method_missing")
    assert bob.get("/api/v1/orders").json()["total"] == 0
    assert len(whmcs_orders(portal, 2)) == before


@pytest.mark.parametrize("action", ["GetPayMethods", "GetPaymentMethods", "GetProducts"])
def test_unknown_is_not_missing(portal: Portal, ada: httpx2.Client, bob: httpx2.Client, action: str) -> None:
    """While WHMCS does not say whether there is a method, nobody is told that there is none."""
    portal.whmcs.break_with("status", action=action)
    for client in (ada, bob):
        answer = place(client)
        assert (answer.status_code, answer.json()["code"]) == (503, "billing_unavailable")
    portal.whmcs.mend()
    deadline = time.monotonic() + 60
    while place(bob).status_code == 503:  # the portal leaves WHMCS alone for a moment
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_the_same_request_is_the_same_order(portal: Portal, ada: httpx2.Client) -> None:
    """However often and however fast it comes; another body with that key is refused."""
    key = str(uuid4())
    before = len(whmcs_orders(portal, 1))
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: place(ada, key=key), range(6)))
    assert {answer.status_code for answer in answers} == {202}
    (order_id,) = {answer.json()["id"] for answer in answers}
    settled(ada, order_id, "active")
    assert place(ada, key=key).json()["status"] == "active"
    assert len(whmcs_orders(portal, 1)) == before + 1
    reused = place(ada, STATIC_IP, key)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")


def test_quantities(portal: Portal, ada: httpx2.Client) -> None:
    """What WHMCS counts is one line; of what it does not count, several are several lines."""
    order = settled(ada, place(ada, STATIC_IP).json()["id"], "active")
    assert order["total"] == {"amount": "28.16", "currency": "EUR"}
    twice = {"items": [{"product_id": 2, "billing_cycle": "monthly", "quantity": 2}], "gateway": "stripe"}
    settled(ada, place(ada, twice).json()["id"], "active")
    assert len(whmcs_orders(portal, 1)[0]["lineitems"]["lineitem"]) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"items": [], "gateway": "stripe"}, "items"),
        ({"items": [{"product_id": 999, "billing_cycle": "monthly"}], "gateway": "stripe"}, "items.0.product_id"),
        ({"items": [{"product_id": 2, "billing_cycle": "quarterly"}]}, "items.0.billing_cycle"),
        ({"items": [{"product_id": 2, "billing_cycle": "monthly"}], "gateway": "nosuch"}, "gateway"),
        ({"gateway": "stripe"}, "items"),
    ],
)
def test_what_cannot_be_ordered(ada: httpx2.Client, body: object, field: str) -> None:
    """It is said which field is wrong."""
    answer = place(ada, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert field in {error["field"] for error in answer.json()["errors"]}


def test_a_key_is_required(ada: httpx2.Client) -> None:
    """Without it a repeated request would be a second order."""
    answer = ada.post("/api/v1/orders", json=FIBRE)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_orders_of_others_are_not_found(ada: httpx2.Client, bob: httpx2.Client) -> None:
    """Neither to read nor to try again."""
    order_id = place(ada).json()["id"]
    for name in (order_id, "nosuch", "0" * 16, "%2e%2e", "x" * 400):
        for answer in (bob.get(f"/api/v1/orders/{name}"), bob.post(f"/api/v1/orders/{name}/retry")):
            assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found"), name


def test_permission(portal: Portal) -> None:
    """Chidi may see client 1's products and not order for it."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 1}).raise_for_status()
        assert place(chidi).json()["code"] == "permission_denied"
        assert chidi.get("/api/v1/orders").json()["code"] == "permission_denied"


def test_an_unchanged_order_is_not_sent_again(ada: httpx2.Client) -> None:
    """If-None-Match works, although each answer says when it was made."""
    order = settled(ada, place(ada).json()["id"], "active")
    first = ada.get(f"/api/v1/orders/{order['id']}")
    again = ada.get(f"/api/v1/orders/{order['id']}", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


def test_an_answer_that_got_lost(portal: Portal, ada: httpx2.Client) -> None:
    """WHMCS placed the order, its answer did not arrive: the order is found, and not placed again."""
    before = len(whmcs_orders(portal, 1))
    portal.whmcs.break_with("reset", action="AddOrder", after=True, times=1)
    order = settled(ada, place(ada).json()["id"], "active", "failed")
    assert order["status"] == "active"
    assert len(whmcs_orders(portal, 1)) == before + 1
    portal.whmcs.break_with("reset", action="AcceptOrder", after=True, times=1)
    assert settled(ada, place(ada).json()["id"], "active", "failed")["status"] == "active"


def test_a_method_that_went_away(portal: Portal, ada: httpx2.Client) -> None:
    """Gone between acceptance and fulfilment: the order stops and says so. Once there is one again, Retry makes it
    active, and nothing is done twice.
    """
    portal.whmcs.break_with("status", action="GetClientsProducts")
    order_id = place(ada, FIBRE | {"gateway": "banktransfer"}).json()["id"]
    settled(ada, order_id, "fulfilling")
    listed = portal.whmcs.api("GetPaymentMethods")["paymentmethods"]["paymentmethod"]
    gateways = {gateway["module"]: gateway["displayname"] for gateway in listed}
    portal.whmcs.control("PUT", "gateways", {"banktransfer": "Bank Transfer"})
    portal.whmcs.mend()
    assert settled(ada, order_id, "failed")["error"]["code"] == "PAYMENT_METHOD_MISSING"
    refused = ada.post(f"/api/v1/orders/{order_id}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_method_missing")
    portal.whmcs.control("PUT", "gateways", gateways)
    assert ada.post(f"/api/v1/orders/{order_id}/retry").status_code == 202
    assert settled(ada, order_id, "active", "failed")["status"] == "active"
    again = ada.post(f"/api/v1/orders/{order_id}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "order_not_retryable")

"""A client that WHMCS deleted, merged or closed is said to be gone: on every route, at once, in every process."""

from collections.abc import Sequence

import httpx2
import pytest

from tests.portal.conftest import Portal
from tests.shape.test_routes import ROUTES

READS = [
    route.path
    for route in ROUTES
    if route.method == "GET" and route.takes.startswith("permission ")
    if "{" not in route.path and not route.path.startswith("/return/")
]
"""Everything that is read of a client by an address of its own."""

CHIDI, THEIRS = "chidi@example.com", 3
"""Owner of client 3, guest of others."""


def answers(client: httpx2.Client, paths: Sequence[str] = (*READS, *READS)) -> dict[str, tuple[int, str]]:
    """Each twice: with two workers another one may answer."""
    found = {}
    for path in paths:
        answer = client.get(path, headers={"accept": "application/json"})
        found[path] = (answer.status_code, code_of(answer))
    return found


def code_of(answer: httpx2.Response) -> str:
    """Of a problem; what there is instead."""
    return str(answer.json().get("code")) if answer.headers["content-type"].endswith("json") else answer.text[:80]


def look_around(client: httpx2.Client) -> None:
    """So that everything is cached, sessions too. Files once: only so many are made in a minute."""
    client.put("/api/v1/session/client", json={"client_id": THEIRS}).raise_for_status()
    again = [path for path in READS if not path.endswith(".csv")]
    assert {status for status, _ in answers(client, [*READS, *again]).values()} <= {200}


@pytest.mark.parametrize("happened", ["deleted", "merged", "closed"])
def test_gone_at_once_on_every_route(portal: Portal, happened: str) -> None:
    """After WHMCS's webhook no route answers anything but 403 `account_closed`: no empty list, no "nothing owed", no
    "unavailable". The person's other accounts go on.
    """
    with portal.visitor(CHIDI) as chidi:
        look_around(chidi)
        if happened == "closed":
            portal.whmcs.control("PATCH", f"clients/{THEIRS}", {"status": "Closed", "tell": False})
            portal.whmcs.tell("client.closed", client_id=THEIRS)
        else:
            portal.whmcs.control("DELETE", f"clients/{THEIRS}" + ("?into=4" if happened == "merged" else ""))
            portal.whmcs.wait_for_deliveries()
        assert set(answers(chidi).values()) == {(403, "account_closed")}
        assert chidi.get("/api/v1/events").status_code == 403
        session = chidi.get("/api/v1/session").json()
        assert THEIRS not in [each["client_id"] for each in session["clients"]]
        assert "/switch-account" in chidi.get("/invoices").text
        chidi.put("/api/v1/session/client", json={"client_id": session["clients"][0]["client_id"]}).raise_for_status()
        assert chidi.get("/api/v1/session").json()["client_id"] == session["clients"][0]["client_id"]


def test_deleted_without_a_webhook(portal: Portal) -> None:
    """Nobody told: what is read of WHMCS from then on is no empty list all the same, of an account of which the portal
    still remembers that it was there.
    """
    with portal.visitor("ada@example.com") as ada:
        assert ada.get("/api/v1/profile").status_code == 200
        portal.whmcs.control("DELETE", "clients/1?tell=false")
        for path in (
            "invoices",
            "invoices.csv",
            "transactions",
            "transactions.csv",
            "quotes",
            "contacts",
            "credits",
            "subscriptions",
            "payment-methods",
            "summary",
            "statement",
            "profile",
        ):
            answer = ada.get(f"/api/v1/{path}")
            if path != "profile":
                assert (path, answer.status_code, code_of(answer)) == (path, 403, "account_closed")


def test_only_account_is_gone(portal: Portal) -> None:
    """Who signs in and has nothing but a closed account is told that, not that there never was one."""
    portal.whmcs.control("PATCH", "clients/2", {"status": "Closed"})
    portal.whmcs.wait_for_deliveries()
    with portal.visitor("bob@example.com") as bob:
        assert set(answers(bob).values()) == {(403, "account_closed")}


def test_closed_account_neither_pays_nor_orders(portal: Portal) -> None:
    """Closed in WHMCS without a word: no link that WHMCS would refuse when it is opened, and no order."""
    invoice_id = portal.whmcs.notable("ada.overdue")
    with portal.visitor("ada@example.com") as ada:
        for path in ("invoices", f"invoices/{invoice_id}", "payment-methods", "products"):
            assert ada.get(f"/api/v1/{path}").status_code == 200
        product = ada.get("/api/v1/products").json()["items"][0]
        portal.whmcs.control("PATCH", "clients/1", {"status": "Closed", "tell": False})
        item = {
            "product_id": product["id"],
            "billing_cycle": product["offers"][0]["billing_cycle"],
            "quantity": 1,
        }
        wanted = {"items": [item]}
        order = ada.post("/api/v1/orders", json=wanted, headers={"idempotency-key": "closed-1"})
        assert (order.status_code, order.json()["code"]) == (403, "account_closed")
        for path in (f"invoices/{invoice_id}/payment-link", f"invoices/{invoice_id}/pdf-link", "payment-methods/link"):
            link = ada.post(f"/api/v1/{path}")
            assert (path, link.status_code, link.json()["code"]) == (path, 403, "account_closed")
        assert "CreateSsoToken" not in portal.whmcs.actions()


def test_inactive_account_goes_on(portal: Portal) -> None:
    """Inactive in WHMCS means without services: such a client pays and orders as before."""
    portal.whmcs.control("PATCH", "clients/1", {"status": "Inactive"})
    portal.whmcs.wait_for_deliveries()
    with portal.visitor("ada@example.com") as ada:
        assert ada.get("/api/v1/invoices").json()["total"] > 0
        assert ada.post(f"/api/v1/invoices/{portal.whmcs.notable('ada.overdue')}/payment-link").status_code == 200


def test_refresh_takes_a_permission_that_shows_data(portal: Portal) -> None:
    """Who may only see tickets cannot make the owner's pages slow by having everything read again."""
    for permissions, status in ((["tickets"], 403), (["tickets", "quotes"], 303)):
        portal.whmcs.control("PUT", "users/3/permissions/1", {"permissions": permissions})
        assert portal.webhook("user.updated", user_id=3).status_code == 204
        with portal.visitor(CHIDI) as chidi:
            chidi.put("/api/v1/session/client", json={"client_id": 1}).raise_for_status()
            answer = chidi.post("/refresh", data={"next": "/"}, headers={"accept": "application/json"})
            assert answer.status_code == status

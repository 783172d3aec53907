"""A member of staff looks at the portal as a customer sees it: all of it, without touching anything."""

import re
import time

import httpx2

from tests.portal.conftest import Portal
from tests.portal.console import ADA, PAGE, SETTLED, ends_on, look_at, words

UNSAFE = [
    ("POST", "/invoices/{invoice}/pay"),
    ("POST", "/invoices/{invoice}/pdf"),
    ("POST", "/invoices/pay"),
    ("POST", "/payment-methods/manage"),
    ("POST", "/subscriptions/1/cancel"),
    ("POST", "/credit/add"),
    ("POST", "/profile"),
    ("POST", "/order"),
    ("POST", "/refresh"),
    ("POST", "/switch-account"),
    ("GET", "/return/invoices/{invoice}"),
    ("GET", "/return/payment-methods"),
    ("POST", "/api/v1/invoices/{invoice}/payment-link"),
    ("POST", "/api/v1/invoices/payment-link"),
    ("POST", "/api/v1/payment-methods/link"),
    ("PATCH", "/api/v1/profile"),
    ("POST", "/api/v1/orders"),
    ("PUT", "/api/v1/session/client"),
]
TIMES = re.compile(r"<time[^>]*>[^<]*</time>|Updated [^<]*")
BEGUN = re.compile(r'<input type="hidden" name="(begun_\w+)" value="([^"]*)">')


def test_the_view_is_what_the_customer_sees(portal: Portal, nora: httpx2.Client, ada: httpx2.Client) -> None:
    """The same main part of every page, without a call to WHMCS where it is kept; with the banner and the reason."""
    invoice = portal.whmcs.notable("ada.overdue")
    paths = ["/", "/invoices", f"/invoices/{invoice}", "/payment-methods", "/subscriptions", "/profile", "/quotes"]
    time.sleep(SETTLED)  # after the fixture's clear values count 2 s only
    shown = {path: main_of(ada.get(path, headers=PAGE).text) for path in paths}
    look_at(nora, ADA, 1)
    portal.whmcs.forget_calls()
    for path in paths:
        page = nora.get(path, headers=PAGE)
        assert page.status_code == 200
        assert main_of(page.text) == shown[path], path
        assert "Staff view, read-only." in page.text
        assert "They called about an invoice" in page.text
    assert portal.whmcs.actions() == []
    assert nora.get("/api/v1/session").json()["client_id"] == 1
    # Neither is it kept for anybody, nor does it stay with whoever looked.
    assert "Staff view" not in ada.get("/invoices", headers=PAGE).text
    assert nora.post("/staff/view/end").headers["location"] == "/staff/clients/1"
    assert "Staff view" not in nora.get("/invoices", headers=PAGE).text
    assert nora.get("/api/v1/session").json()["client_id"] == 8


def main_of(page: str) -> str:
    """Without what says for whom a form was made, and how long ago it is."""
    return TIMES.sub("", BEGUN.sub("", page[page.index("<main") : page.index("</main>")]))


def test_a_view_does_nothing(portal: Portal, nora: httpx2.Client, ada: httpx2.Client) -> None:
    """Nobody pays, edits or orders for somebody; a reload by force reads nothing anew. WHMCS is asked nothing."""
    invoice = portal.whmcs.notable("ada.overdue")
    time.sleep(SETTLED)  # after the fixture's clear values count 2 s only
    for path in ("/invoices", "/api/v1/invoices"):
        assert ada.get(path, headers=PAGE).status_code == 200
    look_at(nora, ADA, 1)
    portal.whmcs.forget_calls()
    for method, path in UNSAFE:
        answer = nora.request(method, path.format(invoice=invoice), headers={"accept": "application/json"})
        assert (path, answer.status_code) == (path, 403)
        if path.startswith("/api/"):
            assert answer.json()["code"] == "read_only_view"
    assert nora.get("/invoices", headers={**PAGE, "cache-control": "no-cache"}).status_code == 200
    assert portal.whmcs.actions() == []


def test_the_customer_sees_who_looked(portal: Portal, nora: httpx2.Client, ada: httpx2.Client) -> None:
    """Once a view, with its reason; a reason is needed. Nobody else's views are shown."""
    refused = nora.post("/staff/clients/1/view", data={"email": ADA, "reason": " "}, headers=PAGE)
    assert refused.status_code == 422
    before = words(ada.get("/looked-at", headers=PAGE).text).count("Ticket 4711")
    look_at(nora, ADA, 1, "Ticket 4711: <amount>")
    for _ in range(3):
        nora.get("/invoices", headers=PAGE)
    page = ada.get("/looked-at", headers=PAGE).text
    assert words(page).count("Ticket 4711") == before + 1
    assert "&lt;amount&gt;" in page
    with portal.visitor("bob@example.com") as bob:
        assert "Ticket 4711" not in bob.get("/looked-at", headers=PAGE).text


def test_nothing_is_looked_at_that_the_person_does_not_see(portal: Portal, nora: httpx2.Client) -> None:
    """A view shows a client through one of its people, with that person's rights."""
    answer = nora.post("/staff/clients/2/view", data={"email": ADA, "reason": "By mistake"}, headers=PAGE)
    assert answer.status_code == 404
    look_at(nora, "chidi@example.com", 1)
    assert nora.get("/invoices", headers=PAGE).status_code == 403
    assert nora.get("/subscriptions", headers=PAGE).status_code == 200


def test_a_view_that_is_over_falls_back_to_nothing(portal: Portal, nora: httpx2.Client) -> None:
    """With the flag of a view and none on record, as after its time: neither the customer's page nor one's own."""
    look_at(nora, ADA, 1)
    flag = nora.cookies.get("counterfoil_view")
    assert flag == "1"
    assert nora.post("/staff/view/end").status_code == 303
    nora.cookies.set("counterfoil_view", "1")
    for method, path in (("GET", "/invoices"), ("POST", "/profile"), ("GET", "/api/v1/session")):
        answer = nora.request(method, path, headers={"accept": "application/json"})
        assert answer.status_code == 403
    assert nora.get("/api/v1/session").json()["code"] == "view_ended"
    assert nora.get("/staff", headers=PAGE).status_code == 200


def test_the_flag_means_nothing_for_customers(portal: Portal, ada: httpx2.Client) -> None:
    """Whoever sets it by hand sees their own pages."""
    answer = ada.get("/invoices", headers={**PAGE, "cookie": f"{cookie_of(ada)}; counterfoil_view=1"})
    assert (answer.status_code, "Staff view" in answer.text) == (200, False)


def cookie_of(client: httpx2.Client) -> str:
    return "; ".join(f"{each.name}={each.value}" for each in client.cookies.jar)


def test_a_view_writes_nothing_in_the_console_either(portal: Portal, nora: httpx2.Client) -> None:
    """Nobody is signed out, unlocked or linked from within a view; it can be ended, and exchanged for another."""
    with portal.visitor("bob@example.com") as bob:
        (address, *_) = ends_on(nora.get("/staff/clients/2", headers=PAGE).text)
        look_at(nora, ADA, 1)
        for path in (address, "/staff/people/1/sign-out", "/staff/people/unlock", "/staff/clients/2/links"):
            form = {"email": "bob@example.com", "state": "unlinked"}
            answer = nora.post(path, data=form, headers={"accept": "application/json"})
            assert (answer.status_code, answer.json()["code"]) == (403, "read_only_view"), path
        look_at(nora, "bob@example.com", 2)
        assert bob.get("/api/v1/session").status_code == 200
        assert nora.post("/staff/view/end").status_code == 303
        assert nora.post(address, data={"client_id": "2"}).status_code == 303

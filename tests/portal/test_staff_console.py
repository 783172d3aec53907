"""The staff console: find a customer, see what they see without touching it, and what WHMCS says beside it."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from counterfoil.cache import rules
from tests.portal.conftest import Portal
from tests.stack import Stack

PAGE = {"accept": "text/html"}
SETTLED = rules.SETTLE + 0.5
"""Seconds after a clear from which on a value counts for all of its lifetime."""

NORA, ADA = "nora@example.com", "ada@example.com"
TIMES = re.compile(r"<time[^>]*>[^<]*</time>|Updated [^<]*")
BEGUN = re.compile(r'<input type="hidden" name="(begun_\w+)" value="([^"]*)">')


@pytest.fixture(scope="module")
def employed(installation: Stack) -> Iterator[None]:
    """While these tests run Nora is staff; nobody else's tests meet her so."""
    installation.command("staff", "grant", NORA)
    yield
    installation.command("staff", "revoke", NORA)


@pytest.fixture
def nora(employed: None, portal: Portal) -> Iterator[httpx2.Client]:
    """A member of staff."""
    with portal.visitor(NORA) as client:
        yield client


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def look_at(nora: httpx2.Client, email: str, client_id: int, reason: str = "They called about an invoice") -> None:
    form = {"email": email, "reason": reason}
    answer = nora.post(f"/staff/clients/{client_id}/view", data=form, headers=PAGE)
    assert (answer.status_code, answer.headers.get("location")) == (303, "/"), words(answer.text)


def test_only_staff_open_it(portal: Portal, ada: httpx2.Client) -> None:
    """Every address of the console is closed to customers, and says no more than that."""
    for path in ("/staff", "/staff?q=1", "/staff/orders", "/staff/clients/1", "/staff/clients/1/now", "/staff/people"):
        assert ada.get(path, headers=PAGE).status_code == 403
    for path in ("/staff/clients/2/view", "/staff/view/end", "/staff/people/1/sign-out", "/staff/clients/2/links"):
        assert ada.post(path, data={"email": "bob@example.com", "reason": "because"}).status_code == 403


def test_a_customer_is_found_by_what_they_say(portal: Portal, nora: httpx2.Client, ada: httpx2.Client) -> None:
    """By address, number of client, of invoice, and of order."""
    invoice = portal.whmcs.notable("ada.overdue")
    order = place(ada)
    for query, found in [
        (ADA, "/staff/people?email=ada@example.com"),
        ("2", "/staff/clients/2"),
        (str(invoice), f"/staff/clients/1/now?invoice={invoice}"),
        (order, f"/staff/orders?q={order}"),
    ]:
        page = nora.get("/staff", params={"q": query}, headers=PAGE)
        assert (page.status_code, f'href="{found}"' in page.text) == (200, True), query
    assert "/staff/clients/1" in nora.get("/staff/people", params={"email": ADA}, headers=PAGE).text
    # Nobody is asked about: WHMCS would send every user that it has.
    assert [nora.get("/staff/people", params={"email": each}).status_code for each in ("", " ")] == [404, 404]
    assert order in nora.get("/staff/orders", params={"q": "1", "status": ""}, headers=PAGE).text
    assert "Nothing has this number" in nora.get("/staff?q=zzz", headers=PAGE).text


def place(ada: httpx2.Client) -> str:
    product = ada.get("/api/v1/products").json()["items"][0]
    item = {"product_id": product["id"], "billing_cycle": product["offers"][0]["billing_cycle"], "quantity": 1}
    answer = ada.post("/api/v1/orders", json={"items": [item]}, headers={"idempotency-key": "console"})
    return str(answer.json()["id"])


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


def test_shown_and_now_stand_beside_each_other(portal: Portal, nora: httpx2.Client, ada: httpx2.Client) -> None:
    """ "Your page says I owe 94.50, but I paid": paid in WHMCS without a word to us, so the page is old; the console
    says what is shown, what WHMCS says now, both times and the difference, and clears nothing.
    """
    time.sleep(SETTLED)  # after the fixture's clear values count 2 s only
    invoice = portal.whmcs.notable("ada.overdue")
    shown = ada.get(f"/api/v1/invoices/{invoice}").json()
    ada.get("/invoices", headers=PAGE).raise_for_status()
    portal.whmcs.control("PATCH", f"invoices/{invoice}", {"status": "Paid", "tell": False})
    page = nora.get(f"/staff/clients/1/now?invoice={invoice}", headers=PAGE)
    assert page.status_code == 200
    assert "What is shown differs from what WHMCS says now" in page.text
    row = next(part for part in page.text.split("<tr") if f"now?invoice={invoice}" in part)
    assert 'class="differs"' in row
    assert f"balance {shown['balance']['amount']}" in words(row)
    assert "paid" in words(row)
    assert row.count("<time") == 2
    assert ada.get(f"/api/v1/invoices/{invoice}").json()["as_of"] == shown["as_of"]


def test_what_is_kept_and_what_cleared_it(portal: Portal, nora: httpx2.Client, ada: httpx2.Client) -> None:
    """Each thing with its age; the webhook that cleared it last, by client and by invoice."""
    invoice = portal.whmcs.notable("ada.overdue")
    ada.get("/invoices", headers=PAGE).raise_for_status()
    assert portal.webhook("invoice.updated", invoice_id=invoice, client_id=1).status_code == 204
    assert "<code>invoice_list</code>" not in nora.get("/staff/clients/1", headers=PAGE).text
    page, deadline = "", time.monotonic() + 60
    # What is read right after a clear is kept for two seconds: a busy machine may show the page later.
    while "<code>invoice_list</code>" not in page:
        assert time.monotonic() < deadline, "nothing is kept"
        ada.get("/invoices", headers=PAGE).raise_for_status()
        page = nora.get("/staff/clients/1", headers=PAGE).text
    assert "Cleared last by <code>invoice.updated</code>" in page
    assert "<code>invoice.updated</code>" in nora.get(f"/staff/clients/1/now?invoice={invoice}", headers=PAGE).text


def test_links_have_a_third_state(portal: Portal, nora: httpx2.Client) -> None:
    """Linked, unlinked, or as WHMCS says again; it holds at once."""
    with portal.visitor("bob@example.com") as bob:
        for state, seen in (("unlinked", []), ("", [2])):
            form = {"email": "bob@example.com", "state": state}
            assert nora.post("/staff/clients/2/links", data=form).status_code == 303
            assert [each["client_id"] for each in bob.get("/api/v1/session").json()["clients"]] == seen
    assert "as WHMCS says" in nora.get("/staff/clients/2", headers=PAGE).text


def test_staff_sign_somebody_out(portal: Portal, nora: httpx2.Client) -> None:
    """On every process at once, their programs too, and it is on record."""
    with portal.visitor("bob@example.com") as bob:
        expires_on = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
        wanted = {"name": "Nightly <export>", "scope": "read", "client_id": 2, "expires_on": expires_on}
        token = bob.post("/api/v1/tokens", json=wanted).json()["token"]
        by_program = {"Authorization": f"Bearer {token}"}
        assert httpx2.get(f"{portal.stack.url}/api/v1/invoices", headers=by_program).status_code == 200
        page = nora.get("/staff/clients/2", headers=PAGE).text
        (account,) = set(re.findall(r"/staff/people/(\d+)/sign-out", page))
        assert nora.post(f"/staff/people/{account}/sign-out", data={"client_id": "2"}).status_code == 303
        assert "Access token <q>Nightly &lt;export&gt;</q> for client 2, read-only" in page
        assert token not in page
        for _ in range(4):
            assert bob.get("/api/v1/session").status_code == 401
            assert (
                httpx2.get(f"{portal.stack.url}/api/v1/invoices", headers=by_program).json()["code"] == "token_invalid"
            )
    trail = words(nora.get("/staff/clients/2", headers=PAGE).text)
    assert re.search(r"token_ended staff \d+ \d+ tokens 1 why staff", trail)
    assert "session_ended" in nora.get("/staff/clients/2", headers=PAGE).text


def test_staff_end_one_session(portal: Portal, nora: httpx2.Client) -> None:
    """One of a person's sessions by itself, the other goes on; on record with who did it."""
    portal.stack.command("sessions", "end", "bob@example.com")
    with portal.visitor("bob@example.com") as first:
        (address,) = ends_on(nora.get("/staff/clients/2", headers=PAGE).text)
        with portal.visitor("bob@example.com") as second:
            assert len(ends_on(nora.get("/staff/people?email=bob@example.com", headers=PAGE).text)) == 2
            for _ in range(2):  # a second click does no harm
                answer = nora.post(address, data={"client_id": "2"}, headers=PAGE)
                assert (answer.status_code, answer.headers["location"]) == (303, "/staff/clients/2")
            assert first.get("/api/v1/session").status_code == 401
            assert second.get("/api/v1/session").status_code == 200
    trail = words(nora.get("/staff/clients/2", headers=PAGE).text)
    assert re.search(r"session_ended staff \d+ \d+ session \w+ why staff", trail)


def ends_on(page: str) -> list[str]:
    """The addresses that end one session each."""
    return re.findall(r'action="(/staff/people/\d+/sessions/\w+/end)"', page)


def test_staff_lift_a_lock_out(portal: Portal, nora: httpx2.Client) -> None:
    """It shows with the time left, on the client's page and the person's; Unlock lets them try again at once."""
    wrong = {"email": "bob@example.com", "password": "wrong"}
    with portal.visitor() as stranger:
        codes = [stranger.post("/api/v1/session", json=wrong).status_code for _ in range(11)]
        assert codes[-1] == 429
        for path in ("/staff/clients/2", "/staff/people?email=bob@example.com"):
            page = nora.get(path, headers=PAGE).text
            assert re.search(r"Locked out after too many failed sign-ins, for 1\d more min\.", page)
        form = {"email": "bob@example.com", "client_id": "2"}
        assert nora.post("/staff/people/unlock", data=form).headers["location"] == "/staff/clients/2"
        assert stranger.post("/api/v1/session", json=wrong).status_code == 401
    page = nora.get("/staff/clients/2", headers=PAGE).text
    assert "Locked out" not in page
    assert re.search(r"unlocked staff \d+", words(page))
    portal.stack.command("unlock", "bob@example.com")
    assert nora.post("/staff/people/unlock", data={"email": "bob"}).status_code == 404


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


def test_an_error_is_found_by_its_reference(portal: Portal, nora: httpx2.Client, ada: httpx2.Client) -> None:
    """From what the customer reads out to cause, person and client, in one look; also of the failure behind "the same
    failure as a moment ago".
    """
    portal.whmcs.break_with("status", action="GetInvoice")
    references = [reference_on(ada.get(f"/invoices/{number}", headers=PAGE).text) for number in (424201, 424202)]
    portal.whmcs.mend()
    for reference in references:
        page = eventually_found(nora, reference)
        assert f"The error {reference}" in words(page)
        assert "GET /invoices/" in words(page)
        assert "503 billing_unavailable" in words(page)
        assert ADA in words(page)
        assert 'href="/staff/clients/1"' in page
    assert "GetInvoice" in words(page)
    until_whmcs_is_asked_again(ada)


def until_whmcs_is_asked_again(ada: httpx2.Client) -> None:
    """After so many failures the portal leaves WHMCS alone for some seconds, which the next test has not earned."""
    deadline = time.monotonic() + 60
    while ada.get("/api/v1/invoices/424203").status_code == 503:
        assert time.monotonic() < deadline, "WHMCS is not asked again"
        time.sleep(0.1)


def eventually_found(nora: httpx2.Client, reference: str) -> str:
    """Another process may hold it yet, for two seconds."""
    until = time.monotonic() + 20
    while True:
        page = nora.get("/staff", params={"q": f" {reference.upper()} "}, headers=PAGE).text
        if "Nothing has this number" not in page or time.monotonic() > until:
            return page
        time.sleep(0.3)


def reference_on(page: str) -> str:
    (reference,) = re.findall(r"<code>([0-9a-f]{20})</code>", page)
    return str(reference)


def test_what_the_portal_itself_cleared(portal: Portal, nora: httpx2.Client, ada: httpx2.Client) -> None:
    """A hand-off clears the client as a webhook does: whichever was later is named, the portal's with who did it."""
    invoice = portal.whmcs.notable("ada.overdue")
    assert portal.webhook("invoice.updated", invoice_id=invoice, client_id=1).status_code == 204
    assert ada.post("/payment-methods/manage").status_code == 303
    page = nora.get("/staff/clients/1", headers=PAGE).text
    assert "Cleared last by handed_off (self)" in re.sub(r"\s+([,.)])", r"\1", words(page))
    assert portal.webhook("invoice.updated", invoice_id=invoice, client_id=1).status_code == 204
    assert "Cleared last by <code>invoice.updated</code>" in nora.get("/staff/clients/1", headers=PAGE).text

"""Webhooks and payments show at once, on every worker."""

import time
from datetime import datetime

import httpx2
import pytest

from tests.portal.conftest import Portal
from tests.portal.console import SETTLED
from tests.portal.test_sign_in import problem

INVOICES = "/api/v1/invoices"


def statuses(client: httpx2.Client, number: int) -> set[str]:
    """By list and detail, asked so often that every worker has answered."""
    found = set()
    for _ in range(6):
        found.add(client.get(f"{INVOICES}/{number}").json()["status"])
        items = client.get(INVOICES).json()["items"]
        found.update(item["status"] for item in items if item["id"] == number)
    return found


@pytest.mark.parametrize("names_client", [True, False])
def test_a_webhook_shows_on_every_worker(portal: Portal, ada: httpx2.Client, names_client: bool) -> None:
    """Also one that does not say whose invoice it is."""
    time.sleep(SETTLED)  # after the fixture's clear values count 2 s only
    number = portal.whmcs.notable("ada.overdue")
    assert statuses(ada, number) == {"unpaid"}
    portal.whmcs.control("PATCH", f"invoices/{number}", {"status": "Paid", "tell": False})
    assert statuses(ada, number) == {"unpaid"}, "without a word from WHMCS it is kept"
    data = {"invoice_id": number} | ({"client_id": 1} if names_client else {})
    assert portal.webhook("invoice.paid", **data).status_code == 204
    assert statuses(ada, number) == {"paid"}


def test_a_warm_list_costs_no_call(portal: Portal, ada: httpx2.Client) -> None:
    """Every worker shares what one has fetched."""
    time.sleep(SETTLED)  # after the fixture's clear values count 2 s only
    first = ada.get(INVOICES)
    portal.whmcs.forget_calls()
    for _ in range(10):
        answer = ada.get(INVOICES)
        assert answer.content == first.content
        assert answer.headers["cache-control"] == "private, no-cache"
    assert portal.whmcs.actions() == []


def test_an_unchanged_list_is_304(ada: httpx2.Client) -> None:
    """With the validator and without the body."""
    first = ada.get(INVOICES)
    again = ada.get(INVOICES, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])


def test_no_cache_reads_whmcs(portal: Portal, ada: httpx2.Client) -> None:
    """What the customer insists on is read at once, and no earlier fetch is passed off as fresh."""
    ada.get(INVOICES)
    number = portal.whmcs.notable("ada.overdue")
    portal.whmcs.control("PATCH", f"invoices/{number}", {"status": "Paid", "tell": False})
    items = ada.get(INVOICES, headers={"Cache-Control": "no-cache"}).json()["items"]
    assert [item["status"] for item in items if item["id"] == number] == ["paid"]


def test_as_of_is_the_start_of_the_fetch(portal: Portal, ada: httpx2.Client) -> None:
    """Never later than the data."""
    portal.whmcs.break_with("latency", action="GetInvoices", seconds=0.5)
    before = time.time()
    answer = ada.get(INVOICES).json()
    as_of = datetime.fromisoformat(answer["as_of"]).timestamp()
    assert before - 0.01 <= as_of <= time.time() - 0.5 + 0.05


def test_an_event_reaches_the_open_page(portal: Portal, ada: httpx2.Client, bob: httpx2.Client) -> None:
    """Whichever worker holds the stream; strangers hear nothing of it."""
    number = portal.whmcs.notable("ada.overdue")
    with ada.stream("GET", "/api/v1/events") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("id:")
        assert portal.webhook("invoice.paid", invoice_id=number, client_id=1).status_code == 204
        said = [line for line in (next(lines) for _ in range(6)) if line.startswith("data:")]
    assert said == [f'data: {{"resource":"invoice","id":{number}}}']


def test_a_payment_link_is_made_on_fresh_data(portal: Portal, ada: httpx2.Client) -> None:
    """A kept "unpaid" is not believed when it comes to money."""
    number = portal.whmcs.notable("ada.overdue")
    assert ada.get(f"{INVOICES}/{number}").json()["is_payable"]
    portal.whmcs.control("PATCH", f"invoices/{number}", {"status": "Paid", "tell": False})
    assert problem(ada.post(f"{INVOICES}/{number}/payment-link")) == (409, "invoice_not_payable")
    assert "CreateSsoToken" not in portal.whmcs.actions()


def test_a_refused_sign_on_leads_to_the_plain_page(portal: Portal) -> None:
    """Sam has switched one-time links off: he is told, and sent to where he can sign in."""
    with portal.visitor("sam@example.com") as sam:
        number = sam.get(f"{INVOICES}?status=unpaid").json()["items"][0]["id"]
        link = sam.post(f"{INVOICES}/{number}/payment-link").json()
        plain = f"{portal.whmcs.url}/viewinvoice.php?id={number}"
        assert link == {"url": plain, "expires_at": None, "signed_in": False}
        page = sam.post(f"/invoices/{number}/pay", headers={"Accept": "text/html"})
        assert (page.status_code, plain in page.text) == (200, True)


def test_the_link_signs_in_as_the_person_not_as_the_owner(portal: Portal) -> None:
    """An invited user would otherwise become the owner in WHMCS."""
    with portal.visitor("chidi@example.com") as chidi:
        chidi.put("/api/v1/session/client", json={"client_id": 4})
        unpaid = chidi.get(f"{INVOICES}?status=unpaid").json()["items"][0]["id"]
        answer = chidi.post(f"{INVOICES}/{unpaid}/payment-link")
    assert answer.headers["cache-control"] == "no-store"
    asked = [call["params"] for call in portal.whmcs.calls() if call["action"] == "CreateSsoToken"]
    assert asked == [
        {
            "client_id": "4",
            "user_id": "3",
            "destination": "sso:custom_redirect",
            "sso_redirect_path": f"viewinvoice.php?id={unpaid}",
        }
    ]


def test_ten_thousand_invoices(portal: Portal) -> None:
    """The first page costs at most two calls, and one for each open invoice on it; search works."""
    with portal.visitor("max@example.com") as client:
        portal.whmcs.forget_calls()
        page = client.get(INVOICES).json()
        opened = [item for item in page["items"] if item["status"] in {"unpaid", "payment_pending", "collections"}]
        actions = portal.whmcs.actions()
        assert page["total"] == 10_000
        assert actions.count("GetInvoices") <= 2
        assert len(actions) == actions.count("GetInvoices") + len(opened)
        wanted = client.get(f"{INVOICES}?page=200").json()["items"][3]["number"]
        assert [item["number"] for item in client.get(f"{INVOICES}?q={wanted}").json()["items"]] == [wanted]


def test_a_new_name_shows_at_once(portal: Portal, ada: httpx2.Client) -> None:
    """In the page's head and in the session, on every worker."""
    ada.get("/invoices")
    portal.whmcs.control("PATCH", "clients/1", {"companyname": "Difference Engines Ltd.", "tell": False})
    assert portal.webhook("client.updated", client_id=1).status_code == 204
    for _ in range(4):
        assert "Difference Engines Ltd." in ada.get("/invoices").text
        assert ada.get("/api/v1/session").json()["clients"][0]["name"] == "Difference Engines Ltd."

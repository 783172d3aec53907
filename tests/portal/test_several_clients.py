"""A person of several clients: what they may do in each, and where a link leads that is another client's."""

import re

import httpx2
import pytest

from tests.portal.conftest import Portal

CHIDI, OWN, GUEST, INVOICES_ONLY = "chidi@example.com", 3, 1, 4
PAGE = {"accept": "text/html"}


def choose(client: httpx2.Client, client_id: int) -> None:
    client.put("/api/v1/session/client", json={"client_id": client_id}).raise_for_status()


def permit(portal: Portal, client_id: int, *permissions: str) -> None:
    portal.whmcs.control("PUT", f"users/3/permissions/{client_id}", {"permissions": list(permissions)})
    assert portal.webhook("user.updated", user_id=3).status_code == 204


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_switcher_names_what_one_may_do_in_each(portal: Portal) -> None:
    """Everything of one's own; of the others WHMCS's permissions, by the names in the menu; what is closed says so."""
    with portal.visitor(CHIDI) as chidi:
        text = words(chidi.get("/switch-account", headers=PAGE).text)
        assert "Account 3 Everything" in text
        assert "Account 1 Subscriptions, Profile" in text
        assert "Account 4 Invoices" in text
    portal.whmcs.control("PATCH", "clients/4", {"status": "Closed"})
    portal.whmcs.wait_for_deliveries()
    with portal.visitor(CHIDI) as chidi:
        page = chidi.get("/switch-account", headers=PAGE).text
        assert "Account 4 Closed" in words(page)
        assert 'name="client_id" value="4"' not in page


def test_a_link_of_another_of_ones_clients_says_so(portal: Portal) -> None:
    """It names the client and switches to it; the address is asked for again then."""
    permit(portal, GUEST, "invoices")
    invoice_id = portal.whmcs.notable("ada.overdue")
    with portal.visitor(CHIDI) as chidi:
        choose(chidi, OWN)
        answer = chidi.get(f"/invoices/{invoice_id}", headers=PAGE)
        assert answer.status_code == 404
        assert "belongs to Analytical Engines Ltd, another of your accounts" in words(answer.text)
        form = {"client_id": "1", "next": f"/invoices/{invoice_id}"}
        assert all(f'name="{name}" value="{value}"' in answer.text for name, value in form.items())
        assert chidi.post("/switch-account", data=form, follow_redirects=True).status_code == 200


@pytest.mark.parametrize("permissions", [["profile"], ["invoices"]], ids=["may not see invoices there", "may"])
def test_of_what_is_nobodys_of_theirs_nothing_is_said(portal: Portal, permissions: list[str]) -> None:
    """Somebody else's invoice, a draft of one's own other client and a number that never was look the same."""
    permit(portal, GUEST, *permissions)
    strangers = portal.whmcs.api("GetInvoices", userid=2)["invoices"]["invoice"][0]["id"]
    draft = portal.whmcs.api("GetInvoices", userid=1, status="Draft")["invoices"]["invoice"][0]["id"]
    hidden = [strangers, draft, 999_999]
    if permissions == ["profile"]:
        hidden.append(portal.whmcs.notable("ada.overdue"))
    with portal.visitor(CHIDI) as chidi:
        choose(chidi, OWN)
        pages = set()
        for number in hidden:
            portal.whmcs.forget_calls()
            answer = chidi.get(f"/invoices/{number}", headers=PAGE)
            pages.add((answer.status_code, answer.text.replace(answer.headers["x-request-id"], "-")))
            assert portal.whmcs.actions().count("GetInvoice") == 2
            assert chidi.get(f"/api/v1/invoices/{number}").json()["code"] == "invoice_not_found"
        assert len({(status, re.sub(r"/invoices/\d+", "", page)) for status, page in pages}) == 1
        assert pages.pop()[0] == 404


def test_where_a_right_is_missing_the_page_says_whom_to_ask(portal: Portal) -> None:
    """The permission and the owner, and those of one's accounts in which it is given; programs get its name."""
    with portal.visitor(CHIDI) as chidi:
        choose(chidi, GUEST)
        answer = chidi.get("/invoices", headers=PAGE)
        assert answer.status_code == 403
        assert "It takes the permission “Invoices”. The owner of this account can give it to you." in words(answer.text)
        assert 'name="client_id" value="3"' in answer.text
        assert 'name="client_id" value="4"' in answer.text
        assert 'name="next" value="/invoices"' in answer.text
        assert chidi.get("/api/v1/quotes").json()["permissions"] == ["quotes"]


def test_home_without_any_right_says_whom_to_ask(portal: Portal) -> None:
    """Not one's own sign-ins, without a word; with some right, home is what one may see first."""
    permit(portal, GUEST, "tickets")
    with portal.visitor(CHIDI) as chidi:
        choose(chidi, GUEST)
        answer = chidi.get("/", headers=PAGE)
        assert answer.status_code == 403
        assert "The owner of this account can give it to you." in words(answer.text)
        permit(portal, GUEST, "profile")
        assert chidi.get("/", headers=PAGE).headers["location"] == "/profile"


def test_the_page_of_an_order_of_another_client_says_so(portal: Portal) -> None:
    """As for invoices, without a call to WHMCS."""
    permit(portal, GUEST, "orders", "invoices")
    with portal.visitor(CHIDI) as chidi:
        choose(chidi, OWN)
        product = chidi.get("/api/v1/products").json()["items"][0]
        item = {"product_id": product["id"], "billing_cycle": product["offers"][0]["billing_cycle"], "quantity": 1}
        headers = {"idempotency-key": "several-clients"}
        order = chidi.post("/api/v1/orders", json={"items": [item]}, headers=headers).json()
        choose(chidi, GUEST)
        answer = chidi.get(f"/orders/{order['id']}", headers=PAGE)
        assert (answer.status_code, "belongs to Chidi Anagonye" in words(answer.text)) == (404, True)
    with portal.visitor("ada@example.com") as ada:
        answer = ada.get(f"/orders/{order['id']}", headers=PAGE)
        assert (answer.status_code, "belongs to" in words(answer.text)) == (404, False)

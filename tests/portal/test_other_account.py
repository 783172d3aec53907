"""A page of one account neither writes for another nor shows it, whatever another tab has done meanwhile."""

import re

import httpx2
import pytest

from tests.portal.conftest import Portal

CHIDI = "chidi@example.com"
BROWSER = {"sec-fetch-site": "same-origin", "accept": "text/html"}
HIDDEN = re.compile(r'<input type="hidden" name="(begun_\w+)" value="([^"]*)">')

WRITES = [
    ("/order", {"offer": "1:monthly", "quantity": "1", "key": "k" * 32, "seen": "9.00 EUR"}),
    ("/profile", {"city": "Elsewhere", "country": "GB"}),
    ("/invoices/{invoice}/pay", {}),
    ("/invoices/{invoice}/pdf", {}),
    ("/invoices/pay", {"invoice_ids": "{invoice}"}),
    ("/payment-methods/manage", {}),
    ("/invoices/{invoice}/apply-credit", {}),
    ("/subscriptions/1/cancel", {}),
    ("/subscriptions/1/change", {}),
    ("/quotes/1/answer", {}),
    ("/credit/add", {}),
    ("/orders/abc/retry", {}),
    ("/refresh", {"next": "/invoices"}),
]


def begun(client: httpx2.Client) -> dict[str, str]:
    """What a page of now puts into its forms."""
    return dict(HIDDEN.findall(client.get("/payment-methods").text))


def choose(client: httpx2.Client, client_id: int) -> None:
    client.put("/api/v1/session/client", json={"client_id": client_id}).raise_for_status()


@pytest.fixture
def two_clients(portal: Portal) -> tuple[int, int]:
    """Both of which Chidi may see all of."""
    for client_id in (1, 3):
        rights = ["invoices", "orders", "profile", "products", "quotes"]
        portal.whmcs.control("PUT", f"users/3/permissions/{client_id}", {"permissions": rights})
    assert portal.webhook("user.updated", user_id=3).status_code == 204
    return (3, 1)


@pytest.mark.parametrize(("path", "form"), WRITES, ids=[path for path, _ in WRITES])
def test_a_form_of_another_client_writes_nothing(
    portal: Portal, two_clients: tuple[int, int], path: str, form: dict[str, str]
) -> None:
    """After a switch in another tab: 409 in words that name both, and WHMCS is asked to do nothing."""
    invoice = str(portal.whmcs.notable("ada.overdue"))
    with portal.visitor(CHIDI) as chidi:
        choose(chidi, two_clients[0])
        page = begun(chidi)
        choose(chidi, two_clients[1])
        now = begun(chidi)
        assert page["begun_client"] != now["begun_client"]
        portal.whmcs.forget_calls()
        filled = {name: value.format(invoice=invoice) for name, value in form.items()}
        answer = chidi.post(path.format(invoice=invoice), data={**page, **filled}, headers=BROWSER)
        assert answer.status_code == 409
        before, after = (f"{each['begun_as']} for {each['begun_for']}" for each in (page, now))
        words = f"You began this as {before}; now you are {after}."
        assert words in answer.text
        assert not {"UpdateClient", "AddOrder", "CreateSsoToken"} & set(portal.whmcs.actions())


def test_a_form_of_another_person_writes_nothing(portal: Portal, two_clients: tuple[int, int]) -> None:
    """Ada's page in a browser in which Chidi has signed in since, looking at the same client."""
    with portal.visitor("ada@example.com") as ada:
        page = begun(ada)
    with portal.visitor(CHIDI) as chidi:
        choose(chidi, two_clients[1])
        answer = chidi.post("/payment-methods/manage", data=page, headers=BROWSER)
        assert answer.status_code == 409
        assert "You began this as Ada Lovelace for " in answer.text
        assert chidi.post("/payment-methods/manage", data=begun(chidi), headers=BROWSER).status_code == 303


def test_a_page_that_says_nothing_is_out_of_date(portal: Portal) -> None:
    """A browser's form without the fields is of an older version's page. A program has no page."""
    with portal.visitor("ada@example.com") as ada:
        assert ada.post("/payment-methods/manage", headers=BROWSER).status_code == 409
        assert ada.post("/payment-methods/manage").status_code == 303


def test_a_program_may_name_the_client(portal: Portal, two_clients: tuple[int, int]) -> None:
    """With `Counterfoil-Client` a program writes for that client or not at all."""
    with portal.visitor(CHIDI) as chidi:
        choose(chidi, two_clients[0])
        for named, status in ((str(two_clients[0]), 200), (str(two_clients[1]), 409), ("x", 409)):
            answer = chidi.post("/api/v1/payment-methods/link", headers={"counterfoil-client": named})
            assert answer.status_code == status
        assert answer.json()["code"] == "account_changed"

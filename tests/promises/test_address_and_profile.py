"""The sentences under "Address & Profile in Billing"."""

import re

import httpx2
from playwright.sync_api import Page, expect

from tests.browser import sign_in
from tests.promises.stored import stored_by
from tests.stack import Stack

PROFILE = "/api/v1/profile"
PROCESSES = 2
"""Of the grown installation. Connections go to either, so each thing is asked several times, each time on a new one."""

FIELDS = {
    "first_name": "firstname",
    "last_name": "lastname",
    "company_name": "companyname",
    "email": "email",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "state": "state",
    "postcode": "postcode",
    "country": "country",
    "tax_id": "tax_id",
    "language": "language",
}


def test_whmcs_is_authoritative_for_address_and_contact(stack: Stack, ada: httpx2.Client) -> None:
    """Billing address and contact fields shown in the portal are pulled from WHMCS and treated as authoritative."""
    held = stack.sandbox.api("GetClientsDetails", clientid=1)["client"]
    shown = ada.get(PROFILE).json()
    assert {name: shown[name] for name in FIELDS} == {
        name: held[theirs].replace("&#039;", "'") for name, theirs in FIELDS.items()
    }
    assert shown["phone"] == held["phonenumberformatted"].replace(".", "")

    # What WHMCS says afterwards counts, whoever changed it, and the portal has no copy of its own.
    stack.sandbox.control("PATCH", "clients/1", {"address1": "1 Dorset Street", "city": "Marylebone"})
    stack.sandbox.wait_for_deliveries()
    assert {ada.get(PROFILE).json()["address1"] for _ in range(6)} == {"1 Dorset Street"}
    assert "1 Dorset Street" not in stored_by_database(stack)


def test_an_edit_reaches_whmcs_and_invoices_at_once(stack: Stack, ada: httpx2.Client) -> None:
    """When customers edit their profile/address, the portal writes the change to WHMCS and clears the relevant cache
    so invoices immediately reflect the new address."""
    invoice = f"/invoices/{stack.sandbox.notable('ada.due_soon')}"
    stack.sandbox.control("PATCH", "settings", {"weather": {"mode": "lost"}})
    for turn in range(3):
        old, new = f"{turn} Old Street", f"{turn + 1} Old Street"
        ada.patch(PROFILE, json={"address1": old}).raise_for_status()
        assert addresses_on(stack, ada, invoice) == {old}

        answer = ada.patch(PROFILE, json={"address1": new})
        assert (answer.status_code, answer.json()["address1"]) == (200, new)
        assert stack.sandbox.api("GetClientsDetails", clientid=1)["client"]["address1"] == new
        assert addresses_on(stack, ada, invoice) == {new}
        assert {ada.get(PROFILE).json()["address1"] for _ in range(6)} == {new}


def addresses_on(stack: Stack, person: httpx2.Client, path: str) -> set[str]:
    """What the page shows on every process: each time over a connection of its own."""
    found = set()
    for _ in range(4 * PROCESSES):
        page = httpx2.get(
            f"{stack.url}{path}", cookies=dict(person.cookies), headers={"Connection": "close"}, timeout=60
        )
        found.update(re.findall(r"[0-9] Old Street", page.text))
    return found


def test_ada_moves(stack: Stack, page: Page) -> None:
    """... as people do it: on the page, and the invoice that is open shows the new address by itself."""
    invoice_id = stack.sandbox.notable("ada.due_soon")
    sign_in(page, stack.url, "ada@example.com")
    page.goto(f"{stack.url}/invoices/{invoice_id}")
    expect(page.locator("address")).to_contain_text("12 St James's Square")

    tab = page.context.new_page()
    tab.goto(f"{stack.url}/profile")
    tab.get_by_label("Address", exact=True).fill("1 Dorset Street")
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator("main")).to_contain_text("Saved. New invoices use this address. Invoices that you already have")
    expect(page.locator("address")).to_contain_text("1 Dorset Street")


def stored_by_database(stack: Stack) -> str:
    """Redis holds what is kept for minutes; the database is for good."""
    return stored_by(stack).partition("\nb'")[0]

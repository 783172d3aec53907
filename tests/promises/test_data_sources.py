"""The sentences under "Data Sources"."""

import httpx2

from tests.promises.stored import columns_of, stored_by
from tests.stack import Stack

READING = {"GetUsers", "GetUserPermissions", "GetClientsDetails", "GetInvoices", "GetInvoice", "GetPaymentMethods"}
READING |= {"GetPayMethods", "GetClientsProducts", "ValidateLogin", "CreateSsoToken", "WhmcsDetails"}


def test_whmcs_is_the_system_of_record(stack: Stack, ada: httpx2.Client) -> None:
    """WHMCS is the billing system of record for clients, invoices, payment methods, gateways, and subscriptions."""
    said = stack.sandbox.api("GetInvoices", userid=1, limitnum=1000)["invoices"]["invoice"]
    books = {row["id"]: row["total"] for row in said if row["status"] != "Draft"}
    shown = ada.get("/api/v1/invoices", params={"page_size": 100}).json()["items"]
    assert {row["id"]: row["total"]["amount"] for row in shown} == books

    newest = shown[0]["id"]
    lines = stack.sandbox.api("GetInvoice", invoiceid=newest)["items"]["item"]
    detail = ada.get(f"/api/v1/invoices/{newest}").json()
    assert [line["description"] for line in detail["lines"]] == [line["description"] for line in lines]

    # The client's name and the gateway's are WHMCS's too, and nothing of it all is kept in a database of our own.
    stack.sandbox.control("PATCH", "clients/1", {"companyname": "Difference Engines Ltd."})
    with stack.visitor("ada@example.com") as again:
        clients = again.get("/api/v1/session").json()["clients"]
        assert [client["name"] for client in clients] == ["Difference Engines Ltd."]
    tables = {column.split(".")[0] for column in columns_of(stack)}
    assert not tables & {"invoice", "payment_method", "gateway", "subscription", "client"}


def test_no_payment_details_are_stored(stack: Stack, ada: httpx2.Client) -> None:
    """The portal does not store payment details; it only reads payment methods already saved in WHMCS."""
    invoice_id = stack.sandbox.notable("ada.due_soon")
    for path in ("/api/v1/invoices", f"/api/v1/invoices/{invoice_id}", "/api/v1/payment-methods"):
        ada.get(path)
    link = ada.post(f"/api/v1/invoices/{invoice_id}/payment-link").json()["url"]

    kept = stored_by(stack)
    assert "ada@example.com" in kept, "the look into the store sees something"
    token = link.split("access_token=")[1].split("&")[0]
    for secret in (token, "4242424242424242", "demo-password-1", "sandbox-secret"):
        assert secret not in kept
    # A person's own access token is no payment detail, and only its hash is there.
    columns = [name for name in columns_of(stack) if not name.startswith("access_token.")]
    assert not [name for name in columns if any(word in name for word in ("card", "iban", "expir_", "cvv", "token"))]
    assert set(stack.sandbox.actions()) <= READING, "the portal only reads"

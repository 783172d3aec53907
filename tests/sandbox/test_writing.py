"""The writing actions change the books as WHMCS would, and refuse in its words."""

import base64
from typing import Any

import pytest

from tests.sandbox.conftest import Whmcs


def events(whmcs: Whmcs) -> list[str]:
    return [delivery["type"] for delivery in whmcs.control("GET", "deliveries")]


def test_a_payment_lowers_the_balance_and_the_last_one_makes_it_paid(whmcs: Whmcs) -> None:
    """Part by part; the hooks in WHMCS's order, `invoice.paid` only at the end."""
    invoice_id = whmcs.invoice("ada.due_soon")
    payment = {"invoiceid": invoice_id, "gateway": "stripe", "date": "2026-05-12"}
    assert whmcs.call("AddInvoicePayment", **payment, transid="a", amount="20.00") == {"result": "success"}
    assert whmcs.call("GetInvoice", invoiceid=invoice_id)["balance"] == "100.00"
    assert events(whmcs) == ["invoice.payment_added", "transaction.added"]
    whmcs.call("AddInvoicePayment", **payment, transid="b")
    after = whmcs.call("GetInvoice", invoiceid=invoice_id)
    assert (after["status"], after["balance"], after["datepaid"][:10]) == ("Paid", "0.00", "2026-05-12")
    assert [row["transid"] for row in after["transactions"]["transaction"]] == ["a", "b"]
    assert events(whmcs)[2:] == ["invoice.payment_added", "transaction.added", "invoice.paid"]


def test_an_unnumbered_invoice_gets_its_number_when_it_is_paid(whmcs: Whmcs) -> None:
    """`invoicenum` is "" until then."""
    invoice_id = whmcs.invoice("bob.unnumbered")
    assert whmcs.call("GetInvoice", invoiceid=invoice_id)["invoicenum"] == ""
    whmcs.control("PATCH", f"invoices/{invoice_id}", {"pay": "all"})
    assert whmcs.call("GetInvoice", invoiceid=invoice_id)["invoicenum"].startswith("INV-2026-")


def test_credit_moves_from_the_client_to_the_invoice(whmcs: Whmcs) -> None:
    """Neither more than there is nor more than is due."""
    invoice_id = whmcs.invoice("ada.due_soon")
    assert whmcs.call("ApplyCredit", invoiceid=invoice_id, amount="12.01")["message"] == (
        "Amount exceeds customer credit balance"
    )
    answer = whmcs.call("ApplyCredit", invoiceid=invoice_id, amount="12.00")
    assert answer == {"result": "success", "invoiceid": str(invoice_id), "amount": "12.00", "invoicepaid": "false"}
    invoice = whmcs.call("GetInvoice", invoiceid=invoice_id)
    assert (invoice["credit"], invoice["total"], invoice["balance"]) == ("12.00", "108.00", "108.00")
    assert whmcs.call("GetClientsDetails", clientid=1)["client"]["credit"] == "0.00"
    assert whmcs.call("GetCredits", clientid=1)["credits"]["credit"][-1]["amount"] == "-12.00"


def test_an_invoice_can_be_made_and_changed(whmcs: Whmcs) -> None:
    """Items, taxes, publishing; lines by their ids."""
    made = whmcs.call(
        "CreateInvoice", userid=2, draft=1, taxrate="10", itemdescription1="A", itemamount1="10", itemtaxed1=1,
        itemdescription2="B", itemamount2="5", itemtaxed2=0,
    )  # fmt: skip
    assert made["status"] == "Draft"
    invoice = whmcs.call("GetInvoice", invoiceid=made["invoiceid"])
    assert (invoice["subtotal"], invoice["tax"], invoice["balance"]) == ("15.00", "1.00", "16.00")
    first, second = (item["id"] for item in invoice["items"]["item"])
    change: dict[str, Any] = {
        f"itemdescription[{first}]": "A2", f"itemamount[{first}]": "20", f"itemtaxed[{first}]": 1,
        "deletelineids[0]": second, "newitemdescription[0]": "C", "newitemamount[0]": "1", "newitemtaxed[0]": 0,
    }  # fmt: skip
    assert whmcs.call("UpdateInvoice", invoiceid=made["invoiceid"], publish=1, **change)["result"] == "success"
    after = whmcs.call("GetInvoice", invoiceid=made["invoiceid"])
    assert (after["status"], after["balance"], after["invoicenum"] != "") == ("Unpaid", "23.00", True)
    assert whmcs.call("UpdateInvoice", invoiceid=made["invoiceid"], publish=1)["message"] == (
        "Invoice must be in Draft status to be published"
    )


def test_cancelling_by_api_fires_no_hook(whmcs: Whmcs) -> None:
    """One of the changes that a portal does not hear of."""
    invoice_id = whmcs.invoice("ada.due_soon")
    whmcs.call("UpdateInvoice", invoiceid=invoice_id, status="Cancelled")
    assert whmcs.call("GetInvoice", invoiceid=invoice_id)["status"] == "Cancelled"
    assert events(whmcs) == []
    refused = whmcs.call("AddInvoicePayment", invoiceid=invoice_id, transid="x", gateway="stripe", date="2026-05-12")
    assert refused["message"] == "It is not possible to add a payment to an invoice that is Cancelled"


def test_only_what_is_given_changes_in_a_profile(whmcs: Whmcs) -> None:
    """Also to nothing; the rest stays."""
    before = whmcs.call("GetClientsDetails", clientid=1)["client"]
    assert whmcs.call("UpdateClient", clientid=1, city="Leeds", companyname="") == {
        "result": "success",
        "clientid": "1",
    }
    after = whmcs.call("GetClientsDetails", clientid=1)["client"]
    assert {name for name in before if before[name] != after[name]} == {"city", "companyname"}
    whmcs.call("UpdateClient", clientid=1, phonenumber="+49.301234")
    assert whmcs.call("GetClientsDetails", clientid=1)["client"]["telephoneNumber"] == "+49.301234"
    assert events(whmcs) == ["client.updated", "client.updated"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"email": "bob@example.com"}, "Duplicate Email Address"),
        ({"email": "nonsense"}, "The email address entered is not valid"),
        ({"email_preferences[domain]": 0}, "You must have at least one email address enabled"),
    ],
)
def test_a_profile_is_checked(whmcs: Whmcs, change: dict[str, object], message: str) -> None:
    """WHMCS's own refusals."""
    answer = whmcs.call("UpdateClient", clientid=1, **change)
    assert answer["result"] == "error"
    assert answer["message"].startswith(message)


def test_an_order_is_placed_tagged_found_and_accepted_once(whmcs: Whmcs) -> None:
    """AddOrder with PHP's arrays; its tag is a custom field of the service; accepting twice is refused."""
    tag = base64.b64encode(b'a:1:{i:7;s:7:"order-9";}').decode()
    order = {"pid[0]": 2, "billingcycle[0]": "monthly", "qty[0]": 2, "customfields[0]": tag}
    placed = whmcs.call("AddOrder", clientid=2, paymentmethod="stripe", **order)
    assert placed["result"] == "success"
    found = whmcs.call("GetOrders", id=placed["orderid"])["orders"]["order"][0]
    assert (found["status"], found["amount"], found["paymentstatus"]) == ("Pending", "78.00", "Unpaid")
    service = whmcs.call("GetClientsProducts", serviceid=placed["serviceids"])["products"]["product"][0]
    assert service["customfields"]["customfield"][0]["value"] == "order-9"
    assert whmcs.call("AcceptOrder", orderid=placed["orderid"]) == {"result": "success"}
    assert whmcs.call("AcceptOrder", orderid=placed["orderid"])["message"] == (
        "Order ID not found or Status not Pending"
    )
    assert whmcs.call("GetOrders", id=placed["orderid"])["orders"]["order"][0]["status"] == "Active"
    assert whmcs.call("AddOrder", clientid=2, paymentmethod="gold", **order)["message"].startswith(
        "Invalid Payment Method. Valid options include"
    )


def test_a_change_is_not_visible_before_whmcs_commits(whmcs: Whmcs) -> None:
    """Hooks fire first: the webhook is out, the API still shows the old state, and the history says since when."""
    invoice_id = whmcs.invoice("ada.due_soon")
    whmcs.control("PATCH", "settings", {"commit_lag": 60})
    whmcs.control("PATCH", f"invoices/{invoice_id}", {"pay": "all"})
    assert events(whmcs)[-1] == "invoice.paid"
    assert whmcs.call("GetInvoice", invoiceid=invoice_id)["status"] == "Unpaid"
    history = whmcs.control("GET", f"invoices/{invoice_id}/history")
    assert [version["invoice"]["status"] for version in history] == ["Unpaid", "Paid"]
    made_at = whmcs.control("GET", "deliveries")[-1]["made_at"]
    assert history[1]["visible_at"] == pytest.approx(made_at + 60, abs=1)


def test_answers_can_be_stamped_with_the_version_they_show(whmcs: Whmcs) -> None:
    """For whoever checks what was visible when."""
    whmcs.control("PATCH", "settings", {"stamp_versions": True})
    invoice_id = whmcs.invoice("ada.due_soon")
    assert whmcs.call("GetInvoice", invoiceid=invoice_id)["notes"] == " v1"
    whmcs.control("PATCH", f"invoices/{invoice_id}", {"notes": "hello"})
    assert whmcs.call("GetInvoice", invoiceid=invoice_id)["notes"] == "hello v2"


def test_anything_can_be_changed_without_telling(whmcs: Whmcs) -> None:
    """`tell` false: no webhook, as with so many changes in WHMCS."""
    invoice_id = whmcs.invoice("ada.due_soon")
    for change in ({"status": "Collections"}, {"amount": "5"}, {"duedate": "2026-01-01"}, {"refund": "1"}):
        whmcs.control("PATCH", f"invoices/{invoice_id}", {**change, "tell": False})
    whmcs.control("DELETE", f"invoices/{invoice_id}?tell=false")
    whmcs.control("PATCH", "clients/1", {"city": "Rome", "tell": False})
    whmcs.control("DELETE", "pay-methods/1?tell=false")
    assert events(whmcs) == []
    assert whmcs.call("GetInvoice", invoiceid=invoice_id)["message"] == "Invoice ID Not Found"
    assert [method["id"] for method in whmcs.call("GetPayMethods", clientid=1)["paymethods"]] == [2, 3]


def test_reset_brings_everything_back(whmcs: Whmcs) -> None:
    """Data, faults, quirks, settings and the record of calls."""
    whmcs.control("PATCH", "clients/1", {"city": "Rome"})
    whmcs.control("PUT", "quirks", {"bom": True})
    whmcs.control("POST", "faults", {"kind": "html"})
    whmcs.control("PUT", "users/1/permissions/1", {"permissions": None})
    whmcs.control("POST", "reset")
    assert whmcs.call("GetClientsDetails", clientid=1)["client"]["city"] == "London"
    assert whmcs.call("GetUserPermissions", user_id=1, client_id=1)["result"] == "success"
    assert [call["action"] for call in whmcs.control("GET", "calls")["calls"]] == [
        "GetClientsDetails",
        "GetUserPermissions",
    ]

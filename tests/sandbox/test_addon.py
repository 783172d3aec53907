"""The stand-in with the portal's addon in it, and without."""

from typing import Any

import pytest

from tests.sandbox.conftest import Whmcs

ORDER = {"clientid": 2, "paymentmethod": "stripe", "pid[0]": 2, "billingcycle[0]": "monthly"}


@pytest.fixture
def addon(whmcs: Whmcs) -> Whmcs:
    whmcs.control("PATCH", "settings", {"addon": True})
    return whmcs


def changes(whmcs: Whmcs, **params: object) -> Any:
    return whmcs.call("CounterfoilChanges", **params)


def test_without_it_its_actions_are_unknown(whmcs: Whmcs) -> None:
    for action in ("CounterfoilChanges", "CounterfoilInvoices", "CounterfoilOrder"):
        assert whmcs.call(action) == {"result": "error", "message": "Command Not Found"}


def test_what_hooks_tell_is_numbered(addon: Whmcs) -> None:
    """Also what is lost on its way; not what no hook tells. Numbers count within their series."""
    number = addon.invoice("ada.overdue")
    addon.control("PATCH", "settings", {"weather": {"mode": "lost"}})
    addon.control("PATCH", f"invoices/{number}", {"notes": "told"})
    addon.control("PATCH", f"invoices/{number}", {"notes": "not told", "tell": False})
    addon.control("PATCH", "clients/1", {"city": "Bath"})
    standing = changes(addon)
    assert (standing["newest"], standing["changes"]["change"]) == (2, [])
    asked = changes(addon, series=standing["series"], after=0)["changes"]["change"]
    assert [(change["number"], change["type"]) for change in asked] == [(1, "invoice.updated"), (2, "client.updated")]
    assert asked[0]["data"] == {"invoice_id": number, "client_id": 1}
    assert asked[0]["id"] == f"cf_{standing['series']}_1"
    assert changes(addon, series=standing["series"], after=2)["changes"]["change"] == []
    assert changes(addon, series="another", after=0)["changes"]["change"] == []
    recorded = addon.control("GET", "changes?after=1")
    assert recorded == [{"id": f"cf_{standing['series']}_2", "type": "client.updated", "data": {"client_id": 1}}]


def test_reset_begins_another_series(addon: Whmcs) -> None:
    before = changes(addon)["series"]
    addon.control("POST", "reset")
    addon.control("PATCH", "settings", {"addon": True})
    assert changes(addon)["series"] != before


def test_several_invoices(addon: Whmcs) -> None:
    """Each as GetInvoice answers it; another client's is left out."""
    mine, other = addon.invoice("ada.overdue"), addon.invoice("bob.unnumbered")
    answer = addon.call("CounterfoilInvoices", clientid=1, invoiceids=f"{mine},{other},999999")
    alone = addon.call("GetInvoice", invoiceid=mine)
    assert [{"result": "success", **invoice} for invoice in answer["invoices"]["invoice"]] == [alone]


def test_one_order_for_a_key(addon: Whmcs) -> None:
    first = addon.call("CounterfoilOrder", idempotencykey="order-0001", **ORDER)
    assert addon.call("CounterfoilOrder", idempotencykey="order-0001", **ORDER) == {**first, "replayed": 1}
    other = addon.call("CounterfoilOrder", idempotencykey="order-0001", **{**ORDER, "pid[0]": 1})
    assert other["message"] == "This key was used for another order"
    assert addon.call("CounterfoilOrder", **ORDER)["result"] == "error"

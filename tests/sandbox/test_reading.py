"""The reading actions: what they list, in which order, and with which of the traps of WHMCS."""

import datetime as dt

from tests.sandbox.conftest import TODAY, Whmcs


def test_a_list_has_25_rows_unless_more_are_asked_for(whmcs: Whmcs) -> None:
    """`limitnum` is 25 by default; counts are numbers."""
    answer = whmcs.call("GetInvoices", userid=1)
    assert (answer["totalresults"], answer["startnumber"], answer["numreturned"]) == (85, 0, 25)
    assert len(answer["invoices"]["invoice"]) == 25
    rest = whmcs.call("GetInvoices", userid=1, limitstart=80, limitnum=100)
    assert (rest["startnumber"], rest["numreturned"]) == (80, 5)


def test_a_list_without_a_status_has_drafts_and_without_a_client_has_everybodys(whmcs: Whmcs) -> None:
    """What a portal must not rely on: drafts are in, and an empty userid is no filter."""
    rows = whmcs.call("GetInvoices", userid=1, limitnum=100)["invoices"]["invoice"]
    assert {row["status"] for row in rows} == {
        *("Draft", "Unpaid", "Paid", "Payment Pending", "Collections", "Cancelled", "Refunded"),
    }
    assert {row["userid"] for row in whmcs.call("GetInvoices", userid="", limitnum=5000)["invoices"]["invoice"]} >= {
        1,
        2,
    }


def test_overdue_is_only_a_filter(whmcs: Whmcs) -> None:
    """Rows found by it still say Unpaid and are due before today."""
    rows = whmcs.call("GetInvoices", userid=1, status="Overdue")["invoices"]["invoice"]
    assert [(row["id"], row["status"]) for row in rows] == [(whmcs.invoice("ada.overdue"), "Unpaid")]
    assert rows[0]["duedate"] == (TODAY - dt.timedelta(days=5)).isoformat()


def test_a_partly_paid_invoice_shows_its_full_total_in_the_list_and_its_balance_alone(whmcs: Whmcs) -> None:
    """Only GetInvoice knows what is left to pay."""
    invoice_id = whmcs.invoice("ada.overdue")
    row = next(
        row
        for row in whmcs.call("GetInvoices", userid=1, status="Unpaid")["invoices"]["invoice"]
        if row["id"] == invoice_id
    )
    assert (row["total"], "balance" in row) == ("134.50", False)
    invoice = whmcs.call("GetInvoice", invoiceid=invoice_id)
    assert (invoice["total"], invoice["balance"], "currencycode" in invoice) == ("134.50", "94.50", False)


def test_sorting_is_by_what_is_asked_for(whmcs: Whmcs) -> None:
    """`orderby` and `order`, with the id deciding between equals."""
    dates = [
        row["date"] for row in whmcs.call("GetInvoices", userid=1, orderby="date", order="desc")["invoices"]["invoice"]
    ]
    assert dates == sorted(dates, reverse=True)
    due = [row["duedate"] for row in whmcs.call("GetInvoices", userid=1, orderby="duedate")["invoices"]["invoice"]]
    assert due == sorted(due)


def test_text_comes_escaped_and_json_as_php_writes_it(whmcs: Whmcs) -> None:
    """Entities in names, \\u in Japanese, slashes escaped."""
    client = whmcs.call("GetClientsDetails", clientid=2)["client"]
    assert (client["companyname"], client["lastname"]) == ("Smith &amp; Sons", "O&#039;Brien")
    assert whmcs.call("GetClientsDetails", clientid=5)["client"]["city"] == "千代田区"
    assert rb"\u5343\u4ee3\u7530\u533a" in whmcs.post("GetClientsDetails", clientid=5).content
    assert rb"1 Gbit\/s" in whmcs.post("GetInvoice", invoiceid=whmcs.invoice("ada.overdue")).content


def test_yen_have_two_decimals_on_the_wire(whmcs: Whmcs) -> None:
    """WHMCS's columns are decimal(16,2) in every currency; only worded amounts know better."""
    assert whmcs.call("GetInvoice", invoiceid=whmcs.invoice("yuki.overdue"))["balance"] == "4260.00"
    stats = whmcs.call("GetClientsDetails", clientid=5, stats=1)["stats"]
    assert stats["unpaidinvoicesamount"] == "¥15,730 JPY"
    assert (stats["numunpaidinvoices"], stats["incredit"]) == (2, False)


def test_stats_come_only_when_asked_for(whmcs: Whmcs) -> None:
    """And in PHP "0" is false."""
    assert "stats" not in whmcs.call("GetClientsDetails", clientid=1)
    assert "stats" not in whmcs.call("GetClientsDetails", clientid=1, stats=0)
    assert whmcs.call("GetClientsDetails", clientid=1, stats="true")["stats"]["creditbalance"] == "€12.00 EUR"


def test_an_invoice_without_payments_says_so_with_an_empty_text(whmcs: Whmcs) -> None:
    """`transactions` is "" when there are none."""
    assert whmcs.call("GetInvoice", invoiceid=whmcs.invoice("ada.due_soon"))["transactions"] == ""


def test_secrets_that_a_portal_must_drop_are_there(whmcs: Whmcs) -> None:
    """remote_token and the service's password really come."""
    assert whmcs.call("GetPayMethods", clientid=1)["paymethods"][0]["remote_token"].startswith("{")
    assert whmcs.call("GetClientsProducts", clientid=1)["products"]["product"][0]["password"] == "service-password-1"


def test_hidden_products_and_cycles_that_are_not_offered_are_listed(whmcs: Whmcs) -> None:
    """A price of -1.00 means not offered."""
    products = whmcs.call("GetProducts")["products"]["product"]
    assert [product["pid"] for product in products] == [1, 2, 3, 4, 5]
    assert products[4]["pricing"]["EUR"]["monthly"] == "24.90"
    assert products[4]["pricing"]["JPY"]["monthly"] == products[4]["pricing"]["EUR"]["annually"] == "-1.00"

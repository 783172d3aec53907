"""Which hook tells what, and that nothing but ids ever leaves."""

import re

import pytest

from tests.addon.installation import ADDON, Installation
from tests.addon.receiver import Receiver

# Documented arguments, as https://developers.whmcs.com/hooks-reference/ has them, and what must come of each.
CARD = {"cardtype": "Visa", "cardnum": "4242424242424242", "cardcvv": "cvv-canary", "expdate": "1228", "cardstart": ""}
PERSON = {"firstname": "name-canary", "email": "ada@example.com", "password": "hunter2-canary", "notes": "note-canary"}
MODULE = {"params": {"userid": "7", "serviceid": 31, "password": "hunter2-canary", "clientsdetails": PERSON}}
HOOKS: list[tuple[str, object, list[tuple[str, dict[str, int]]]]] = [
    ("InvoiceCreation", {"source": "api", "user": 1, "invoiceid": 5}, [("invoice.created", {"invoice_id": 5})]),
    ("InvoiceCreated", {"user": "system", "invoiceid": 5, "status": ""}, [("invoice.created", {"invoice_id": 5})]),
    ("InvoicePaidPreEmail", {"invoiceid": 5}, [("invoice.paid", {"invoice_id": 5})]),
    ("InvoicePaid", {"invoiceid": 5, "invoice": {"id": 5}}, [("invoice.paid", {"invoice_id": 5})]),
    ("InvoiceUnpaid", {"invoiceid": "5"}, [("invoice.unpaid", {"invoice_id": 5})]),
    ("InvoiceCancelled", {"invoiceid": 5}, [("invoice.cancelled", {"invoice_id": 5})]),
    ("InvoiceRefunded", {"invoiceid": 5}, [("invoice.refunded", {"invoice_id": 5})]),
    ("AddInvoicePayment", {"invoiceid": 5}, [("invoice.payment_added", {"invoice_id": 5})]),
    ("AddInvoiceLateFee", {"invoiceid": 5}, [("invoice.updated", {"invoice_id": 5})]),
    ("UpdateInvoiceTotal", {"invoiceid": 5}, [("invoice.updated", {"invoice_id": 5})]),
    ("InvoiceChangeGateway", {"invoiceid": 5, "paymentmethod": "paypal"}, [("invoice.updated", {"invoice_id": 5})]),
    (
        "InvoiceSplit",
        {"originalinvoiceid": 5, "newinvoiceid": 6},
        [("invoice.updated", {"invoice_id": 5}), ("invoice.created", {"invoice_id": 6})],
    ),
    (
        "AddTransaction",
        {"id": 9, "userid": 7, "amountin": 1.5, "transid": "transid-canary", "invocieid": 5},
        [("transaction.added", {"client_id": 7, "invoice_id": 5})],
    ),
    ("AddTransaction", {"id": 9, "userid": "", "invoiceid": 5}, [("transaction.added", {"invoice_id": 5})]),
    ("ClientAdd", {"client_id": 7, "user_id": 3, **PERSON}, [("client.updated", {"client_id": 7})]),
    ("ClientAdd", {"userid": 7, **PERSON}, [("client.updated", {"client_id": 7})]),
    ("ClientEdit", {"userid": 7, **PERSON, "olddata": PERSON}, [("client.updated", {"client_id": 7})]),
    ("ClientClose", {"userid": 7}, [("client.closed", {"client_id": 7})]),
    ("ClientDelete", {"userid": 7}, [("client.deleted", {"client_id": 7})]),
    (
        "AfterClientMerge",
        {"toUserID": 7, "fromUserID": 8},
        [("client.merged", {"client_id": 7, "merged_client_id": 8})],
    ),
    ("ContactAdd", {"userid": 7, "contactid": 2, **PERSON}, [("client.updated", {"client_id": 7})]),
    ("ContactEdit", {"userid": 7, "contactid": 2, **PERSON}, [("client.updated", {"client_id": 7})]),
    ("ContactDelete", {"userid": 7, "contactid": 2}, [("client.updated", {"client_id": 7})]),
    ("CCUpdate", {"userid": 7, **CARD}, [("payment_method.changed", {"client_id": 7})]),
    ("ServiceEdit", {"userid": 7, "serviceid": 31}, [("service.updated", {"service_id": 31, "client_id": 7})]),
    ("ServiceDelete", {"clientId": 7, "serviceid": 31}, [("service.updated", {"service_id": 31, "client_id": 7})]),
    ("ServiceRecurringCompleted", {"serviceid": 31}, [("service.updated", {"service_id": 31})]),
    (
        "CancellationRequest",
        {"userid": 7, "relid": 31, "reason": "reason-canary"},
        [("service.updated", {"service_id": 31, "client_id": 7})],
    ),
    *[
        (f"AfterModule{what}", MODULE, [("service.updated", {"service_id": 31, "client_id": 7})])
        for what in ("Create", "Suspend", "Unsuspend", "Terminate", "ChangePackage")
    ],
    (
        "OrderPaid",
        {"orderId": 4, "userId": 7, "invoiceId": 5},
        [("order.updated", {"order_id": 4, "client_id": 7})],
    ),
    ("AfterShoppingCartCheckout", {"OrderID": 4, "TotalDue": 1.0}, [("order.updated", {"order_id": 4})]),
    ("QuoteCreated", {"quoteid": 2, "status": "Draft"}, [("quote.updated", {"quote_id": 2})]),
    ("QuoteStatusChange", {"quoteid": 2, "status": "Sent"}, [("quote.updated", {"quote_id": 2})]),
    ("AcceptQuote", {"quoteid": 2, "invoiceid": 0}, [("quote.updated", {"quote_id": 2})]),
    ("UserAdd", {"user_id": 3, **PERSON}, [("user.updated", {"user_id": 3})]),
    ("UserEdit", {"user_id": 3, **PERSON, "olddata": PERSON}, [("user.updated", {"user_id": 3})]),
    ("UserChangePassword", {"userid": 3, "password": "hunter2-canary"}, [("user.password_changed", {"user_id": 3})]),
    ("UserEmailVerificationComplete", {"userId": 3}, [("user.updated", {"user_id": 3})]),
    ("DailyCronJob", [], [("gateway.changed", {})]),
    (
        "LogActivity",
        {"description": "Password hunter2-canary", "user": "Admin", "userid": 7, "ipaddress": "10.0.0.1"},
        [("client.updated", {"client_id": 7})],
    ),
]  # fmt: skip
TWICE = ("AcceptOrder", "PendingOrder", "FraudOrder", "CancelOrder", "CancelAndRefundOrder", "DeleteOrder")
ODD: list[object] = [None, [], "text", 7, True, {"invoiceid": None}, {"invoiceid": []}, {"invoiceid": {"a": 1}}]
ODD += [{"invoiceid": "5; drop table"}, {"invoiceid": -5}, {"invoiceid": 0}, {"invoiceid": 1.5}, {"userid": "9" * 40}]
ODD += [{"params": "text"}, {"params": {"userid": {"x": 1}}}, {"clientsdetails": 4}, {"transid": []}, {"transid": "?"}]


def test_every_documented_hook(small: Installation) -> None:
    """Each hook with its documented arguments tells its events, with the ids of the contract."""
    steps = [[["clock", 1000.0 + 10 * at], ["hook", hook, given]] for at, (hook, given, _) in enumerate(HOOKS)]
    small.play(*[step for pair in steps for step in pair])
    assert small.events() == [event for _, _, expected in HOOKS for event in expected]


def test_no_hook_is_forgotten(small: Installation) -> None:
    """Every hook that the addon listens to is in these tests."""
    source = (ADDON / "modules/addons/counterfoil/lib/Events.php").read_text()
    listened = set(re.findall(r"^        '(\w+)' => \[", source, re.MULTILINE))
    tested = {hook for hook, _, _ in HOOKS} | set(TWICE) | {"PreDeleteClient", "ManualRefund", "ClientAreaPage"}
    assert listened == tested


@pytest.mark.parametrize("hook", TWICE)
def test_what_runs_before_the_change_is_told_again_after_it(small: Installation, hook: str) -> None:
    """WHMCS may work for minutes between hook and change. The client is found while the order is there."""
    small.sql("insert into tblorders (id, userid) values (4, 7)")
    small.play(["hook", hook, {"orderid": 4}], ["sql", "delete from tblorders", []])
    assert small.events() == 2 * [("order.updated", {"order_id": 4, "client_id": 7})]


def test_client_that_is_about_to_be_deleted(small: Installation) -> None:
    small.play(["hook", "PreDeleteClient", {"userid": 7}])
    assert small.events() == 2 * [("client.deleted", {"client_id": 7})]


def test_manual_refund(small: Installation) -> None:
    """It names the payment only: the client is looked up, the reference goes nowhere."""
    small.sql("insert into tblaccounts (userid, invoiceid, transid) values (7, 5, 'ch_canary')")
    small.play(["hook", "ManualRefund", {"transid": "ch_canary", "amount": 5.0}])
    small.play(["hook", "ManualRefund", {"transid": "unknown", "amount": 5.0}])
    assert small.events() == [("transaction.added", {"client_id": 7, "invoice_id": 5})]


def test_page_of_payment_methods(small: Installation) -> None:
    """Deleting a card and choosing another default have no hook, but both lead back to this page."""
    page = ["hook", "ClientAreaPage", {"clientsdetails": {"id": 7, "email": "ada@example.com"}}]
    small.play(["server", "REQUEST_URI", "/clientarea.php?action=invoices"], page)
    assert small.events() == []
    small.play(["server", "REQUEST_URI", "/index.php?rp=/account/paymentmethods"], page)
    assert small.events() == [("payment_method.changed", {"client_id": 7})]


def test_odd_arguments(small: Installation) -> None:
    """Whatever a hook is given: nothing is thrown, nothing printed, nothing told but what names an id."""
    hooks = [*sorted({hook for hook, _, _ in HOOKS} - {"DailyCronJob"}), "ManualRefund", "ClientAreaPage", *TWICE]
    small.play(["server", "REQUEST_URI", "paymentmethods"], *[["hook", hook, odd] for hook in hooks for odd in ODD])
    assert small.events() == []
    assert small.sql("select * from tblactivitylog") == []


def test_no_secret_of_a_hook_goes_anywhere(whmcs: Installation, portal: Receiver) -> None:
    """Passwords, cards, names, addresses and texts: not sent, not stored, not shown."""
    whmcs.play(*[["hook", hook, given] for hook, given, _ in HOOKS], ["hook", "AfterCronJob"])
    shown = "".join(whmcs.play(["page"]))
    sent = "".join(message.body + str(message.headers) for message in portal.seen)
    stored = str(whmcs.outbox()) + str(whmcs.sql("select * from mod_counterfoil_state"))
    assert "invoice_id" in sent
    assert "invoice_id" in stored
    assert "client_id" in shown
    for canary in ("canary", "4242424242424242", "ada@example.com", "10.0.0.1"):
        assert canary not in sent + stored, canary
    for canary in ("canary", "4242424242424242", "ada@example.com", whmcs.secret, whmcs.secret.removeprefix("whsec_")):
        assert canary not in shown, canary


def test_the_same_news_is_told_once(small: Installation) -> None:
    """WHMCS fires several hooks for one change. 2 s later it is news again: the portal believes nothing longer then."""
    paid = ["hook", "InvoicePaid", {"invoiceid": 5}]
    small.play(
        ["clock", 1000.0], paid, paid, ["hook", "InvoicePaidPreEmail", {"invoiceid": 5}], ["clock", 1002.0], paid
    )
    assert small.events() == 2 * [("invoice.paid", {"invoice_id": 5})]


def test_a_hook_costs_one_insert(small: Installation) -> None:
    """A single statement: with none left the process is killed, with one it goes on."""
    hook = ["hook", "InvoicePaid", {"invoiceid": 5}]
    small.play(["set", "statementsLeft", 0], hook, dies=True)
    small.play(["set", "statementsLeft", 1], hook, ["die"], dies=True)
    assert small.events() == [("invoice.paid", {"invoice_id": 5})]


def test_activity_log_is_followed_unless_told_otherwise(small: Installation) -> None:
    small.settings(catch_all="")
    small.play(["log", "Card deleted", 7])
    assert small.events() == []
    small.settings(catch_all="on")
    small.play(["log", "Card deleted", 7], ["log", "Cron ran", 0])
    assert small.events() == [("client.updated", {"client_id": 7})]


def test_client_is_named_where_whmcs_knows_it(whmcs: Installation, portal: Receiver) -> None:
    """It saves the portal a call to WHMCS for each message."""
    whmcs.sql("insert into tblinvoices (id, userid) values (5, 7)")
    whmcs.sql("insert into tblquotes (id, userid) values (2, 8)")
    whmcs.sql("insert into tblhosting (id, userid) values (31, 9)")
    whmcs.play(
        ["hook", "InvoicePaid", {"invoiceid": 5}],
        ["hook", "InvoicePaid", {"invoiceid": 6}],
        ["hook", "QuoteCreated", {"quoteid": 2}],
        ["hook", "ServiceRecurringCompleted", {"serviceid": 31}],
    )
    assert [message.data for message in portal.accepted] == [
        {"invoice_id": 5, "client_id": 7},
        {"invoice_id": 6},
        {"client_id": 8},
        {"service_id": 31, "client_id": 9},
    ]


def test_a_broken_database_does_not_break_whmcs(small: Installation) -> None:
    """Without its tables the addon says so once, in the activity log, and WHMCS goes on."""
    small.play(["call", "counterfoil_deactivate"])
    small.play(
        ["hook", "InvoicePaid", {"invoiceid": 5}], ["hook", "InvoicePaid", {"invoiceid": 6}], ["hook", "AfterCronJob"]
    )
    said = [row["description"] for row in small.sql("select description from tblactivitylog")]
    assert len(said) == 1
    assert said[0].startswith("Counterfoil: a change could not be recorded or sent")

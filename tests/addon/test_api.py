"""The custom API actions: numbered changes, several invoices at once, orders with an idempotency key."""

import json
from typing import Any
from zoneinfo import available_timezones

from tests.addon.installation import Installation
from tests.addon.receiver import Receiver
from tests.addon.test_delivery import FETCHED, NOW, WAITING, paid

ORDER = {"idempotencykey": "order-0001", "clientid": "7", "paymentmethod": "stripe", "pid": ["3", "4"]}


def ask(whmcs: Installation, **params: object) -> dict[str, Any]:
    answer: dict[str, Any] = whmcs.play(["api", "counterfoilchanges", params])[0]
    return answer


def test_without_a_number_it_says_how_things_stand(whmcs: Installation) -> None:
    """That is what the doctor and a portal that is new here ask. It changes nothing."""
    whmcs.settings(portal_url="http://127.0.0.1:9")
    whmcs.play(paid(1), paid(2))
    whmcs.sql("insert into tblconfiguration (setting, value) values ('SystemURL', 'https://billing.example.com/')")
    told = ask(whmcs)
    assert told.pop("timezone") in available_timezones()
    assert told == {
        "result": "success",
        "version": "0.2.0",
        "protocol": 1,
        "series": whmcs.series(),
        "systemurl": "https://billing.example.com/",
        "oldest": 1,
        "newest": 2,
        "waiting": 2,
        "dead": 0,
        "changes": {"change": []},
    }


def test_changes_by_number(whmcs: Installation, portal: Receiver) -> None:
    """What has a higher number, with type, ids, age, and whether the portal has confirmed it."""
    whmcs.sql("insert into tblinvoices (id, userid) values (5, 7)")
    whmcs.now = portal.at = NOW
    whmcs.play(paid(4))
    portal.status = 503
    whmcs.play(paid(5), ["hook", "DailyCronJob"])
    whmcs.now = NOW + 12
    series = whmcs.series()
    told = [
        {"type": "invoice.paid", "data": {"invoice_id": 4}},
        {"type": "invoice.paid", "data": {"invoice_id": 5, "client_id": 7}},
        {"type": "gateway.changed", "data": {}},
    ]
    assert ask(whmcs, series=series, after="0")["changes"]["change"] == [
        {"number": number, "id": f"cf_{series}_{number}", "age": 12, **change}
        for number, change in enumerate(told, start=1)
    ]
    assert [change["number"] for change in ask(whmcs, series=series, after="1", limitnum="1")["changes"]["change"]] == [
        2
    ]


def test_what_the_portal_has_applied_is_not_sent(whmcs: Installation, portal: Receiver) -> None:
    """Asking for what comes after a number says that everything up to it is applied."""
    portal.status, whmcs.now = 503, NOW
    whmcs.play(paid(1), paid(2), paid(3))
    ask(whmcs, series=whmcs.series(), after="2")
    assert whmcs.states() == [FETCHED, FETCHED, WAITING]


def test_numbers_of_another_series_are_no_numbers(whmcs: Installation, portal: Receiver) -> None:
    """After a reinstallation they begin again: an old number must neither hide a change nor call it applied."""
    portal.status, whmcs.now = 503, NOW
    whmcs.play(paid(1))
    before = whmcs.series()
    whmcs.play(["call", "counterfoil_deactivate"])
    whmcs.activate()
    whmcs.play(paid(1))
    assert whmcs.series() != before
    for series in (before, ""):
        answer = ask(whmcs, series=series, after="9")
        assert (answer["series"], answer["changes"]["change"]) == (whmcs.series(), [])
    assert whmcs.states() == [WAITING]


def test_invoices_of_one_client(whmcs: Installation) -> None:
    """As GetInvoice answers each; what is not there, or another client's, is left out."""
    whmcs.sql("insert into tblinvoices (id, userid, status, total) values (5, 7, 'Unpaid', '10.00')")
    whmcs.sql("insert into tblinvoices (id, userid, status, total) values (6, 8, 'Unpaid', '20.00')")
    asked = {"clientid": "7", "invoiceids": "5,6,99"}
    answer = whmcs.play(["api", "counterfoilinvoices", asked])[0]
    (alone,) = whmcs.play(["call", "localAPI", "GetInvoice", {"invoiceid": 5}])
    assert alone.pop("result") == "success"
    assert answer == {"result": "success", "clientid": 7, "invoices": {"invoice": [alone]}}


def test_invoices_all_or_nothing(small: Installation) -> None:
    """If WHMCS cannot tell one of them, it tells none."""
    assert small.play(["set", "isBroken", True], ["api", "counterfoilinvoices", {"clientid": 7, "invoiceids": "5"}])[
        1
    ] == {
        "result": "error",
        "message": "GetInvoice did not answer",
    }


def test_invoices_refuses_odd_questions(small: Installation) -> None:
    many = ",".join(str(number) for number in range(1, 52))
    for asked in ({}, {"clientid": "0", "invoiceids": "5"}, {"clientid": "7"}, {"clientid": "7", "invoiceids": many}):
        assert small.play(["api", "counterfoilinvoices", asked])[0]["result"] == "error"


def test_one_key_one_order(whmcs: Installation) -> None:
    """However often it is asked for."""
    first = whmcs.play(["api", "counterfoilorder", ORDER])[0]
    again = whmcs.play(["api", "counterfoilorder", ORDER])[0]
    assert first["result"] == "success"
    assert again == {**first, "replayed": 1}
    assert len(whmcs.sql("select id from tblorders")) == 1
    other = whmcs.play(["api", "counterfoilorder", {**ORDER, "idempotencykey": "order-0002"}])[0]
    assert other["orderid"] != first["orderid"]


def test_a_key_is_for_one_order(whmcs: Installation) -> None:
    whmcs.play(["api", "counterfoilorder", ORDER])
    assert whmcs.play(["api", "counterfoilorder", {**ORDER, "pid": ["5"]}])[0] == {
        "result": "error",
        "message": "This key was used for another order",
    }
    assert len(whmcs.sql("select id from tblorders")) == 1


def test_refused_order_may_be_tried_again(whmcs: Installation) -> None:
    """WHMCS's own words come through, and nothing was placed."""
    refused = whmcs.play(["api", "counterfoilorder", {**ORDER, "paymentmethod": "cash"}])[0]
    assert refused["message"].startswith("Invalid Payment Method")
    again = whmcs.play(["api", "counterfoilorder", {**ORDER, "paymentmethod": "cash"}])[0]
    assert again["message"].startswith("Invalid Payment Method")
    assert whmcs.sql("select id from tblorders") == []


def test_killed_with_the_order_placed(whmcs: Installation) -> None:
    """The answer is lost, the order is not: the same key finds it."""
    whmcs.play(["set", "diesInAddOrder", True], ["api", "counterfoilorder", ORDER], dies=True)
    (order,) = whmcs.sql("select id, invoiceid from tblorders")
    found = whmcs.play(["api", "counterfoilorder", ORDER])[0]
    assert (found["orderid"], found["invoiceid"], found["serviceids"]) == (order["id"], order["invoiceid"], "1,2")
    assert len(whmcs.sql("select id from tblorders")) == 1


def test_killed_before_the_order_was_placed(small: Installation) -> None:
    small.play(["set", "statementsLeft", 3], ["api", "counterfoilorder", ORDER], dies=True)
    assert small.play(["api", "counterfoilorder", ORDER])[0]["result"] == "success"
    assert len(small.sql("select id from tblorders")) == 1


def test_two_orders_that_fit_are_not_guessed_about(whmcs: Installation) -> None:
    """The customer ordered the same in WHMCS in that moment: a person must look."""
    whmcs.play(["set", "diesInAddOrder", True], ["api", "counterfoilorder", ORDER], dies=True)
    whmcs.play(["call", "localAPI", "AddOrder", {"clientid": 7, "paymentmethod": "stripe", "pid": [3, 4]}])
    assert "not known" in whmcs.play(["api", "counterfoilorder", ORDER])[0]["message"]


def test_four_ask_for_the_same_order_at_once(maria: Installation) -> None:
    """One places it; the others get its answer, or are told to wait."""
    slow = ["set", "addOrderTakes", 0.5]
    processes = [maria.start(slow, ["api", "counterfoilorder", ORDER]) for _ in range(4)]
    answers = [json.loads(process.communicate(timeout=60)[0].splitlines()[-1]) for process in processes]
    assert len(maria.sql("select id from tblorders")) == 1
    placed = [answer for answer in answers if answer["result"] == "success"]
    assert {answer["orderid"] for answer in placed} == {1}
    assert {answer["message"] for answer in answers if answer["result"] == "error"} <= {
        "An order with this key is being placed"
    }


def test_order_refuses_odd_questions(small: Installation) -> None:
    for change in ({"idempotencykey": "short"}, {"idempotencykey": []}, {"clientid": "0"}, {"pid": "3"}):
        assert small.play(["api", "counterfoilorder", {**ORDER, **change}])[0]["result"] == "error"


def test_an_error_says_no_more_than_its_kind(small: Installation) -> None:
    """WHMCS hands it to whoever called."""
    small.play(["call", "counterfoil_deactivate"])
    for action in ("counterfoilchanges", "counterfoilorder"):
        answer = small.play(["api", action, ORDER])[0]
        assert (answer["result"], answer["message"]) == ("error", "Counterfoil: Illuminate\\Database\\QueryException")

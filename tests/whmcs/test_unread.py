"""Values that cannot be read: left out where they are neither money nor identity, else the answer is worthless."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from counterfoil.billing.payment_methods import shown_methods
from counterfoil.model import Gateway
from counterfoil.whmcs.wire import clients, invoices, orders, payments, records, subscriptions
from counterfoil.whmcs.wire.values import Untrustworthy
from tests.whmcs import answers
from tests.whmcs.conftest import Logged

UTC = ZoneInfo("UTC")
BAD_DATES = ["30/02/2025", "2024-00-00", "2025-02-30", "soon", False, 20250101, []]


def services(**changes: Any) -> dict[str, Any]:
    row = answers.service(**changes)
    return {"result": "success", "products": {"product": [answers.service(id=99), row]}}


@pytest.mark.parametrize("written", ["00/25", "13/25", "N/A", "2030-02-28", False, True, "12/3", "\u0661\u0662/25"])
def test_an_expiry_that_is_none(written: object, logged: Logged) -> None:
    """The card is shown without it, and named in one line of the log."""
    method = {"id": 4, "type": "CreditCard", "gateway_name": "stripe", "card_last_four": "4242", "expiry_date": written}
    answer = {"result": "success", "clientid": 7, "paymethods": [method, method | {"id": 5}]}
    read = payments.payment_methods(answer, 7)
    assert [(each.expires_on, each.unreadable) for each in read] == [(None, ("expires_on",))] * 2
    [line] = [line for line in logged() if "cannot be read" in line["event"]]
    assert line["fields"] == {"expiry_date": 4}


@pytest.mark.parametrize("written", ["", None, "00/00"])
def test_no_expiry_is_none(written: object) -> None:
    method = {"id": 4, "type": "BankAccount", "gateway_name": "stripe", "expiry_date": written}
    (read,) = payments.payment_methods({"result": "success", "clientid": 7, "paymethods": [method]}, 7)
    assert (read.expires_on, read.unreadable) == (None, ())


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"billingcycle": ""}, ("billing_cycle",)),
        ({"billingcycle": "Weekly"}, ("billing_cycle",)),
        ({"billingcycle": "Yearly"}, ("billing_cycle",)),
        ({"status": ""}, ("status",)),
        ({"status": None}, ("status",)),
        ({"recurringamount": ""}, ("amount",)),
        ({"recurringamount": "1,234.56"}, ("amount",)),
        ({"qty": "2 hrs"}, ("quantity",)),
        *(({"nextduedate": bad}, ("next_due_on",)) for bad in BAD_DATES),
        *(({"regdate": bad}, ("started_on",)) for bad in BAD_DATES),
    ],
)
def test_a_service_without_what_cannot_be_read(changes: dict[str, Any], names: tuple[str, ...]) -> None:
    """It is still in the list, and so are the others."""
    whole, read = subscriptions.subscriptions(services(**changes), 7, UTC)
    assert (whole.unreadable, read.unreadable) == ((), names)
    (name,) = names
    assert getattr(read, name) is None or name == "quantity"
    # An order is found again among the same rows.
    assert len(orders.services(services(**changes), 7)) == 2


@pytest.mark.parametrize("key", ["id", "clientid"])
def test_whose_service_it_is_is_never_guessed(key: str) -> None:
    with pytest.raises(Untrustworthy):
        subscriptions.subscriptions(services(**{key: "x"}), 7, UTC)


@pytest.mark.parametrize("bad", BAD_DATES)
def test_an_invoice_without_its_dates(bad: object) -> None:
    """A date beside a status is left out, in the list and on the page."""
    dates = {"date": bad, "duedate": bad, "datepaid": bad}
    (row,) = invoices.invoice_rows(answers.invoices(answers.invoice_row(**dates)), 7, 0, 25, UTC).rows
    one = invoices.invoice(answers.invoice(**dates), 1, UTC)
    for read in (row, one):
        assert (read.issued_on, read.due_on, read.paid_at) == (None, None, None)
        assert read.unreadable == ("issued_on", "due_on", "paid_at")


@pytest.mark.parametrize("changes", [{"total": ""}, {"balance": "1,234.56"}, {"subtotal": None}, {"userid": "x"}])
def test_money_and_owner_of_an_invoice_are_all_or_nothing(changes: dict[str, Any]) -> None:
    with pytest.raises(Untrustworthy):
        invoices.invoice(answers.invoice(**changes), 1, UTC)


@pytest.mark.parametrize("written", ["1,234.56", "", "N/A", None, "1.234,56", "12 EUR"])
def test_a_credit_that_is_no_amount(written: object) -> None:
    """It is not known, and not 0."""
    client = {"id": 7, "currency_code": "EUR", "credit": written, "status": "Active"}
    assert clients.client({"result": "success", "client": client}, 7).credit is None


@pytest.mark.parametrize(
    ("changes", "name"),
    [({"quantity": "2 hrs"}, "quantity"), ({"quantity": "1,000"}, "quantity"), ({"unitprice": ""}, "unit_price")],
)
def test_a_line_of_a_quote(changes: dict[str, Any], name: str) -> None:
    line = {"description": "Work", "quantity": "1", "unitprice": "5.00", "discount": "0.00", "taxable": "0"}
    quote = {
        "id": 3,
        "userid": 7,
        "subject": "Work",
        "stage": "Delivered",
        "datecreated": "2026-01-01",
        "validuntil": "2024-00-00",
        "subtotal": "5.00",
        "total": "5.00",
        "items": {"item": [line | changes]},
    }
    (read,) = records.quotes({"result": "success", "quotes": {"quote": [quote]}}, 7, UTC)
    assert (read.issued_on, read.valid_until, read.unreadable) == (date(2026, 1, 1), None, ("valid_until",))
    assert (getattr(read.lines[0], name), read.lines[0].unreadable) == (None, (name,))


def test_a_contact_without_what_cannot_be_read() -> None:
    """Whose it is is never guessed."""
    row = {"id": 4, "userid": 7, "firstname": "Bea", "email": ["x"], "generalemails": "1", "domainemails": "maybe"}
    answer = {"result": "success", "contacts": {"contact": [row]}}
    (read,) = records.contacts(answer, 7)
    assert (read.first_name, read.email, read.emails) == ("Bea", "", ("general",))
    assert read.unreadable == ("email", "emails")
    for key in ("id", "userid"):
        with pytest.raises(Untrustworthy):
            records.contacts({"result": "success", "contacts": {"contact": [row | {key: "x"}]}}, 7)


def test_rate_and_line_of_an_invoice() -> None:
    """The tax itself is money, and what a line bills says whether the invoice counts."""
    line = {"type": "Hosting", "description": [1], "amount": "1,234.56", "taxed": "1"}
    spoilt = {"taxrate": "N/A", "tax": "2.00", "items": {"item": [line]}}
    read = invoices.invoice(answers.invoice(**spoilt), 1, UTC)
    assert [(tax.rate, str(tax.amount), tax.unreadable) for tax in read.taxes] == [(None, "2.00", ("rate",))]
    assert [(each.amount, each.unreadable) for each in read.lines] == [(None, ("description", "amount"))]
    for worse in ({"tax": "N/A"}, {"items": {"item": [line | {"type": False}]}}):
        with pytest.raises(Untrustworthy):
            invoices.invoice(answers.invoice(**(spoilt | worse)), 1, UTC)


def test_a_rate_of_which_nothing_came_is_no_tax() -> None:
    read = invoices.invoice(answers.invoice(taxrate="11.000", tax="0.00", taxrate2="0.000", tax2="0.00"), 1, UTC)
    assert read.taxes == ()


def test_a_card_whose_gateway_cannot_be_read() -> None:
    method = {"id": 4, "type": "CreditCard", "gateway_name": False, "expiry_date": "12/40"}
    (read,) = payments.payment_methods({"result": "success", "clientid": 7, "paymethods": [method]}, 7)
    assert (read.gateway, read.unreadable) == ("", ("gateway",))
    (shown,) = shown_methods([read], [Gateway("stripe", "Card")], date(2026, 1, 1))
    assert not shown.is_usable


def test_an_amount_left_out_beside_a_good_one() -> None:
    """A refund has no amount that came in."""
    row = {"id": 1, "userid": 7, "date": "30/02/2025", "amountin": "", "amountout": "5.00"}
    (read,) = records.transactions(
        {"result": "success", "totalresults": 1, "transactions": {"transaction": [row]}}, 7, UTC
    )
    assert (str(read.amount), read.on, read.unreadable) == ("-5.00", None, ("date",))


def test_a_price_that_cannot_be_read_is_not_offered() -> None:
    """Nor does it take the other products with it."""
    pricing = {"EUR": {"monthly": "abc", "annually": "50.00", "asetupfee": "", "quarterly": "15.00", "qsetupfee": "?"}}
    product = {"pid": 1, "name": "Web", "paytype": "recurring", "pricing": pricing}
    (read,) = orders.products({"result": "success", "products": {"product": [product]}})
    assert [price.billing_cycle for price in read.prices] == ["annually"]

"""Gateways and saved payment methods as WHMCS sends them."""

from datetime import date

import msgspec
import pytest

from counterfoil.model import Gateway
from counterfoil.whmcs.wire import payments
from counterfoil.whmcs.wire.values import Untrustworthy
from tests.whmcs.answers import pay_method, pay_methods
from tests.whmcs.conftest import Logged


def test_gateways() -> None:
    rows = [{"module": "paypal", "displayname": "PayPal &amp; Co"}, {"module": "mail", "displayname": ""}]
    answer = {"totalresults": "2", "paymentmethods": {"paymentmethod": rows}}
    assert payments.gateways(answer) == (Gateway("paypal", "PayPal & Co"), Gateway("mail", "mail"))
    assert payments.gateways({"totalresults": 0, "paymentmethods": ""}) == ()


def test_gateways_that_got_lost_are_noticed() -> None:
    with pytest.raises(Untrustworthy):
        payments.gateways({"totalresults": 2})


def test_a_gateway_without_module_is_left_out() -> None:
    """Nothing can be paid with it; the others stay."""
    rows = [{"displayname": "x"}, {"module": "mail", "displayname": "By mail"}]
    assert payments.gateways({"totalresults": 2, "paymentmethods": rows}) == (Gateway("mail", "By mail"),)


def test_tokens_stay_behind() -> None:
    """`remote_token` pays: it goes no further than the decoding of the answer."""
    methods = payments.payment_methods(pay_methods(pay_method()), 7)
    assert b"canary" not in msgspec.json.encode(methods)
    assert (methods[0].type, methods[0].brand, methods[0].last_four) == ("card", "Visa", "4242")


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("CreditCard", "card"),
        ("RemoteCreditCard", "card"),
        ("BankAccount", "bank_account"),
        ("RemoteBankAccount", "bank_account"),
    ],
)
def test_types_of_payment_methods(kind: str, shown: str) -> None:
    [method] = payments.payment_methods(pay_methods(pay_method(type=kind)), 7)
    assert method.type == shown


def test_an_unknown_type_is_not_counted_as_usable(logged: Logged) -> None:
    """Left out, so that no order counts on it, and the operator is told."""
    found = payments.payment_methods(pay_methods(pay_method(id=1), pay_method(id=2, type="Canary")), 7)
    assert [method.id for method in found] == [1]
    assert logged()[0]["payment_method_id"] == 2


def test_never_more_than_four_digits() -> None:
    """Should a whole card number ever stand there, four digits of it go on."""
    [method] = payments.payment_methods(pay_methods(pay_method(card_last_four="4111 1111 1111 1234")), 7)
    assert method.last_four == "1234"


@pytest.mark.parametrize(
    ("written", "last_day"),
    [
        ("02/25", date(2025, 2, 28)),
        ("02/28", date(2028, 2, 29)),
        ("12/2031", date(2031, 12, 31)),
        ("1131", date(2031, 11, 30)),
        ("3/27", date(2027, 3, 31)),
        ("", None),
        (None, None),
        ("00/00", None),
    ],
)
def test_a_card_is_valid_to_the_end_of_its_month(written: object, last_day: date | None) -> None:
    [method] = payments.payment_methods(pay_methods(pay_method(expiry_date=written)), 7)
    assert method.expires_on == last_day


@pytest.mark.parametrize("written", ["13/25", "2025-02", "soon", "1/1/25", "02/25/"])
def test_an_expiry_that_cannot_be_read_is_not_taken_for_never(written: str) -> None:
    [method] = payments.payment_methods(pay_methods(pay_method(expiry_date=written)), 7)
    assert (method.expires_on, method.unreadable) == (None, ("expires_on",))


def test_a_bank_account_has_no_card_fields() -> None:
    bare = {"id": 3, "type": "BankAccount", "description": "", "gateway_name": "", "bank_name": "Bank of A"}
    [method] = payments.payment_methods(pay_methods(bare), 7)
    assert (method.brand, method.last_four, method.expires_on) == ("Bank of A", "", None)


def test_payment_methods_of_another_client_are_refused() -> None:
    for clientid in (8, "8", "", None):
        with pytest.raises(Untrustworthy):
            payments.payment_methods(pay_methods(clientid=clientid), 7)
    for owner in ("clientid", "userid"):
        with pytest.raises(Untrustworthy):
            payments.payment_methods(pay_methods(pay_method(**{owner: 8})), 7)


def test_a_contact_is_no_owner() -> None:
    """`contact_id` is 1 in every row of the vendor's sample, whoever's it is."""
    [method] = payments.payment_methods(pay_methods(pay_method(contact_type="Client", contact_id=1)), 7)
    assert method.last_four == "4242"

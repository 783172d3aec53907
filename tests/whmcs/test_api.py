"""Each action over the wire: what is asked, what WHMCS's refusals mean, and whose word is not taken."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from counterfoil.errors import BillingUnavailable, SignInFailed
from counterfoil.model import Gateway
from counterfoil.whmcs.api import InvoiceRows, Login, WhmcsApi, WhmcsDetails
from counterfoil.whmcs.client import WhmcsClient
from counterfoil.whmcs.lists import MOST_PAGES, PAGE
from tests.whmcs import answers
from tests.whmcs.conftest import IDENTIFIER, SECRET, Logged
from tests.whmcs.outcomes import reason, refuses
from tests.whmcs.scripted import OK, Scripted, says

pytestmark = pytest.mark.anyio

AUTH = {"identifier": IDENTIFIER, "secret": SECRET, "responsetype": "json"}


async def test_get_invoices(whmcs: Scripted, api: WhmcsApi) -> None:
    """Always with client, order and orderby."""
    whmcs.default = says(answers.invoices(answers.invoice_row(id=4), startnumber=20, totalresults=21))
    page = await api.get_invoices(7, limitstart=20, limitnum=10)
    assert ([row.id for row in page.rows], page.total, page.returned) == ([4], 21, 1)
    expected = {"userid": "7", "limitstart": "20", "limitnum": "10", "orderby": "date", "order": "desc"}
    assert whmcs.calls == [AUTH | expected | {"action": "GetInvoices"}]
    whmcs.default = says(answers.invoices())
    assert await api.get_invoices(7) == InvoiceRows((), 0, 0)
    assert whmcs.calls[1] == AUTH | expected | {"action": "GetInvoices", "limitstart": "0", "limitnum": "1000"}


async def test_many_invoices_do_not_stop_everybody_else(whmcs: Scripted, api: WhmcsApi) -> None:
    """While thousands of rows are read, other requests are served; what is wrong with a row is noticed all the same."""
    many = [answers.invoice_row(id=number) for number in range(1, 5001)]
    whmcs.script.append(says(answers.invoices(*many)))
    whmcs.script.append(says(answers.invoices(*many, answers.invoice_row(id=9999, userid=8))))
    assert len((await api.get_invoices(7, limitnum=10_000)).rows) == 5000
    assert await reason(api.get_invoices(7, limitnum=10_000)) == "untrustworthy"


@pytest.mark.parametrize(
    "ask",
    [
        lambda api: api.get_invoices(0),
        lambda api: api.get_invoices(-1),
        lambda api: api.get_clients_details(0),
        lambda api: api.get_pay_methods(0),
        lambda api: api.get_clients_products(0),
        lambda api: api.create_sso_token(0, 1, destination="x"),
        lambda api: api.create_sso_token(1, 0, destination="x"),
        lambda api: api.get_users(""),
    ],
)
async def test_nothing_is_asked_about_everybody(
    ask: Callable[[WhmcsApi], Awaitable[Any]], whmcs: Scripted, api: WhmcsApi
) -> None:
    """WHMCS takes an empty condition as none: such a call is not made."""
    with pytest.raises(ValueError):
        await ask(api)
    assert whmcs.calls == []


async def test_invoices_of_somebody_else_are_no_answer(whmcs: Scripted, api: WhmcsApi, logged: Logged) -> None:
    """A WHMCS, or a cache in between, that answers with other clients' rows is not believed at all."""
    whmcs.default = says(answers.invoices(answers.invoice_row(id=4), answers.invoice_row(id=5, userid=8)))
    assert await reason(api.get_invoices(7)) == "untrustworthy"
    [line] = logged()
    assert (line["action"], line["problem"]) == ("GetInvoices", "invoices of another client")


async def test_get_invoice(whmcs: Scripted, api: WhmcsApi) -> None:
    """An invoice of whatever client; None when there is none; another than asked for is no answer."""
    whmcs.script.extend([
        says(answers.invoice()), refuses("Invoice ID Not Found"), says(answers.invoice(invoiceid=2)), refuses("Oops"),
    ])  # fmt: skip
    invoice = await api.get_invoice(1)
    assert invoice
    assert (invoice.id, invoice.client_id) == (1, 7)
    assert whmcs.calls == [AUTH | {"action": "GetInvoice", "invoiceid": "1"}]
    assert await api.get_invoice(1) is None
    assert await reason(api.get_invoice(1)) == "untrustworthy"
    assert await reason(api.get_invoice(1)) == "refused"


async def test_get_clients_details(whmcs: Scripted, api: WhmcsApi) -> None:
    whmcs.script.extend([says(answers.client()), refuses("Client Not Found"), says(answers.client(id=8))])
    client = await api.get_clients_details(7)
    assert client
    assert client.currency == "GBP"
    assert whmcs.calls == [AUTH | {"action": "GetClientsDetails", "clientid": "7", "stats": "0"}]
    assert await api.get_clients_details(7) is None
    assert await reason(api.get_clients_details(7)) == "untrustworthy"


async def test_validate_login(whmcs: Scripted, api: WhmcsApi) -> None:
    """Two-factor is told apart; a wrong password is a wrong password; neither is ever tried twice."""
    success = {"result": "success", "userid": "3", "twoFactorEnabled": "true"}
    whmcs.script.extend([says(success), refuses("Email or Password Invalid"), says(OK, 502)])
    assert await api.validate_login("ada@example.com", "pass&word") == Login(3, two_factor=True)
    expected = {"action": "ValidateLogin", "email": "ada@example.com", "password2": "pass&word"}
    assert whmcs.calls == [AUTH | expected]
    with pytest.raises(SignInFailed):
        await api.validate_login("ada@example.com", "wrong")
    assert await reason(api.validate_login("ada@example.com", "x")) == "server_error"
    assert len(whmcs.calls) == 3


async def test_get_users_reads_all_pages(whmcs: Scripted, api: WhmcsApi) -> None:
    """The search finds beginnings, so the one that is meant may stand on any page."""
    found = [answers.user(id=number) for number in range(1, PAGE + 3)]
    for start in (0, PAGE):
        page = found[start : start + PAGE]
        counts = {"totalresults": len(found), "startnumber": start, "numreturned": len(page)}
        whmcs.script.append(says({"result": "success", **counts, "users": page}))
    users = await api.get_users("ada@example.com")
    assert [user.id for user in users] == list(range(1, PAGE + 3))
    assert [(call["search"], call["limitstart"], call["limitnum"]) for call in whmcs.calls] == [
        ("ada@example.com", "0", str(PAGE)),
        ("ada@example.com", str(PAGE), str(PAGE)),
    ]


async def test_get_users_ends(whmcs: Scripted, api: WhmcsApi) -> None:
    """An installation that always promises more rows does not keep us reading for ever."""
    for start in range(MOST_PAGES + 5):
        one = {"totalresults": 10**9, "startnumber": start, "numreturned": 1, "users": [answers.user()]}
        whmcs.script.append(says({"result": "success"} | one))
    assert await reason(api.get_users("a")) == "untrustworthy"
    assert len(whmcs.calls) == MOST_PAGES


async def test_get_user_permissions(whmcs: Scripted, api: WhmcsApi) -> None:
    """Not associated is None; success without permissions, or a user or client that is gone, allows nothing."""
    whmcs.script.extend([
        says({"result": "success", "permissions": ["invoices"]}), says(OK),
        refuses("User is not associated with client"), refuses("Invalid client id"), refuses("Invalid user id"),
        refuses("Something else"),
    ])  # fmt: skip
    asked = [await api.get_user_permissions(3, 7) for _ in range(5)]
    assert asked == [{"invoices"}, frozenset(), None, frozenset(), frozenset()]
    assert whmcs.calls[0] == AUTH | {"action": "GetUserPermissions", "user_id": "3", "client_id": "7"}
    assert await reason(api.get_user_permissions(3, 7)) == "refused"


async def test_get_payment_methods(whmcs: Scripted, api: WhmcsApi) -> None:
    rows = {"paymentmethod": [{"module": "paypal", "displayname": "PayPal"}]}
    whmcs.default = says({"result": "success", "totalresults": 1, "paymentmethods": rows})
    assert await api.get_payment_methods() == (Gateway("paypal", "PayPal"),)
    assert whmcs.actions == ["GetPaymentMethods"]


async def test_get_pay_methods(whmcs: Scripted, api: WhmcsApi) -> None:
    whmcs.script.extend([says(answers.pay_methods(answers.pay_method())), says(answers.pay_methods(clientid=8))])
    [method] = await api.get_pay_methods(7)
    assert method.last_four == "4242"
    assert whmcs.calls == [AUTH | {"action": "GetPayMethods", "clientid": "7"}]
    assert await reason(api.get_pay_methods(7)) == "untrustworthy"


async def test_get_clients_products_reads_all_pages(whmcs: Scripted, api: WhmcsApi) -> None:
    """WHMCS gives 25 services unless told otherwise; a customer with more sees all of them."""
    for start, ids in ((0, range(1, PAGE + 1)), (PAGE, range(PAGE + 1, PAGE + 4))):
        counts = {"totalresults": str(PAGE + 3), "startnumber": start, "numreturned": len(ids)}
        rows = {"product": [answers.service(id=number) for number in ids]}
        whmcs.script.append(says({"result": "success", **counts, "products": rows}))
    assert len(await api.get_clients_products(7)) == PAGE + 3
    assert {call["clientid"] for call in whmcs.calls} == {"7"}


async def test_a_list_that_moved_between_two_pages_is_refused(whmcs: Scripted, api: WhmcsApi) -> None:
    """What came twice pushed something else out."""
    for start, ids in ((0, range(1, PAGE + 1)), (PAGE, [PAGE])):
        counts = {"totalresults": PAGE + 1, "startnumber": start, "numreturned": len(ids)}
        rows = {"product": [answers.service(id=number) for number in ids]}
        whmcs.script.append(says({"result": "success", **counts, "products": rows}))
    assert await reason(api.get_clients_products(7)) == "untrustworthy"


@pytest.mark.parametrize(
    "said",
    [
        {"result": "error", "message": "Invoice ID Not Found"},
        {"status": "error", "message": "Invoice ID Not Found"},
        {"status": "error", "message": "invoice not found"},
        {"result": "error", "message": "Invalid invoice_id"},
    ],
)
@pytest.mark.parametrize("status", [200, 400, 404, 422, 500])
async def test_a_missing_invoice_is_none_in_every_dialect(
    said: dict[str, str], status: int, whmcs: Scripted, api: WhmcsApi, client: WhmcsClient
) -> None:
    """And none of it says that WHMCS is down."""
    whmcs.default = says(said, status)
    for invoice_id in range(1, 8):
        assert await api.get_invoice(invoice_id) is None
    assert client.health.breaker == "closed"


async def test_whmcs_details(whmcs: Scripted, api: WhmcsApi) -> None:
    whmcs.script.append(says({"result": "success", "whmcs": {"version": "8.13.1", "canonicalversion": "8.13.1-r.1"}}))
    assert await api.whmcs_details() == WhmcsDetails("8.13.1-r.1")
    assert await reason(api.whmcs_details()) == "untrustworthy"


async def test_nothing_that_whmcs_said_is_logged_or_told(whmcs: Scripted, api: WhmcsApi, logged: Logged) -> None:
    """Responses, messages, parameters and credentials stay out of logs and errors, whatever goes wrong."""
    body = f'{{"result":"error","message":"canary {SECRET}"}}'
    bad = [
        refuses("canary message"),
        says({"result": "error", "message": "Invalid IP canary"}, 403),
        says({"canary": 1}),
        says({"result": "canary"}),
        says(answers.invoice(status="canary", total="canary")),
        says(answers.invoice(userid="canary-id")),
        says(body, 500),
    ]
    for act in bad:
        whmcs.default = act
        with pytest.raises(BillingUnavailable) as error:
            await api.get_invoice(1)
        assert "canary" not in repr(error.value.args)
        # After a 403 nothing is sent for a second; this test is not about that.
        api._client._breaker._resume_at = 0
    whmcs.default = says(answers.invoice(date="canary-date"))
    await api.get_invoice(1)  # A date that cannot be read is left out, and said to be.
    whmcs.default = says(body, 500)
    with pytest.raises((BillingUnavailable, SignInFailed)):
        await api.validate_login("canary@example.com", "canary-password")
    lines = logged()
    assert "canary" not in str(lines)
    failed = [line for line in lines if line["event"] in {"WHMCS call failed", "WHMCS answer not usable"}]
    assert len(failed) == len(bad) + 1
    assert all(line["hint"] for line in failed)

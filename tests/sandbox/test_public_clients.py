"""Two public WHMCS clients, written against the real thing, work against the sandbox over HTTP."""

from collections.abc import Iterator

import pytest
import whmcs_client
from whmcspy import WHMCS, exceptions

from tests.sandbox.conftest import Whmcs

LOGIN = {"username": "sandbox-identifier", "password": "sandbox-secret", "responsetype": "json"}


@pytest.fixture
def whmcspy(whmcs: Whmcs) -> WHMCS:
    return WHMCS(f"{whmcs.url}/includes/api.php", "sandbox-identifier", "sandbox-secret")


@pytest.fixture
def typed(whmcs: Whmcs) -> Iterator[whmcs_client.DefaultApi]:
    """whmcs-api-client: generated from an OpenAPI description, checks every type."""
    configuration = whmcs_client.Configuration(host=f"{whmcs.url}/includes")
    with whmcs_client.ApiClient(configuration) as client:
        yield whmcs_client.DefaultApi(client)
        client.rest_client.pool_manager.clear()


def test_whmcspy_reads_invoices_services_orders_and_payments(whmcspy: WHMCS) -> None:
    """It pages until nothing comes, and reads rows without asking what they are."""
    assert whmcspy.get_invoice(1082)["balance"] == "94.50"
    services = list(whmcspy.get_clients_products(clientid=1, active=True))
    assert [service["name"] for service in services] == ["Fibre 1 Gbit/s", "Static IP address", "Web hosting S"]
    assert [order["userid"] for order in whmcspy.get_orders(userid=1)] == [1]
    assert whmcspy.get_transactions(invoiceid=1082)[0]["amountin"] == "40.00"
    pages = list(whmcspy.paginated_call("GetInvoices", userid=1))
    assert [page["numreturned"] for page in pages] == [25, 25, 25, 10]


def test_whmcspy_orders_and_accepts(whmcspy: WHMCS) -> None:
    """Lists go out as PHP arrays."""
    placed = whmcspy.call("AddOrder", clientid=1, paymentmethod="stripe", pid=[2], billingcycle=["monthly"])
    assert whmcspy.accept_order(placed["orderid"])["result"] == "success"
    with pytest.raises(exceptions.Error, match="Status not Pending"):
        whmcspy.accept_order(placed["orderid"])


def test_whmcspy_tells_errors_apart(whmcs: Whmcs, whmcspy: WHMCS) -> None:
    """A business error is one thing, a refused permission another."""
    with pytest.raises(exceptions.Error, match="Invoice ID Not Found"):
        whmcspy.get_invoice(999)
    whmcs.control("PATCH", "settings", {"denied_actions": ["GetInvoice"]})
    with pytest.raises(exceptions.MissingPermission, match="getinvoice"):
        whmcspy.get_invoice(1082)


def test_the_typed_client_reads_lists_and_details(typed: whmcs_client.DefaultApi) -> None:
    """Every answer passes its strict types. (GetTransactions is left out: it wants numbers where WHMCS sends text.)"""
    listed = typed.get_invoices(**LOGIN, userid=1, limitnum=100, orderby="date", order="desc")
    assert (listed.result, listed.totalresults, listed.numreturned) == ("success", 85, 85)
    details = typed.get_clients_details(**LOGIN, clientid=5)
    assert details.client.email == "yuki@example.com"
    gateways = typed.get_payment_methods(**LOGIN).paymentmethods.paymentmethod
    assert [gateway.module for gateway in gateways] == ["stripe", "gocardless", "paypalcheckout", "banktransfer"]
    currencies = typed.get_currencies(**LOGIN).currencies.currency
    assert [currency.code for currency in currencies] == ["EUR", "JPY", "GBP", "BHD"]
    assert typed.get_products(**LOGIN).totalresults == 5
    assert typed.get_clients_products(**LOGIN, clientid=1).result == "success"
    assert typed.get_orders(**LOGIN, userid=1).totalresults == 1


def test_the_typed_client_writes(whmcs: Whmcs, typed: whmcs_client.DefaultApi) -> None:
    """A profile is changed through it, and read back."""
    assert typed.update_client(**LOGIN, clientid=1, city="Manchester").clientid == "1"
    assert whmcs.call("GetClientsDetails", clientid=1)["client"]["city"] == "Manchester"


def test_the_typed_client_is_refused(typed: whmcs_client.DefaultApi) -> None:
    """403 for a wrong secret."""
    with pytest.raises(whmcs_client.ApiException) as refused:
        typed.get_currencies(**LOGIN | {"password": "wrong"})
    assert refused.value.status == 403

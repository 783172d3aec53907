"""Ordering through WHMCS's API: what goes out, and what its answers mean."""

import base64
from decimal import Decimal
from typing import Any

import pytest

from counterfoil.errors import BillingUnavailable
from counterfoil.model import Price
from counterfoil.whmcs.client import WhmcsClient
from counterfoil.whmcs.orders_api import Line, OrderRefused, OrderRow, Placed, WhmcsOrders
from tests.whmcs.answers import service
from tests.whmcs.scripted import Scripted, says

pytestmark = pytest.mark.anyio


@pytest.fixture
def orders(client: WhmcsClient) -> WhmcsOrders:
    return WhmcsOrders(client)


def product(**changes: Any) -> dict[str, Any]:
    pricing = {"msetupfee": "5.00", "asetupfee": "0.00", "monthly": "25.99", "quarterly": "-1.00", "annually": "250.00"}
    row = {
        "pid": "1", "gid": 1, "type": "hostingaccount", "name": "Best &amp; Co", "description": "",
        "paytype": "recurring", "allowqty": 0, "pricing": {"USD": {"prefix": "$", "suffix": " USD", **pricing}},
        "customfields": {"customfield": [{"id": 2, "name": "Portal order", "description": "", "required": ""}]},
        "configoptions": {"configoption": []},
    }  # fmt: skip
    return row | changes


def products(*found: dict[str, Any]) -> dict[str, Any]:
    return {"result": "success", "totalresults": len(found), "products": {"product": list(found)}}


async def test_products_have_only_the_prices_that_are_offered(whmcs: Scripted, orders: WhmcsOrders) -> None:
    """ "-1.00" means that WHMCS does not offer a cycle."""
    whmcs.script.append(says(products(product())))
    (sold,) = await orders.get_products()
    assert (sold.name, sold.takes_quantity, sold.fields) == ("Best & Co", False, {"Portal order": 2})
    assert sold.prices == (
        Price("USD", "monthly", Decimal("25.99"), Decimal("5.00")),
        Price("USD", "annually", Decimal("250.00"), Decimal("0.00")),
    )


async def test_what_is_paid_once_or_never(whmcs: Scripted, orders: WhmcsOrders) -> None:
    """WHMCS writes the price of something paid once where the monthly one stands."""
    whmcs.script.append(says(products(product(paytype="onetime"), product(paytype="free"))))
    once, free = await orders.get_products()
    assert [price.billing_cycle for price in once.prices + free.prices] == ["onetime", "free"]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Fast &amp; near.", "Fast & near."),
        ("One<br />\r\ntwo<BR>three", "One\ntwo\nthree"),
        ("<p>For <b>offices</b>:</p>\n<ul>\n<li>10 GB</li><li class='x'>mail</li></ul>", "For offices:\n10 GB\nmail"),
        ("&lt;p&gt;Stored escaped&lt;/p&gt;", "Stored escaped"),
        ("<style>b { color: red }</style><!-- old --><b>Now</b><script>alert(1)</script>", "Now"),
        ("1 < 2, a<3 and 4 > 3", "1 < 2, a<3 and 4 > 3"),
    ],
)
async def test_a_description_in_html_is_read_as_its_words(
    whmcs: Scripted, orders: WhmcsOrders, stored: str, shown: str
) -> None:
    """WHMCS lets administrators format it; the portal shows text."""
    whmcs.script.append(says(products(product(description=stored))))
    (sold,) = await orders.get_products()
    assert sold.description == shown


async def test_hidden_products_are_not_sold(whmcs: Scripted, orders: WhmcsOrders) -> None:
    """GetProducts sends hidden ones too; versions that say so are believed."""
    whmcs.script.append(says(products(product(hidden="1"), product(retired=1), product(pid=3))))
    assert [sold.id for sold in await orders.get_products()] == [3]


async def test_an_order_goes_out_as_php_takes_it(whmcs: Scripted, orders: WhmcsOrders) -> None:
    """Arrays by index; the tag as base64 of a serialised array, under the product's own field."""
    whmcs.script.append(
        says({"result": "success", "orderid": "9", "serviceids": "1,2", "addonids": "", "invoiceid": "7"})
    )
    lines = [Line(1, "monthly", tag_field=2), Line(3, "annually", quantity=2)]
    assert await orders.add_order(7, "stripe", lines, "tag-1") == Placed(9, (1, 2), 7)
    sent = whmcs.calls[0]
    assert (sent["clientid"], sent["paymentmethod"], sent["pid[0]"], sent["pid[1]"]) == ("7", "stripe", "1", "3")
    assert "qty[0]" not in sent
    assert (sent["qty[1]"], sent["billingcycle[1]"]) == ("2", "annually")
    assert base64.b64decode(sent["customfields[0]"]) == b'a:1:{i:2;s:5:"tag-1";}'
    assert "customfields[1]" not in sent


async def test_an_order_is_sent_once(whmcs: Scripted, orders: WhmcsOrders) -> None:
    """A 500 may come after the order was placed: whoever wants to repeat it has to look first."""
    whmcs.script.append(says({}, status=500))
    with pytest.raises(BillingUnavailable):
        await orders.add_order(7, "stripe", [Line(1, "monthly")], "tag")
    assert len(whmcs.calls) == 1


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("Client ID Not Found", "client"),
        ("Order ID not found or Status not Pending", "not_pending"),
        ("Invalid Payment Method. Valid options include stripe", "other"),
    ],
)
async def test_refusals(whmcs: Scripted, orders: WhmcsOrders, message: str, reason: str) -> None:
    """What WHMCS will never do is told apart from what it may do later."""
    whmcs.script.append(says({"result": "error", "message": message}))
    with pytest.raises(OrderRefused, match=reason):
        await orders.accept_order(9)


async def test_services_tell_their_order(whmcs: Scripted, orders: WhmcsOrders) -> None:
    """A tag in any custom field, a cycle in any spelling; another client's service makes the answer worthless."""
    fields = {"customfield": [{"id": "2", "name": "Portal order", "value": "tag-1"}]}
    row = service(orderid="9", qty="2", billingcycle="Semi-Annually", customfields=fields)
    answer = {"result": "success", "totalresults": "1", "products": {"product": [row]}}
    whmcs.script.append(says(answer))
    (found,) = await orders.get_ordered_services(7)
    assert (found.order_id, found.quantity, found.billing_cycle) == (9, 2, "semiannually")
    assert found.tags == {"tag-1"}
    whmcs.script.append(says(answer))
    with pytest.raises(BillingUnavailable):
        await orders.get_ordered_services(8)


async def test_an_order_is_the_one_asked_for(whmcs: Scripted, orders: WhmcsOrders) -> None:
    """None when there is none; an answer about another order is no answer."""
    row = {"id": "9", "userid": "7", "status": "Pending", "invoiceid": "0"}
    for found in ([row], [], [row | {"id": 10}]):
        whmcs.script.append(says({"result": "success", "totalresults": 1, "orders": {"order": found}}))
    assert await orders.get_order(9) == OrderRow(9, 7, "Pending", None)
    assert await orders.get_order(9) is None
    with pytest.raises(BillingUnavailable):
        await orders.get_order(9)

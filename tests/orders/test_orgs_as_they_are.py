"""Orgs differ: several currencies, price books of their own, other names for a status, numbers where texts were."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from counterfoil.orders.checkout import Wanted
from counterfoil.orders.order import Order, Status
from counterfoil.salesforce.fields import NEEDED
from counterfoil.stop_codes import StopCode
from counterfoil_sandbox.salesforce.org import Org
from tests.orders.neighbours import Neighbours
from tests.orders.world import ADA, World, opened

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(world_with_salesforce: World) -> World:
    return world_with_salesforce


def with_currencies(org: Org, currency: str) -> None:
    """As when an administrator switches them on: every record has one."""
    org.several_currencies = True
    for kind in ("Account", "Order", "PricebookEntry", "Product2"):
        for record in org.records[kind].values():
            record["CurrencyIsoCode"] = currency


def book_with(org: Org, price: float, **entry: Any) -> str:
    """A price book of the org's own, in which every product has this price."""
    book = org.create("Pricebook2", {"Name": "Partners' book", "IsStandard": False, "IsActive": True})
    for product in list(org.records["Product2"].values()):
        values = {"Pricebook2Id": book["Id"], "Product2Id": product["Id"], "UnitPrice": price, "IsActive": True}
        org.create("PricebookEntry", values | entry)
    return str(book["Id"])


async def registered(world: World) -> Order:
    return await world.worked((await world.place()).id)


async def test_prices_are_of_the_clients_currency(world: World) -> None:
    """Dollars stand first in the price book; Ada pays in euros, so the order and its line are in euros."""
    org = world.around.org.org
    with_currencies(org, "USD")
    (book,) = org.records["Pricebook2"]
    euros = {
        each["Id"]: org.create("PricebookEntry", _entry(each) | {"CurrencyIsoCode": "EUR", "Pricebook2Id": book})["Id"]
        for each in list(org.records["PricebookEntry"].values())
    }
    order = await registered(world)
    assert order.status is Status.AWAITING_APPROVAL
    (line,) = org.records["OrderItem"].values()
    assert world.record(order)["CurrencyIsoCode"] == "EUR"
    assert line["PricebookEntryId"] in euros.values()
    assert (await world.settle(order.id)).status is Status.ACTIVE


def _entry(record: dict[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in ("Product2Id", "UnitPrice", "IsActive")}


async def test_no_price_in_the_clients_currency(world: World) -> None:
    """A price of one currency is never written in another."""
    with_currencies(world.around.org.org, "USD")
    order = await registered(world)
    assert (order.status, order.error_code) == (Status.FAILED, StopCode.CURRENCY_NOT_MAPPED)
    assert world.record(order)["Activation_Error_Code__c"] == "CURRENCY_NOT_MAPPED"
    assert world.around.org.org.records["OrderItem"] == {}


async def test_sold_in_another_currency(world: World) -> None:
    """Sales staff agreed on dollars with a client who is billed in euros: nothing is placed."""
    salesforce_id = world.sell(ADA, (2, "Monthly", 1))
    with_currencies(world.around.org.org, "USD")
    assert world.orders.approvals is not None
    await world.orders.approvals.poll()
    order = await world.orders.repository.find(salesforce_id=salesforce_id)
    assert order is not None
    order = await world.worked(order.id)
    assert (order.status, order.error_code) == (Status.FAILED, StopCode.CURRENCY_NOT_MAPPED)
    assert "AddOrder" not in world.calls()


async def test_the_price_book_of_the_orgs_own_flow_is_respected(world: World) -> None:
    """Lines are of the book that the order has by then, at the prices that the customer was shown."""
    org = world.around.org.org
    org.flow_price_book = book_with(org, 77.0)
    order = await registered(world)
    (line,) = org.records["OrderItem"].values()
    assert world.record(order)["Pricebook2Id"] == org.flow_price_book
    assert org.records["PricebookEntry"][line["PricebookEntryId"]]["UnitPrice"] == 77.0
    assert line["UnitPrice"] == 39.0
    assert (await world.settle(order.id)).status is Status.ACTIVE


@pytest.mark.parametrize("named", [lambda _: "Partners' book", lambda book: book, lambda book: book[:15]])
async def test_the_price_book_is_a_setting(around: Neighbours, tmp_path: Path, named: Callable[[str], str]) -> None:
    """By name, or by either form of its id."""
    book = book_with(around.org.org, 77.0)
    url = f"sqlite+aiosqlite:///{tmp_path / 'db'}"
    settings = {"salesforce_price_book": named(book)}
    async with opened(around, url, salesforce=True, fresh=False, **settings) as world:
        order = await registered(world)
        assert world.record(order)["Pricebook2Id"] == book
        assert (await world.settle(order.id)).status is Status.ACTIVE


NUMBERS = {
    *("Account.WHMCS_Client_ID__c", "Product2.WHMCS_Product_ID__c", "Order.WHMCS_Order_ID__c"),
    *("Order.WHMCS_Invoice_ID__c", "OrderItem.WHMCS_Service_ID__c"),
}


async def test_ids_that_were_deployed_as_numbers(world: World) -> None:
    """Asked for without quotes, written as numbers, read with their .0."""
    org = world.around.org.org
    org.numbers = set(NUMBERS)
    for kind, field in (path.split(".") for path in NUMBERS):
        for record in org.records[kind].values():
            record[field] = float(record[field]) if record.get(field) else None
    order = await world.place(Wanted(2, "monthly"), Wanted(3, "monthly", 2))
    order = await world.settle(order.id)
    assert order.status is Status.ACTIVE
    assert world.record(order)["WHMCS_Order_ID__c"] == order.whmcs_order_id
    services = [line["WHMCS_Service_ID__c"] for line in org.records["OrderItem"].values()]
    assert services == list(order.whmcs_service_ids)[:2]


async def test_fields_of_a_package(around: Neighbours, tmp_path: Path) -> None:
    """All of them in its namespace: read, written and asked for by those names."""
    org = around.org.org
    paths = [f"{kind}.{name}" for kind, names in NEEDED.items() for name in names]
    org.renamed = {path: f"acme__{path.partition('.')[2]}" for path in paths}
    for kind in ("Account", "Product2"):
        for record in org.records[kind].values():
            record.update({f"acme__{name}": record.pop(name) for name in NEEDED[kind] if name in record})
    url = f"sqlite+aiosqlite:///{tmp_path / 'db'}"
    async with opened(around, url, salesforce=True, fresh=False, salesforce_namespace="acme") as world:
        order = await registered(world)
        org.as_person("Order", order.salesforce_id or "", {"acme__Activation_Status__c": "Requested"})
        assert world.orders.approvals is not None
        await world.orders.approvals.poll()
        order = await world.worked(order.id)
        assert order.status is Status.ACTIVE
        assert world.record(order)["acme__WHMCS_Order_ID__c"] == str(order.whmcs_order_id)
        assert [line["acme__WHMCS_Service_ID__c"] for line in org.records["OrderItem"].values()] == [
            str(each) for each in order.whmcs_service_ids
        ]


async def test_statuses_that_orgs_rename(around: Neighbours, tmp_path: Path) -> None:
    """The draft's Status is a setting, and so is what means cancelled, besides the code behind it."""
    org = around.org.org
    org.picklists = {"Order.Status": ("New", "Activated", "Withdrawn", "Lost")}
    org.status_codes |= {"New": "Draft", "Lost": "Canceled", "Withdrawn": "Draft"}
    url = f"sqlite+aiosqlite:///{tmp_path / 'db'}"
    names = {"salesforce_draft_status": "New", "salesforce_cancelled_statuses": "Withdrawn"}
    async with opened(around, url, salesforce=True, fresh=False, **names) as world:
        assert world.orders.approvals is not None
        for status in ("Withdrawn", "Lost"):
            order = await registered(world)
            assert world.record(order)["Status"] == "New"
            org.update("Order", order.salesforce_id or "", {"Status": status})
            await world.orders.approvals.nudge(order.salesforce_id or "")
            assert (await world.worked(order.id)).status is Status.CANCELLED


async def test_an_order_costs_at_most_twelve_calls(world: World) -> None:
    """From the first to the last, with approval; besides the polls and what is asked once for each process."""
    await world.settle((await world.place()).id)
    world.around.org.calls.clear()
    await world.settle((await world.place(Wanted(2, "monthly"), Wanted(3, "monthly", 2))).id)
    made = [f"{call.operation} {call.object}" for call in world.around.org.calls if "Requested" not in str(call.body)]
    assert len(made) <= 12, made

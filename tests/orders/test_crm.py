"""What Salesforce is told of an order and asked about one, against the stand-in over HTTP."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from counterfoil.model import Money
from counterfoil.orders.crm import Crm, due_to_tell
from counterfoil.orders.failures import Stop
from counterfoil.orders.order import Item, Order, Status
from counterfoil.salesforce.face import Salesforce
from counterfoil.salesforce.failures import CrmNotVisible
from counterfoil.stop_codes import StopCode
from tests.orders.neighbours import Neighbours, settings_of
from tests.orders.test_repository import NOW, order
from tests.orders.world import ADA

pytestmark = pytest.mark.anyio

FIBRE = Item(2, "monthly", 1, "Fibre", Money.of("39.00", "EUR"))
ADDRESS = Item(3, "monthly", 2, "Static IP", Money.of("14.08", "EUR"))


@pytest.fixture
async def crm(around: Neighbours) -> AsyncIterator[Crm]:
    salesforce = Salesforce(settings_of(around, "sqlite+aiosqlite://", salesforce=True))
    yield Crm(salesforce.api, lambda: NOW)
    await salesforce.close()


def records(around: Neighbours, kind: str) -> list[dict[str, Any]]:
    return list(around.org.org.records[kind].values())


def ours(*items: Item, **changes: Any) -> Order:
    return order("a1b2c3", client_id=ADA, items=items or (FIBRE, ADDRESS), **changes)


@pytest.mark.parametrize(
    ("changes", "news"),
    [
        ({"status": Status.FULFILLING, "salesforce_id": None, "attempt": 1}, ""),
        ({"status": Status.ACCEPTED, "salesforce_id": "801"}, ""),
        ({"status": Status.AWAITING_APPROVAL, "salesforce_id": "801"}, ""),
        ({"status": Status.CANCELLED, "salesforce_id": "801"}, ""),
        ({"status": Status.FULFILLING, "salesforce_id": "801", "attempt": 2}, "fulfilling 2"),
        ({"status": Status.ACTIVE, "salesforce_id": "801", "attempt": 1}, "active 1"),
        (
            {"status": Status.FAILED, "salesforce_id": "801", "attempt": 1, "error_code": StopCode.INTERNAL},
            "failed 1 INTERNAL",
        ),
    ],
    ids=lambda each: str(each)[:40],
)
def test_what_is_news_to_salesforce(changes: dict[str, Any], news: str) -> None:
    """States that are fulfilment's, each attempt and each reason anew; before approval it is Salesforce's to say."""
    assert due_to_tell(ours(**changes)) == news


async def test_an_order_is_registered_with_its_lines(around: Neighbours, crm: Crm) -> None:
    """For the client's account, at the prices that the customer was shown; each of our lines knows its own."""
    salesforce_id, items = await crm.register(ours())
    (record,) = records(around, "Order")
    assert (record["Id"], record["Portal_Order_ID__c"], record["Activation_Status__c"]) == (
        salesforce_id,
        "a1b2c3",
        "Not Started",
    )
    lines = {line["Id"]: (line["Quantity"], Decimal(str(line["UnitPrice"]))) for line in records(around, "OrderItem")}
    assert [lines[item.crm_id] for item in items] == [(1, Decimal("39.0")), (2, Decimal("14.08"))]
    assert [msgspec.structs.replace(item, crm_id="") for item in items] == [FIBRE, ADDRESS]


async def test_registered_twice_it_is_one(around: Neighbours, crm: Crm) -> None:
    """After a try whose answer got lost: the same order, the same lines."""
    assert await crm.register(ours()) == await crm.register(ours())
    assert (len(records(around, "Order")), len(records(around, "OrderItem"))) == (1, 2)


async def test_lines_that_got_lost_are_added(around: Neighbours, crm: Crm) -> None:
    """A try may have ended between the order and its lines."""
    salesforce_id, _ = await crm.register(ours())
    around.org.org.records["OrderItem"].clear()
    again, items = await crm.register(ours())
    assert (again, len(records(around, "OrderItem")), all(item.crm_id for item in items)) == (salesforce_id, 2, True)


async def test_a_client_that_two_accounts_name(around: Neighbours, crm: Crm) -> None:
    """A person must map it. Nothing is made."""
    for account in records(around, "Account"):
        account["WHMCS_Client_ID__c"] = str(ADA)
    with pytest.raises(Stop) as stop:
        await crm.register(ours())
    assert (stop.value.code, records(around, "Order")) == (StopCode.CLIENT_NOT_MAPPED, [])


async def test_a_product_that_no_entry_of_the_price_book_names(crm: Crm) -> None:
    """In this cycle: the order is there by then, and remembered."""
    with pytest.raises(Stop) as stop:
        await crm.register(ours(FIBRE, Item(3, "annually", 1)))
    assert stop.value.code is StopCode.PRODUCT_NOT_MAPPED
    assert stop.value.salesforce_id


async def activating(around: Neighbours, crm: Crm) -> Order:
    salesforce_id, items = await crm.register(ours())
    around.org.org.update("Order", salesforce_id, {"Activation_Status__c": "Activating"})
    return ours(*items, salesforce_id=salesforce_id)


async def test_still_approved_is_same_lines_same_customer_and_not_taken_back(around: Neighbours, crm: Crm) -> None:
    known = await activating(around, crm)
    assert await crm.still_approved(known)
    assert not await crm.still_approved(msgspec.structs.replace(known, client_id=2))
    assert not await crm.still_approved(msgspec.structs.replace(known, items=known.items[:1]))
    for change in ({"Activation_Status__c": "On Hold"}, {"Activation_Status__c": "Activating", "Status": "Cancelled"}):
        around.org.org.update("Order", known.salesforce_id or "", change)
        assert not await crm.still_approved(known)
    around.org.org.delete("Order", known.salesforce_id or "")
    assert not await crm.still_approved(known)


async def test_what_is_told_of_a_stop(around: Neighbours, crm: Crm) -> None:
    """Status, code, the words for it, and which attempt it was; WHMCS's numbers only when it is active."""
    known = await activating(around, crm)
    stopped = msgspec.structs.replace(
        known, status=Status.FAILED, error_code=StopCode.PAYMENT_METHOD_MISSING, attempt=2, whmcs_order_id=7
    )
    await crm.tell(stopped)
    (record,) = records(around, "Order")
    assert record["Activation_Status__c"] == "Failed"
    assert record["Activation_Error_Code__c"] == "PAYMENT_METHOD_MISSING"
    assert record["Activation_Error_Message__c"] == StopCode.PAYMENT_METHOD_MISSING.words
    assert (record["Activation_Attempt__c"], record.get("WHMCS_Order_ID__c")) == (2, None)


async def test_what_is_told_of_an_active_order(around: Neighbours, crm: Crm) -> None:
    """WHMCS's numbers, no error any more, and each line the first of its services."""
    known = await activating(around, crm)
    done = msgspec.structs.replace(
        known, status=Status.ACTIVE, attempt=1, whmcs_order_id=7, whmcs_invoice_id=8, whmcs_service_ids=(50, 51, 52)
    )
    await crm.tell(done)
    (record,) = records(around, "Order")
    numbers = (record["WHMCS_Order_ID__c"], record["WHMCS_Invoice_ID__c"], record["Activation_Error_Code__c"])
    assert (record["Activation_Status__c"], numbers) == ("Activated", ("7", "8", None))
    services = {line["Id"]: line["WHMCS_Service_ID__c"] for line in records(around, "OrderItem")}
    assert [services[item.crm_id] for item in known.items] == ["50", "51"]


async def test_not_there_is_not_deleted(around: Neighbours, crm: Crm) -> None:
    """Cancelled by whatever the org calls it, deleted only if the bin has it; hidden is what nobody knows of."""
    alive = (await activating(around, crm)).salesforce_id or ""
    org, unknown = around.org.org, "801000000000000AAA"
    assert await crm.fates([alive, unknown]) == {unknown: "hidden"}
    org.unshared = {alive}
    assert await crm.fates([alive]) == {alive: "hidden"}
    with pytest.raises(CrmNotVisible):
        await crm.read(alive)
    org.unshared = set()
    org.picklists = {"Order.Status": ("Draft", "Withdrawn")}
    org.status_codes["Withdrawn"] = "Canceled"
    org.update("Order", alive, {"Status": "Withdrawn"})
    assert await crm.fates([alive]) == {alive: "cancelled"}
    org.delete("Order", alive)
    assert await crm.fates([alive]) == {alive: "deleted"}
    assert await crm.read(alive[:15]) is None

"""What is asked about orders, accounts and prices: queries alone, and what it means that a record is not among them."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from counterfoil.salesforce import wire
from counterfoil.salesforce.client import SalesforceClient
from counterfoil.salesforce.failures import CrmNotVisible, NoAccountSeen, NoPricesSeen
from counterfoil.salesforce.fields import Fields, Selling
from counterfoil.salesforce.org_schema import OrgSchema
from counterfoil.salesforce.wire import CrmOrder, PriceEntry, Requested, is_id

AT_ONCE = 200
"""Ids in one query: its address must not become longer than 16 KB."""

MOST_RECORDS = 10_000

_LINES = (
    "(SELECT Id, Quantity, Product2.Id, Product2.Name, Product2.WHMCS_Product_ID__c, Product2.Billing_Cycle__c "
    "FROM OrderItems ORDER BY Id)"
)


class Reading:
    def __init__(self, client: SalesforceClient, fields: Fields, schema: OrgSchema, selling: Selling) -> None:
        self._client = client
        self._fields = fields
        self._schema = schema
        self._selling = selling

    async def requested(self) -> list[Requested]:
        """Orders that were approved, the one that waits longest first. All of them: those that cannot be begun must not
        hide those behind them.
        """
        wanted = (
            "SELECT Id, SystemModstamp FROM Order WHERE Activation_Status__c = 'Requested' ORDER BY SystemModstamp, Id"
        )
        found = await self._query(wanted)
        return [Requested(wire.record_id(record), wire.text(record, "SystemModstamp")) for record in found]

    async def fates(self, order_ids: Sequence[str]) -> dict[str, str]:
        """What became of those that are not as they were: "cancelled", "deleted", or "hidden" from us by sharing."""
        fates: dict[str, str] = {}
        for first in range(0, len(order_ids), AT_ONCE):
            some = order_ids[first : first + AT_ONCE]
            listed = ", ".join(f"'{safe(order_id)}'" for order_id in some)
            found = await self._query(f"SELECT Id, Status, StatusCode FROM Order WHERE Id IN ({listed})")  # noqa: S608
            seen = {wire.record_id(record): record for record in found}
            fates |= {
                each: "cancelled" for each, record in seen.items() if wire.is_cancelled(record, self._selling.cancelled)
            }
            fates |= await self._fates_of_missing([each for each in some if each not in seen])
        return fates

    async def _fates_of_missing(self, order_ids: Sequence[str]) -> dict[str, str]:
        """A query is silent about what sharing hides, so that not being there proves nothing."""
        if not order_ids:
            return {}
        listed = ", ".join(f"'{safe(order_id)}'" for order_id in order_ids)
        asked = f"SELECT Id, IsDeleted FROM Order WHERE IsDeleted = true AND Id IN ({listed})"  # noqa: S608 - checked
        deleted = {wire.record_id(record) for record in await self._query(asked, "queryAll")}
        return {each: "deleted" if each in deleted else "hidden" for each in order_ids}

    async def order(self, order_id: str) -> CrmOrder | None:
        """With its customer and its lines; None when it was deleted. Raises CrmNotVisible when it is not shown."""
        order_id = wire.full_id(safe(order_id))
        found = await self._order_where(f"Id = '{order_id}'")
        if found is None and (await self._fates_of_missing([order_id]))[order_id] == "hidden":
            raise CrmNotVisible("order")
        return found

    async def order_of(self, portal_order_id: str) -> CrmOrder | None:
        """The one that was made for this order of ours; None while we see none."""
        return await self._order_where(f"Portal_Order_ID__c = '{safe(portal_order_id)}'")

    async def _order_where(self, condition: str) -> CrmOrder | None:
        currency = "CurrencyIsoCode, " if await self._schema.has_currencies() else ""
        found = await self._query(
            "SELECT Id, Status, StatusCode, AccountId, Account.Id, Account.WHMCS_Client_ID__c, Pricebook2Id, "  # noqa: S608
            f"Activation_Status__c, Activation_Attempt__c, Portal_Order_ID__c, WHMCS_Order_ID__c, {currency}{_LINES} "
            f"FROM Order WHERE {condition}"
        )
        if len(found) != 1:
            return None
        lines = await self._all_pages(found[0].get("OrderItems") or {"records": []})
        return wire.order(found[0], lines, self._fields, self._selling.cancelled)

    async def account_of(self, client_id: int) -> str | None:
        """None when more than one names this WHMCS client. Raises NoAccountSeen when none does that is shown to us."""
        number = await self._schema.literal("Account", self._fields["WHMCS_Client_ID__c"], str(client_id))
        found = await self._query(f"SELECT Id FROM Account WHERE WHMCS_Client_ID__c = {number} LIMIT 2")  # noqa: S608
        if not found:
            raise NoAccountSeen
        return wire.record_id(found[0]) if len(found) == 1 else None

    async def price_entries(self, product_ids: Sequence[int], price_book_id: str) -> list[PriceEntry]:
        """For these products of WHMCS's, in this price book, or in the one that is sold from; in every currency. Raises
        NoPricesSeen when the book has none at all.
        """
        field = self._fields["WHMCS_Product_ID__c"]
        numbers = [await self._schema.literal("Product2", field, str(each)) for each in sorted(set(product_ids))]
        currency = ", CurrencyIsoCode" if await self._schema.has_currencies() else ""
        book = book_condition(price_book_id or self._selling.price_book)
        found = await self._query(
            "SELECT Id, Pricebook2Id, UnitPrice, Product2.Id, Product2.WHMCS_Product_ID__c, "  # noqa: S608
            f"Product2.Billing_Cycle__c{currency} FROM PricebookEntry WHERE IsActive = true "
            f"AND {book} AND Product2.WHMCS_Product_ID__c IN ({', '.join(numbers)}) ORDER BY Id"
        )
        active = f"SELECT Id FROM PricebookEntry WHERE IsActive = true AND {book} LIMIT 1"  # noqa: S608 - checked
        if not found and not await self._query(active):
            raise NoPricesSeen
        return [wire.price_entry(record, self._fields) for record in found]

    async def _query(self, soql: str, resource: str = "query") -> list[Mapping[str, Any]]:
        return await self._all_pages(
            await self._client.call("GET", f"{resource}?q={quote(self._fields.in_text(soql))}")
        )

    async def _all_pages(self, answer: Any) -> list[Mapping[str, Any]]:
        found = wire.records(answer)
        while answer.get("nextRecordsUrl") and not answer.get("done", True) and len(found) < MOST_RECORDS:
            answer = await self._client.call("GET", str(answer["nextRecordsUrl"]))
            found = [*found, *wire.records(answer)]
        return found


def book_condition(chosen: str) -> str:
    """A price book by its id or its name; empty: the standard one."""
    if not chosen:
        return "Pricebook2.IsStandard = true"
    if is_id(chosen) and chosen.startswith("01s"):
        return f"Pricebook2Id = '{chosen}'"
    escaped = chosen.replace("\\", "\\\\").replace("'", "\\'")
    return f"Pricebook2.Name = '{escaped}'"


def safe(value: str) -> str:
    """For a path or a query. Ids are letters and digits: anything else is a mistake of ours."""
    if not value.isascii() or not value.isalnum():
        raise ValueError("no id")
    return value

"""What an order needs of Salesforce, one typed method per call. The call itself: client.py; its answers: wire.py.

Every method raises CrmUnavailable when another try may help, and CrmRefused when it will not.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from counterfoil.errors import CrmUnavailable
from counterfoil.salesforce import wire
from counterfoil.salesforce.client import VERSION, SalesforceClient
from counterfoil.salesforce.failures import GONE, CrmRefused
from counterfoil.salesforce.fields import Fields
from counterfoil.salesforce.wire import CrmItem, CrmOrder, PriceEntry

__all__ = ["CrmItem", "CrmOrder", "NewItem", "PriceEntry", "SalesforceApi"]

LONGEST_CODE, LONGEST_MESSAGE = 60, 255
"""Characters. Salesforce refuses what is longer."""

AT_ONCE = 25
"""Calls that one composite request carries."""


class NewItem(Struct, frozen=True):
    """A line to be added to an order."""

    price_entry_id: str
    price_book_id: str
    quantity: int
    unit_price: Decimal


class SalesforceApi:
    def __init__(self, client: SalesforceClient, fields: Fields) -> None:
        self._client = client
        self._fields = fields

    async def requested(self) -> list[str]:
        """Orders that were approved, the one that waits longest first; at most 200."""
        wanted = "SELECT Id FROM Order WHERE Activation_Status__c = 'Requested' ORDER BY SystemModstamp, Id LIMIT 200"
        return [wire.record_id(record) for record in await self._query(wanted)]

    async def not_cancelled(self, order_ids: Sequence[str]) -> set[str]:
        listed = ", ".join(f"'{order_id}'" for order_id in order_ids)
        found = await self._query(f"SELECT Id, Status FROM Order WHERE Id IN ({listed})")  # noqa: S608 - checked ids
        return {wire.record_id(record) for record in found if not wire.is_cancelled(record)}

    async def read_order(self, order_id: str) -> CrmOrder | None:
        """With its customer and its lines; None when it is gone."""
        names = ("Activation_Status__c", "Activation_Attempt__c", "Portal_Order_ID__c", "WHMCS_Order_ID__c")
        listed = ",".join(["Id", "Status", "AccountId", *(self._fields[name] for name in names)])
        try:
            record = await self._client.call("GET", f"sobjects/Order/{_safe(order_id)}?fields={listed}")
        except CrmRefused as refusal:
            if refusal.is_gone:
                return None
            raise
        items = await self._query(
            "SELECT Id, Quantity, Product2.Name, Product2.WHMCS_Product_ID__c, Product2.Billing_Cycle__c "  # noqa: S608
            f"FROM OrderItem WHERE OrderId = '{wire.record_id(record)}' ORDER BY Id"
        )
        return wire.order(record, await self._account(record), items, self._fields)

    async def _account(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        if not wire.is_id(record.get("AccountId")):
            return {}
        path = f"sobjects/Account/{record['AccountId']}?fields={self._fields['WHMCS_Client_ID__c']}"
        try:
            found: Mapping[str, Any] = await self._client.call("GET", path)
        except CrmRefused as refusal:
            if refusal.reason in GONE:
                return {}
            raise
        return found

    async def find_order(self, portal_order_id: str) -> str | None:
        """The order that was made for this one of ours."""
        return await self._only("Order", "Portal_Order_ID__c", portal_order_id)

    async def find_account(self, client_id: int) -> str | None:
        """None when no account, or more than one, names this WHMCS client."""
        return await self._only("Account", "WHMCS_Client_ID__c", str(client_id))

    async def upsert_order(self, portal_order_id: str, *, account_id: str, on: date) -> str:
        """Its id. May be repeated: the portal's id is unique over there."""
        path = f"sobjects/Order/{self._fields['Portal_Order_ID__c']}/{_safe(portal_order_id)}"
        values = {"AccountId": account_id, "EffectiveDate": on.isoformat(), "Status": "Draft"}
        values |= {self._fields["Activation_Status__c"]: "Not Started"}
        answer = await self._client.call("PATCH", path, values)
        if isinstance(answer, Mapping) and wire.is_id(answer.get("id")):
            return str(answer["id"])
        found = await self.find_order(portal_order_id)
        if found is None:
            raise CrmUnavailable("order", "upserted, but not found")
        return found

    async def price_entries(self, product_ids: Sequence[int]) -> list[PriceEntry]:
        """Of the standard price book, for these products of WHMCS's."""
        listed = ", ".join(f"'{product_id}'" for product_id in sorted(set(product_ids)))
        found = await self._query(
            "SELECT Id, Pricebook2Id, UnitPrice, Product2.WHMCS_Product_ID__c, Product2.Billing_Cycle__c "  # noqa: S608
            "FROM PricebookEntry WHERE IsActive = true AND Pricebook2.IsStandard = true "
            f"AND Product2.WHMCS_Product_ID__c IN ({listed})"
        )
        return [wire.price_entry(record, self._fields) for record in found]

    async def add_items(self, order_id: str, items: Sequence[NewItem]) -> None:
        """All or none. Look before it is repeated: lines have no id of ours by which they could be told apart."""
        book = {"Pricebook2Id": items[0].price_book_id}
        steps = [_step("PATCH", f"sobjects/Order/{_safe(order_id)}", "book", book)]
        for place, item in enumerate(items):
            values = {"OrderId": order_id, "PricebookEntryId": item.price_entry_id, "Quantity": item.quantity}
            values["UnitPrice"] = float(item.unit_price)
            steps.append(_step("POST", "sobjects/OrderItem", f"item{place}", values))
        await self._composite(steps, all_or_none=True, repeatable=False)

    async def update_order(
        self,
        order_id: str,
        *,
        activation_status: str,
        error_code: str,
        error_message: str,
        attempt: int,
        last_attempt_at: datetime,
        whmcs_order_id: str | None = None,
        whmcs_invoice_id: str | None = None,
    ) -> None:
        """`None` leaves a field as it is, an empty text empties it."""
        values: dict[str, object] = {
            "Activation_Status__c": activation_status,
            "Activation_Error_Code__c": error_code[:LONGEST_CODE] or None,
            "Activation_Error_Message__c": error_message[:LONGEST_MESSAGE] or None,
            "Activation_Attempt__c": attempt,
            "Activation_Last_Attempt_At__c": last_attempt_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        }
        numbers = {"WHMCS_Order_ID__c": whmcs_order_id, "WHMCS_Invoice_ID__c": whmcs_invoice_id}
        values |= {name: text or None for name, text in numbers.items() if text is not None}
        await self._client.call("PATCH", f"sobjects/Order/{_safe(order_id)}", self._fields.renamed(values))

    async def tell_services(self, services: Mapping[str, int]) -> None:
        """Line over there -> WHMCS's service."""
        field = self._fields["WHMCS_Service_ID__c"]
        steps = [
            _step("PATCH", f"sobjects/OrderItem/{_safe(item)}", f"item{place}", {field: str(service)})
            for place, (item, service) in enumerate(services.items())
        ]
        for first in range(0, len(steps), AT_ONCE):
            await self._composite(steps[first : first + AT_ONCE], all_or_none=False, repeatable=True)

    async def describe(self, kind: str) -> list[Mapping[str, Any]]:
        """The fields of an object as this user sees them."""
        answer = await self._client.call("GET", f"sobjects/{kind}/describe")
        found = answer.get("fields") if isinstance(answer, Mapping) else None
        return found if isinstance(found, list) else []

    async def _only(self, kind: str, field: str, value: str) -> str | None:
        found = await self._query(f"SELECT Id FROM {kind} WHERE {field} = '{_safe(value)}' LIMIT 2")  # noqa: S608
        return wire.record_id(found[0]) if len(found) == 1 else None

    async def _query(self, soql: str) -> list[Mapping[str, Any]]:
        """All pages."""
        answer = await self._client.call("GET", "query?q=" + quote(self._fields.in_text(soql)))
        found = wire.records(answer)
        while answer.get("nextRecordsUrl") and not answer.get("done", True) and len(found) < 10_000:
            answer = await self._client.call("GET", str(answer["nextRecordsUrl"]))
            found = [*found, *wire.records(answer)]
        return found

    async def _composite(self, steps: Sequence[Mapping[str, Any]], *, all_or_none: bool, repeatable: bool) -> None:
        """The answer is 200 whatever became of the parts; raises CrmRefused for the first that failed."""
        body = {"allOrNone": all_or_none, "compositeRequest": steps}
        answer = await self._client.call("POST", "composite", body, repeatable=repeatable)
        wire.check_composite(answer)


def _step(method: str, path: str, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"method": method, "url": f"/services/data/{VERSION}/{path}", "referenceId": name, "body": body}


def _safe(value: str) -> str:
    """For a path or a query. Ids are letters and digits: anything else is a mistake of ours."""
    if not value.isascii() or not value.isalnum():
        raise ValueError("no id")
    return value

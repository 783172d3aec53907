"""What an order needs of Salesforce, one typed method per call. The call itself: client.py; what is asked: reading.py.

Every method raises CrmUnavailable when another try may help, and CrmRefused when it will not.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from counterfoil.errors import CrmUnavailable
from counterfoil.salesforce import wire
from counterfoil.salesforce.client import VERSION, SalesforceClient
from counterfoil.salesforce.failures import CrmNotVisible, CrmRefused
from counterfoil.salesforce.fields import Fields, Selling
from counterfoil.salesforce.org_schema import OrgSchema
from counterfoil.salesforce.reading import Reading, safe
from counterfoil.salesforce.wire import CrmItem, CrmOrder, PriceEntry, Requested

__all__ = ["CrmItem", "CrmOrder", "NewItem", "PriceEntry", "Requested", "SalesforceApi"]

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
    """`read` asks and changes nothing; the methods here change something."""

    def __init__(self, client: SalesforceClient, fields: Fields, selling: Selling | None = None) -> None:
        self._client = client
        self._fields = fields
        self._selling = selling or Selling()
        self.schema = OrgSchema(client)
        self.read = Reading(client, fields, self.schema, self._selling)

    async def upsert_order(self, portal_order_id: str, *, account_id: str, on: date, currency: str) -> str:
        """Its id. May be repeated: the portal's id is unique over there."""
        path = f"sobjects/Order/{self._fields['Portal_Order_ID__c']}/{safe(portal_order_id)}"
        values = {"AccountId": account_id, "EffectiveDate": on.isoformat(), "Status": self._selling.draft}
        values |= {self._fields["Activation_Status__c"]: "Not Started"}
        if currency and await self.schema.has_currencies():
            values["CurrencyIsoCode"] = currency
        try:
            answer = await self._client.call("PATCH", path, values)
        except CrmRefused as refusal:
            if refusal.reason == "NOT_FOUND":
                # There is no record to be found yet: what is missing is the field.
                raise CrmRefused("NO_EXTERNAL_ID") from None
            if refusal.reason == "DUPLICATE_VALUE":
                # Nobody else has our id: the order of an earlier try is there, and hidden from us.
                raise CrmNotVisible("order") from None
            raise
        if isinstance(answer, Mapping) and wire.is_id(answer.get("id")):
            return wire.full_id(str(answer["id"]))
        found = await self.read.order_of(portal_order_id)
        if found is None:
            raise CrmUnavailable("order", "upserted, but not found")
        return found.id

    async def add_items(self, order_id: str, items: Sequence[NewItem], *, sets_book: bool) -> None:
        """All or none. Look before it is repeated: lines have no id of ours by which they could be told apart."""
        steps = []
        if sets_book:
            book = {"Pricebook2Id": items[0].price_book_id}
            steps.append(_step("PATCH", f"sobjects/Order/{safe(order_id)}", "book", book))
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
        for name, text in {"WHMCS_Order_ID__c": whmcs_order_id, "WHMCS_Invoice_ID__c": whmcs_invoice_id}.items():
            if text is not None:
                values[name] = await self.schema.value("Order", self._fields[name], text)
        try:
            await self._client.call("PATCH", f"sobjects/Order/{safe(order_id)}", self._fields.renamed(values))
        except CrmRefused as refusal:
            if refusal.reason != "NOT_FOUND":
                raise
            # Deleted or hidden: only the bin tells. Hidden raises CrmNotVisible.
            if await self.read.order(order_id) is None:
                raise CrmRefused("ENTITY_IS_DELETED") from None
            raise CrmNotVisible("order") from None

    async def tell_services(self, services: Mapping[str, int]) -> None:
        """Line over there -> WHMCS's service."""
        field = self._fields["WHMCS_Service_ID__c"]
        steps = []
        for place, (item, service) in enumerate(services.items()):
            value = {field: await self.schema.value("OrderItem", field, str(service))}
            steps.append(_step("PATCH", f"sobjects/OrderItem/{safe(item)}", f"item{place}", value))
        for first in range(0, len(steps), AT_ONCE):
            await self._composite(steps[first : first + AT_ONCE], all_or_none=False, repeatable=True)

    async def _composite(self, steps: Sequence[Mapping[str, Any]], *, all_or_none: bool, repeatable: bool) -> None:
        """The answer is 200 whatever became of the parts; raises CrmRefused for the first that failed. In the order
        written: collated, Salesforce may add the lines before the price book is set.
        """
        body = {"allOrNone": all_or_none, "collateSubrequests": False, "compositeRequest": steps}
        answer = await self._client.call("POST", "composite", body, repeatable=repeatable)
        wire.check_composite(answer)


def _step(method: str, path: str, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"method": method, "url": f"/services/data/{VERSION}/{path}", "referenceId": name, "body": body}

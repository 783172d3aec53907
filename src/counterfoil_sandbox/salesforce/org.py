"""The org's records: made, changed, deleted, with the refusals that Salesforce has for each."""

import copy
import itertools
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from .schema import CURRENCY, KINDS, OF_SETUP, STATUS_CODES, Field, Kind

Record = dict[str, Any]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class Refused(Exception):
    """An answer with an error code. The message may echo what was sent, as Salesforce's does."""

    def __init__(self, status: int, code: str, message: str, *fields: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.fields = status, code, message, list(fields)

    @property
    def body(self) -> list[dict[str, Any]]:
        return [{"message": self.message, "errorCode": self.code, "fields": self.fields}]


def full_id(short: str) -> str:
    """18 characters: the last three tell which of the first 15 are capitals."""
    chunks = [short[start : start + 5] for start in (0, 5, 10)]
    return short + "".join(
        _LETTERS[sum(1 << at for at, char in enumerate(chunk) if char.isupper())] for chunk in chunks
    )


class Org:
    """`hidden`, `read_only`: fields (by "Object.Field") that this user does not see, or may not write; `numbers`: those
    that were deployed as numbers; `picklists`: values taken away; `unshared`: records that sharing hides from it;
    `locked`: that somebody is writing; `refuses`: record -> the error code with which its changes are refused;
    `flow_price_book`: the id that a flow of the org gives to every new order; `unreadable`: objects that it may not
    read; `plain`: fields that were deployed neither unique nor as external id; `record_types`: of orders, each with the
    values of Activation_Status__c that it has; `renamed`: fields that have another name here.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._numbers = itertools.count(int(now()))  # another start, other ids: the portal remembers the old ones
        self.records: dict[str, dict[str, Record]] = {name: {} for name in KINDS}
        self.bin: dict[str, dict[str, Record]] = {name: {} for name in KINDS}
        self.hidden: set[str] = set()
        self.read_only: set[str] = set()
        self.numbers: set[str] = set()
        self.unshared: set[str] = set()
        self.refuses: dict[str, str] = {}
        self.several_currencies = False
        self.flow_price_book = ""
        self.status_codes = dict(STATUS_CODES)
        self.picklists: dict[str, tuple[str, ...]] = {}
        self.locked: set[str] = set()
        self.unreadable: set[str] = set(OF_SETUP)
        self.plain: set[str] = set()
        self.renamed: dict[str, str] = {}
        self.record_types: dict[str, list[str]] = {}

    def kind(self, name: str) -> Kind:
        found = next((kind for known, kind in KINDS.items() if known.lower() == name.lower()), None)
        if found is None:
            raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
        return found

    def fields(self, name: str) -> dict[str, Field]:
        own = self.kind(name).fields | ({"CurrencyIsoCode": CURRENCY} if self.several_currencies else {})
        seen = {key: field for key, field in own.items() if f"{name}.{key}" not in self.hidden}
        paths = {key: f"{name}.{key}" for key in seen}
        return {self.renamed.get(paths[key], key): self._as_deployed(paths[key], field) for key, field in seen.items()}

    def _as_deployed(self, path: str, field: Field) -> Field:
        if path in self.plain:
            field = msgspec.structs.replace(field, unique=False, external=False)
        return msgspec.structs.replace(field, type="double", length=0) if path in self.numbers else field

    def may_edit_activated(self) -> bool:
        return all(each["PermissionsEditActivatedOrders"] for each in self.records["UserPermissionAccess"].values())

    def visible(self, name: str, *, deleted_too: bool = False) -> list[Record]:
        """What a query goes through; `deleted_too`: what is in the bin as well (queryAll)."""
        found = [*self.records[name].values(), *(self.bin[name].values() if deleted_too else ())]
        return [record for record in found if record["Id"] not in self.unshared]

    def get(self, name: str, record_id: str) -> Record:
        record_id = full_id(record_id) if len(record_id) == 15 else record_id
        if record_id in self.bin[name] and record_id not in self.unshared:
            raise Refused(404, "ENTITY_IS_DELETED", "entity is deleted")
        if record_id not in self.records[name] or record_id in self.unshared:
            raise Refused(404, "NOT_FOUND", "The requested resource does not exist, check your sharing settings")
        return self.records[name][record_id]

    def by_external_id(self, name: str, field: str, value: str) -> Record | None:
        """Raises Refused when several have it."""
        found = self.fields(name).get(field)
        if found is None or not found.external:
            raise Refused(404, "NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {field}")
        same = [record for record in self.visible(name) if str(record.get(field)) == value]
        if len(same) > 1:
            raise Refused(300, "", "")
        return same[0] if same else None

    def create(self, name: str, values: Mapping[str, Any]) -> Record:
        checked = self._checked(name, values)
        missing = [key for key, field in self.fields(name).items() if field.required and checked.get(key) is None]
        if name == "OrderItem" and "PricebookEntryId" not in missing:
            checked.pop("CurrencyIsoCode", None)
            checked["Product2Id"] = self.get("PricebookEntry", checked["PricebookEntryId"])["Product2Id"]
            self._same_book(checked)
        if missing:
            raise Refused(400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: {missing}", *missing)
        self._unique(name, checked, "")
        stamp = self._stamp()
        record_id = full_id(f"{self.kind(name).prefix}{next(self._numbers):012d}")
        if name == "Order" and self.flow_price_book:
            checked["Pricebook2Id"] = self.flow_price_book
        if self.several_currencies:
            checked.setdefault("CurrencyIsoCode", "EUR")
        record = {"Id": record_id, "CreatedDate": stamp, "IsDeleted": False, **self._touched(stamp), **checked}
        if name == "Order":
            record["StatusCode"] = self.status_codes.get(record["Status"], record["Status"])
        self.records[name][record_id] = record
        return record

    def update(self, name: str, record_id: str, values: Mapping[str, Any]) -> None:
        record = self.get(name, record_id)
        if record["Id"] in self.locked:
            raise Refused(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
        if name == "Order" and record["StatusCode"] == "Activated" and not self.may_edit_activated():
            raise Refused(400, "FAILED_ACTIVATION", "An activated order may not be edited")
        if code := self.refuses.get(record["Id"]):
            raise Refused(400, code, "refused by a rule of this org")
        checked = self._checked(name, values)
        self._unique(name, checked, record["Id"])
        record.update(checked)
        record.update(self._touched(self._stamp()))
        if name == "Order":
            record["StatusCode"] = self.status_codes.get(record["Status"], record["Status"])

    def delete(self, name: str, record_id: str) -> None:
        record = self.get(name, record_id)
        del self.records[name][record["Id"]]
        self.bin[name][record["Id"]] = record | {"IsDeleted": True}

    def as_person(self, name: str, record_id: str, values: Mapping[str, Any]) -> None:
        """What somebody does on the record's page, whom neither sharing nor rules stop as they stop the portal."""
        before, self.unshared, refuses, self.refuses = self.unshared, set(), self.refuses, {}
        try:
            self.update(name, record_id, values)
        finally:
            self.unshared, self.refuses = before, refuses

    def snapshot(self) -> dict[str, dict[str, Record]]:
        """To go back to, when one part of several fails."""
        return copy.deepcopy(self.records)

    def _checked(self, name: str, values: Mapping[str, Any]) -> Record:
        fields, checked = self.fields(name), {}
        for key, value in values.items():
            field = fields.get(key)
            if field is None or field.read_only:
                raise Refused(400, "INVALID_FIELD", f"No such column '{key}' on sobject of type {name}")
            if f"{name}.{key}" in self.read_only:
                text = f"Unable to create/update fields: {key}. Please check the security settings of this field"
                raise Refused(400, "INVALID_FIELD_FOR_INSERT_UPDATE", text, key)
            checked[key] = self._value(f"{name}.{key}", key, field, value)
        return checked

    def _value(self, path: str, key: str, field: Field, value: Any) -> Any:
        if value is None or value == "":
            return None
        allowed = self.picklists.get(path, field.values)
        if field.type == "picklist" and allowed and value not in allowed:
            message = f"{key}: bad value for restricted picklist field: {value}"
            raise Refused(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, key)
        if field.type in {"string", "picklist"} and len(str(value)) > field.length:
            raise Refused(400, "STRING_TOO_LONG", f"{key}: data value too large: {value} (max {field.length})", key)
        if path in self.numbers and isinstance(value, str):
            raise Refused(400, "JSON_PARSER_ERROR", f"Cannot deserialize instance of double from VALUE_STRING {value}")
        if field.refers_to:
            value = str(value) if len(str(value)) == 18 else full_id(str(value))
            if value not in self.records[field.refers_to]:
                raise Refused(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", key)
        return value

    def _same_book(self, item: Record) -> None:
        entry = self.get("PricebookEntry", item["PricebookEntryId"])
        order = self.get("Order", item["OrderId"]) if item.get("OrderId") else {}
        other_currency = self.several_currencies and order.get("CurrencyIsoCode") != entry.get("CurrencyIsoCode")
        if order and (order.get("Pricebook2Id") != entry["Pricebook2Id"] or other_currency):
            raise Refused(
                400, "FIELD_INTEGRITY_EXCEPTION", "field integrity exception: PricebookEntryId", "Pricebook2Id"
            )

    def _unique(self, name: str, values: Record, own_id: str) -> None:
        for key, field in self.fields(name).items():
            taken = [record for record in self.records[name].values() if record["Id"] != own_id]
            if field.unique and values.get(key) is not None and values[key] in [each.get(key) for each in taken]:
                raise Refused(400, "DUPLICATE_VALUE", f"duplicate value found: {key} duplicates value on record", key)

    def _touched(self, stamp: str) -> Record:
        return {"LastModifiedDate": stamp, "SystemModstamp": stamp}

    def _stamp(self) -> str:
        return datetime.fromtimestamp(self._now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")

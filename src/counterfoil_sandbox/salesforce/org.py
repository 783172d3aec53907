"""The org's records: made, changed, deleted, with the refusals that Salesforce has for each."""

import copy
import itertools
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from .schema import KINDS, Field, Kind

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
    """`hidden`: fields (by "Object.Field") that this user does not see; `picklists`: values taken away."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._numbers = itertools.count(int(now()))  # another start, other ids: the portal remembers the old ones
        self.records: dict[str, dict[str, Record]] = {name: {} for name in KINDS}
        self.deleted: set[str] = set()
        self.hidden: set[str] = set()
        self.picklists: dict[str, tuple[str, ...]] = {}
        self.locked: set[str] = set()

    def kind(self, name: str) -> Kind:
        found = next((kind for known, kind in KINDS.items() if known.lower() == name.lower()), None)
        if found is None:
            raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
        return found

    def fields(self, name: str) -> dict[str, Field]:
        return {key: field for key, field in self.kind(name).fields.items() if f"{name}.{key}" not in self.hidden}

    def get(self, name: str, record_id: str) -> Record:
        record_id = full_id(record_id) if len(record_id) == 15 else record_id
        if record_id in self.deleted:
            raise Refused(404, "ENTITY_IS_DELETED", "entity is deleted")
        if record_id not in self.records[name]:
            raise Refused(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: Id")
        return self.records[name][record_id]

    def by_external_id(self, name: str, field: str, value: str) -> Record | None:
        """Raises Refused when several have it."""
        found = self.fields(name).get(field)
        if found is None or not found.external:
            raise Refused(404, "NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {field}")
        same = [record for record in self.records[name].values() if str(record.get(field)) == value]
        if len(same) > 1:
            raise Refused(300, "", "")
        return same[0] if same else None

    def create(self, name: str, values: Mapping[str, Any]) -> Record:
        checked = self._checked(name, values)
        missing = [key for key, field in self.fields(name).items() if field.required and checked.get(key) is None]
        if name == "OrderItem" and "PricebookEntryId" not in missing:
            checked["Product2Id"] = self.get("PricebookEntry", checked["PricebookEntryId"])["Product2Id"]
            self._same_book(checked)
        if missing:
            raise Refused(400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: {missing}", *missing)
        self._unique(name, checked, "")
        stamp = self._stamp()
        record_id = full_id(f"{self.kind(name).prefix}{next(self._numbers):012d}")
        record = {"Id": record_id, "CreatedDate": stamp, "IsDeleted": False, **self._touched(stamp), **checked}
        self.records[name][record_id] = record
        return record

    def update(self, name: str, record_id: str, values: Mapping[str, Any]) -> None:
        record = self.get(name, record_id)
        if record["Id"] in self.locked:
            raise Refused(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
        checked = self._checked(name, values)
        self._unique(name, checked, record["Id"])
        record.update(checked)
        record.update(self._touched(self._stamp()))

    def delete(self, name: str, record_id: str) -> None:
        record = self.get(name, record_id)
        del self.records[name][record["Id"]]
        self.deleted.add(record["Id"])

    def snapshot(self) -> Any:
        """To go back to, when one part of several fails."""
        return copy.deepcopy(self.records)

    def _checked(self, name: str, values: Mapping[str, Any]) -> Record:
        fields, checked = self.fields(name), {}
        for key, value in values.items():
            field = fields.get(key)
            if field is None or field.read_only:
                raise Refused(400, "INVALID_FIELD", f"No such column '{key}' on sobject of type {name}")
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
        if field.refers_to:
            value = str(value) if len(str(value)) == 18 else full_id(str(value))
            if value not in self.records[field.refers_to]:
                raise Refused(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", key)
        return value

    def _same_book(self, item: Record) -> None:
        entry = self.get("PricebookEntry", item["PricebookEntryId"])
        if item.get("OrderId") and self.get("Order", item["OrderId"]).get("Pricebook2Id") != entry["Pricebook2Id"]:
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

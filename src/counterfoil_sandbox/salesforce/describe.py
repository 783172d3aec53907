"""What an object is made of, as its description tells the user who asks."""

from .org import Org, Record, Refused, full_id
from .schema import MASTER_RECORD_TYPE


def described(org: Org, kind: str) -> Record:
    """Fields that the user does not see are not in it; those that were deployed otherwise are as they were deployed."""
    if kind in org.unreadable:
        raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
    fields = [_field(org, kind, name) for name in org.fields(kind)]
    return {"name": kind, "fields": fields, "recordTypeInfos": [*_record_types(org, kind), _record_type("Master", 0)]}


def _record_types(org: Org, kind: str) -> list[Record]:
    return [_record_type(name, place + 1) for place, name in enumerate(org.record_types if kind == "Order" else ())]


def _record_type(name: str, place: int) -> Record:
    found = MASTER_RECORD_TYPE if not place else full_id(f"012{place:012d}")
    return {"name": name, "recordTypeId": found, "available": True, "active": True, "master": not place}


def picklist_values(org: Org, kind: str, record_type: str, field: str) -> Record:
    """As the User Interface API has them: those of one record type."""
    named = next((each for each in _record_types(org, kind) if each["recordTypeId"] == record_type), None)
    if named is None or field not in org.fields(kind):
        raise Refused(404, "NOT_FOUND", "The requested resource does not exist")
    values = org.record_types[named["name"]]
    return {"controllerValues": {}, "values": [{"label": value, "value": value} for value in values]}


def _field(org: Org, kind: str, name: str) -> Record:
    field, path = org.fields(kind)[name], f"{kind}.{name}"
    is_writable = not field.read_only and path not in org.read_only
    return {
        "name": name,
        "type": field.type,
        "length": field.length,
        "updateable": is_writable,
        "createable": is_writable,
        "externalId": field.external,
        "unique": field.unique,
        "picklistValues": [{"value": value, "active": True} for value in org.picklists.get(path, field.values)],
    }

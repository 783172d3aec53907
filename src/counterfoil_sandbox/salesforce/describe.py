"""What an object is made of, as its description tells the user who asks."""

from .org import Org, Record


def described(org: Org, kind: str) -> Record:
    """Fields that the user does not see are not in it; those that were deployed otherwise are as they were deployed."""
    return {"name": kind, "fields": [_field(org, kind, name) for name in org.fields(kind)]}


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

"""The doctor's look at who may do what in the org, and at the key: what is refused to be seen is said to be unseen."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from counterfoil.cli.findings import Finding, fail, ok, warn
from counterfoil.errors import CrmUnavailable
from counterfoil.salesforce import wire
from counterfoil.salesforce.client import SalesforceClient
from counterfoil.salesforce.failures import CrmRefused
from counterfoil.salesforce.fields import STATUSES, Fields
from counterfoil.salesforce.key import certificate_end, certificate_in, private_key_in
from counterfoil.salesforce.org_schema import OrgSchema

ASSIGN = "Assign the permission set Counterfoil to the integration user."

SOON = timedelta(days=30)
"""Before its end a certificate is worth a warning."""


async def access_findings(
    client: SalesforceClient, schema: OrgSchema, fields: Fields, username: str
) -> AsyncIterator[Finding]:
    """None of it raises: an org may keep all of this from the portal's user."""
    yield await _activated_orders(client)
    yield await _contacts(client)
    yield await _approvers(client, fields["Activation_Status__c"], username)
    status = fields["Activation_Status__c"]
    for record_type, name in (await schema.record_types("Order")).items():
        yield await _record_type(client, record_type, name, status)


async def _activated_orders(client: SalesforceClient) -> Finding:
    check = "salesforce activated orders"
    found = await _rows(client, "SELECT PermissionsEditActivatedOrders FROM UserPermissionAccess")
    if isinstance(found, str):
        return ok(check, f"whether they may be edited could not be seen ({found})")
    allowed = [record.get("PermissionsEditActivatedOrders") for record in found]
    if False in allowed:
        return fail(check, "may not be edited: the end of such an order could not be told", ASSIGN)
    return ok(check, "may be edited" if True in allowed else "whether they may be edited could not be seen")


async def _contacts(client: SalesforceClient) -> Finding:
    check = "salesforce contacts"
    found = await _asked(client, "sobjects/Contact/describe")
    if isinstance(found, str):
        return warn(check, f"cannot be read ({found}), which reading accounts takes", ASSIGN)
    return ok(check, "can be read")


async def _approvers(client: SalesforceClient, field: str, username: str) -> Finding:
    """Besides the portal's own user. Only who may see the setup is told."""
    check = "salesforce approvers"
    may_set = (
        "SELECT ParentId FROM FieldPermissions WHERE SobjectType = 'Order' "  # noqa: S608 - a name from the settings
        f"AND Field = 'Order.{field}' AND PermissionsEdit = true"
    )
    people = f"SELECT Assignee.Username FROM PermissionSetAssignment WHERE PermissionSetId IN ({may_set})"  # noqa: S608
    found = await _rows(client, f"{people} AND Assignee.IsActive = true")
    if isinstance(found, str):
        return ok(check, f"who may set {field} could not be seen ({found}); see Counterfoil Approver")
    names = {wire.text(record.get("Assignee") or {}, "Username").lower() for record in found}
    if not names - {username.lower(), ""}:
        advice = "Assign the permission set Counterfoil Approver to those who approve."
        return warn(check, f"nobody but the portal may set {field}", advice)
    return ok(check, f"{len(names - {username.lower(), ''})} people may set {field}")


async def _record_type(client: SalesforceClient, record_type: str, name: str, field: str) -> Finding:
    """`describe` tells the values of all record types together, the User Interface API those of one."""
    check = f"salesforce record type {name}"
    found = await _asked(client, f"ui-api/object-info/Order/picklist-values/{record_type}/{field}")
    if isinstance(found, str):
        return ok(check, f"its values of {field} could not be seen ({found})")
    listed = found.get("values") if isinstance(found, Mapping) else None
    values = {each.get("value") for each in listed or [] if isinstance(each, Mapping)}
    if lacking := [status for status in STATUSES if status not in values]:
        advice = f"Object Manager, Order, Record Types, {name}: select all values of {field}."
        return fail(check, f"{field} lacks {', '.join(lacking)}", advice)
    return ok(check, "has all values")


def key_findings(pem: str, now: datetime) -> Iterator[Finding]:
    """The end of the certificate, where its file has it beside the key. A key that is none fails at the sign-in."""
    check, certificate = "salesforce certificate", certificate_in(pem)
    if not certificate:
        yield ok(check, "its end cannot be seen: append it to the file of the private key")
        return
    try:
        end = certificate_end(certificate, private_key_in(pem))
    except ValueError:
        yield fail(check, "cannot be read", "SALESFORCE_PRIVATE_KEY: a key and its certificate, both in PEM.")
        return
    advice = "Make a new pair, put the certificate into the app, then exchange the key."
    if end is None:
        yield fail(check, "is not that of the private key", "Put both of one pair into the file.")
    elif end <= now:
        yield fail(check, f"ended on {end:%Y-%m-%d}", advice)
    elif end - now < SOON:
        yield warn(check, f"ends on {end:%Y-%m-%d}", advice)
    else:
        yield ok(check, f"ends on {end:%Y-%m-%d}")


async def _rows(client: SalesforceClient, soql: str) -> list[Mapping[str, Any]] | str:
    """Of a query; or why there are none, as a text."""
    found = await _asked(client, f"query?q={quote(soql)}")
    try:
        return found if isinstance(found, str) else wire.records(found)
    except CrmUnavailable as error:
        return str(error.args[-1])


async def _asked(client: SalesforceClient, path: str) -> Any:
    """The answer, or why there is none, as a text."""
    try:
        return await client.call("GET", path)
    except (CrmUnavailable, CrmRefused) as error:
        return str(error.args[-1])

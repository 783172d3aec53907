"""The doctor's look at Salesforce: signs in, and asks of each object whether the portal's fields are there."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from counterfoil.cli.findings import Finding, fail, ok, warn
from counterfoil.cli.salesforce.access import access_findings, key_findings
from counterfoil.cli.salesforce.org import org_findings, quota_finding, stuck_approvals
from counterfoil.errors import CrmUnavailable
from counterfoil.salesforce.api import SalesforceApi
from counterfoil.salesforce.client import SalesforceClient
from counterfoil.salesforce.face import fields_of
from counterfoil.salesforce.failures import KINDS, OTHER, CrmRefused
from counterfoil.salesforce.fields import NEEDED, REQUIRED, STATUSES, WRITTEN, Fields, Requirement
from counterfoil.settings import Settings

DEPLOY = "Deploy deploy/salesforce and assign its permission set to the integration user."


async def salesforce(settings: Settings) -> AsyncIterator[Finding]:
    if not settings.salesforce_url:
        yield ok("salesforce", "not used: the portal keeps its own order records")
        return
    client = SalesforceClient(
        url=settings.salesforce_url,
        client_id=settings.salesforce_client_id,
        username=settings.salesforce_username,
        private_key=settings.salesforce_private_key,
    )
    fields = fields_of(settings)
    api = SalesforceApi(client, fields)
    for finding in key_findings(settings.salesforce_private_key, datetime.now(UTC)):
        yield finding
    try:
        async for finding in _examined(api, fields):
            yield finding
        async for finding in org_findings(client, api.schema, settings):
            yield finding
        async for finding in access_findings(client, api.schema, fields, settings.salesforce_username):
            yield finding
        yield await quota_finding(client.quota, settings)
        async for finding in stuck_approvals(settings):
            yield finding
    except CrmUnavailable as error:
        reason = str(error.args[-1])
        yield fail("salesforce", f"gives no answer ({reason})", client.sign_in.hint or KINDS.get(reason, OTHER).hint)
    except (CrmRefused, ValueError) as error:
        hint = error.hint if isinstance(error, CrmRefused) else "Is SALESFORCE_PRIVATE_KEY a private key in PEM?"
        yield fail(
            "salesforce", f"refuses ({error})" if isinstance(error, CrmRefused) else "cannot be signed in to", hint
        )
    finally:
        await client.close()
    yield _webhooks(settings)


async def _examined(api: SalesforceApi, fields: Fields) -> AsyncIterator[Finding]:
    for name in fields.unknown:
        yield warn("salesforce fields", f"{name} is no field of the portal", "Correct SALESFORCE_FIELDS.")
    for kind, names in NEEDED.items():
        described = {str(field.get("name")): field for field in (await api.schema.fields(kind)).values()}
        if kind == "Order":
            yield ok("salesforce", "signed in")
        for name in names:
            check = f"salesforce field {kind}.{fields[name]}"
            if (field := described.get(fields[name])) is None:
                advice = _elsewhere(name, fields[name], described) or DEPLOY
                yield fail(check, "missing, or not visible to this user", advice)
            else:
                yield _field(check, kind, name, field)


def _elsewhere(name: str, wanted: str, described: Mapping[str, Any]) -> str:
    """What to set where the field is there by another name: in a package's namespace, or in other letters."""
    for other in described:
        if other.lower() == wanted.lower():
            return f"Names count letter by letter: set SALESFORCE_FIELDS to {name}={other}."
        if other.endswith(f"__{name}"):
            return f"Set SALESFORCE_NAMESPACE to {other.partition('__')[0]}."
    return ""


def _field(check: str, kind: str, name: str, field: Mapping[str, Any]) -> Finding:
    """`name` is the portal's own, whatever the org calls it."""
    if kind in WRITTEN and not (field.get("updateable") and field.get("createable")):
        return fail(check, "cannot be written by this user", DEPLOY)
    if problem := _misfit(name, field):
        return fail(check, problem, DEPLOY)
    values = {str(each.get("value")) for each in field.get("picklistValues") or [] if each.get("active", True)}
    is_status = name == "Activation_Status__c" and field.get("type") == "picklist"
    if is_status and (lacking := [status for status in STATUSES if status not in values]):
        return fail(check, f"lacks the values {', '.join(lacking)}", DEPLOY)
    if REQUIRED.get(name, Requirement()).is_found_by and not field.get("externalId"):
        return warn(check, "is no external id: loaders cannot find records by it", DEPLOY)
    return ok(check, "there")


def _misfit(name: str, field: Mapping[str, Any]) -> str:
    """What of its type, length or uniqueness would fail later, in the middle of an order."""
    need, is_text = REQUIRED.get(name, Requirement()), field.get("type") in {"string", "textarea"}
    if need.types and field.get("type") not in need.types:
        return f"is of type {field.get('type')}, not {' or '.join(need.types)}"
    if is_text and int(field.get("length") or 0) < need.length:
        return f"takes {field.get('length')} characters, not {need.length}"
    if need.is_external and not field.get("externalId"):
        return "is no external id"
    return "is not unique" if need.is_unique and not field.get("unique") else ""


def _webhooks(settings: Settings) -> Finding:
    if settings.salesforce_webhook_secret:
        return ok("salesforce webhooks", f"a secret is set; calls go to {settings.base_url}/webhooks/salesforce")
    seconds = settings.salesforce_poll_seconds
    return ok("salesforce webhooks", f"none are accepted: approval is seen within {seconds:g} s")

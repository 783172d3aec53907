"""The doctor's look at the org behind the fields: orders, their Status, the price book that is sold from, the key."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from counterfoil.cli.findings import Finding, fail, ok, warn
from counterfoil.db.clock import utc_now
from counterfoil.db.engine import make_engine
from counterfoil.db.schema import pending
from counterfoil.errors import CrmUnavailable, TemporarilyUnavailable
from counterfoil.orders.attempts import ApprovalAttempts
from counterfoil.orders.crm_calls import CrmCalls
from counterfoil.salesforce import wire
from counterfoil.salesforce.client import SalesforceClient
from counterfoil.salesforce.face import fields_of
from counterfoil.salesforce.failures import KINDS, OTHER, CrmRefused
from counterfoil.salesforce.fields import Fields
from counterfoil.salesforce.org_schema import OrgSchema
from counterfoil.salesforce.quota import Quota
from counterfoil.salesforce.reading import book_condition
from counterfoil.settings import Settings

CYCLES = frozenset(("monthly", "quarterly", "semiannually", "annually", "biennially", "triennially", "onetime", "free"))
"""WHMCS's billing cycles, as wire.cycle writes them."""

_CYCLES_ADVICE = "Monthly, Quarterly, Semi-Annually, Annually, Biennially, Triennially, One Time or Free."

IDLE = 3000
"""Calls of a day without orders, rounded up."""


async def org_findings(client: SalesforceClient, schema: OrgSchema, settings: Settings) -> AsyncIterator[Finding]:
    """Raises CrmUnavailable, CrmRefused."""
    yield await _draft(schema, settings.salesforce_draft_status)
    yield await _orders(client)
    yield await _price_book(client, schema, settings.salesforce_price_book)
    yield await _products(client, fields_of(settings), settings.salesforce_price_book)


async def _draft(schema: OrgSchema, draft: str) -> Finding:
    check = "salesforce order status"
    field = (await schema.fields("Order")).get("Status", {})
    values = {str(each.get("value")) for each in field.get("picklistValues") or [] if each.get("active", True)}
    if values and draft not in values:
        advice = "Set SALESFORCE_DRAFT_STATUS to the org's own name for it."
        return fail(check, f"{draft} is none of {', '.join(sorted(values))}", advice)
    return ok(check, f"drafts are {draft}")


async def _orders(client: SalesforceClient) -> Finding:
    check = "salesforce orders"
    try:
        await _asked(client, "SELECT Id FROM OrderItem LIMIT 1")
    except CrmRefused as refusal:
        advice = "Setup, Order Settings, Enable Orders; then assign the permission set."
        return fail(check, f"cannot be asked for ({refusal.reason})", advice)
    return ok(check, "enabled")


async def _price_book(client: SalesforceClient, schema: OrgSchema, named: str) -> Finding:
    check, what = "salesforce price book", named or "the standard price book"
    currency = ", CurrencyIsoCode" if await schema.has_currencies() else ""
    where = f"IsActive = true AND {book_condition(named)}"
    asked = f"SELECT Id{currency} FROM PricebookEntry WHERE {where}"  # noqa: S608
    found = await _asked(client, asked)
    if not found:
        advice = "Share the price book with the integration user, and put the products into it."
        return fail(check, f"{what} shows no active prices", advice)
    currencies = sorted({wire.text(record, "CurrencyIsoCode") for record in found} - {""})
    if len(currencies) == 1 and currency:
        advice = "Orders of WHMCS clients in other currencies stop with CURRENCY_NOT_MAPPED."
        return warn(check, f"{what} has prices in {currencies[0]} alone", advice)
    return ok(check, f"{what} has prices {('in ' + ', '.join(currencies)) if currencies else ''}".rstrip())


async def _products(client: SalesforceClient, fields: Fields, named: str) -> Finding:
    """Which products can become lines of a WHMCS order: an order with another one stops. Other goods may be in the same
    price book. Fields that are missing are another check's to report.
    """
    check = "salesforce products"
    asked = (
        "SELECT Id, Product2.Name, Product2.WHMCS_Product_ID__c, Product2.Billing_Cycle__c FROM PricebookEntry "  # noqa: S608
        f"WHERE IsActive = true AND {book_condition(named)}"
    )
    try:
        found = await _asked(client, fields.in_text(asked))
    except (CrmUnavailable, CrmRefused) as error:
        return ok(check, f"could not be seen ({error.args[-1]})")
    products = [each for record in found if isinstance(each := record.get("Product2"), Mapping)]
    sold = [each for each in products if wire.number(each, fields["WHMCS_Product_ID__c"])]
    written = fields["Billing_Cycle__c"]
    odd = [each for each in sold if wire.cycle(wire.text(each, written)) not in CYCLES]
    if odd:
        first = ", ".join(f"{wire.text(each, 'Name')[:40]} ({wire.text(each, written) or 'none'})" for each in odd[:5])
        return warn(check, f"{len(odd)} have a {written} that WHMCS does not know: {first}", _CYCLES_ADVICE)
    if products and not sold:
        advice = f"Fill in {fields['WHMCS_Product_ID__c']} and {written}: one product for each billing cycle."
        return warn(check, f"none of {len(products)} active prices names a WHMCS product", advice)
    return ok(check, f"{len(sold)} of {len(products)} active prices name a WHMCS product and its cycle")


async def quota_finding(quota: Quota, settings: Settings) -> Finding:
    """What the org has used of its calls, and what of that is the portal's own."""
    check, share = "salesforce quota", settings.salesforce_daily_share
    own = await _own_calls(settings)
    ours = "" if own is None else f"; {own} of them by the portal, which may use {share * quota.allowed // 100}"
    message = f"{quota.used} of {quota.allowed} calls of the day are used{ours}"
    if quota.allowed and (share * quota.allowed < 100 * IDLE or (own or 0) * 100 > 80 * share * quota.allowed / 100):
        return warn(check, message, f"An idle portal needs about {IDLE:,}: see SALESFORCE_DAILY_SHARE.")
    if quota.allowed and quota.used > 0.8 * quota.allowed:
        return warn(check, message, "Setup, Company Information, API Requests says who else uses them.")
    return ok(check, message)


async def _own_calls(settings: Settings) -> int | None:
    """None when the database does not say: that is another check's to report."""
    engine = make_engine(settings.database_url)
    try:
        return None if await pending(engine) else await CrmCalls(engine, utc_now).add(0)
    except TemporarilyUnavailable:
        return None
    finally:
        await engine.dispose()


async def stuck_approvals(settings: Settings) -> AsyncIterator[Finding]:
    """Orders that sales staff approved and that Salesforce does not let the portal take up."""
    engine = make_engine(settings.database_url)
    try:
        # A database that is away or behind is another check's to report.
        for each in [] if await pending(engine) else await ApprovalAttempts(engine).stuck():
            check = f"salesforce order {each.salesforce_id}"
            message = f"approved, and cannot be taken up ({each.reason}), {each.tries} tries"
            yield warn(check, message, KINDS.get(each.reason, OTHER).hint)
    except TemporarilyUnavailable:
        return
    finally:
        await engine.dispose()


async def _asked(client: SalesforceClient, soql: str) -> Sequence[Mapping[str, Any]]:
    return wire.records(await client.call("GET", f"query?q={quote(soql)}"))

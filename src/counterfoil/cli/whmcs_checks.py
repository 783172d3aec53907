"""The doctor's look at WHMCS: reachable, let in, its version, each permission, its clock. Asks for what does not exist.

Its own addresses and time zone: whmcs_addresses.py.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from counterfoil.cli.addon_checks import addon
from counterfoil.cli.findings import Finding, Verdict, fail, ok, warn
from counterfoil.cli.whmcs_addresses import addresses
from counterfoil.errors import BillingUnavailable
from counterfoil.settings import Settings
from counterfoil.settings.features import Feature
from counterfoil.whmcs.api import WhmcsApi
from counterfoil.whmcs.client import WhmcsClient, WhmcsRefused
from counterfoil.whmcs.failures import KINDS
from counterfoil.whmcs.versions import is_too_old

NOBODY = 2**31 - 1
"""An id that no installation reaches, so that nothing is found and nothing is changed."""

NEEDED: dict[str, dict[str, str | int]] = {
    "GetUsers": {"search": "nobody@counterfoil.invalid", "limitnum": 1},
    "GetUserPermissions": {"user_id": NOBODY, "client_id": NOBODY},
    "GetClientsDetails": {"clientid": NOBODY, "stats": 0},
    "GetInvoices": {"userid": NOBODY, "limitnum": 1},
    "GetInvoice": {"invoiceid": NOBODY},
    "GetPaymentMethods": {},
    "GetPayMethods": {"clientid": NOBODY},
    "GetProducts": {"pid": NOBODY},
    "GetOrders": {"id": NOBODY, "limitnum": 1},
    "AddOrder": {"clientid": NOBODY, "paymentmethod": "none"},
    "AcceptOrder": {"orderid": NOBODY},
    "GetClientsProducts": {"clientid": NOBODY, "limitnum": 1},
    "GetTransactions": {"clientid": NOBODY},
    "GetCredits": {"clientid": NOBODY},
    "GetQuotes": {"userid": NOBODY, "limitnum": 1},
    "GetContacts": {"userid": NOBODY, "limitnum": 1},
    "GetCurrencies": {},
    "UpdateClient": {"clientid": NOBODY},
    "CreateSsoToken": {"client_id": NOBODY, "user_id": NOBODY, "destination": "clientarea:invoices"},
}
"""The actions that the portal calls, but for ValidateLogin."""

_ONLY_FOR = {
    Feature.ORDERS: {"AcceptOrder", "AddOrder", "GetOrders", "GetProducts"},
    Feature.QUOTES: {"GetQuotes"},
    Feature.CONTACTS: {"GetContacts"},
}
"""What nobody calls where these are switched off."""

_NOT_THERE = re.compile(
    r"not found|\binvalid (?:\w+ ?)?(?:id|client|user|order|invoice|destination)|\bno\b.*\bfound|not associated"
    r"|does not exist|not pending|sso authentication blocked|could not be provisioned",
    re.IGNORECASE,
)
"""What WHMCS says of an id that it does not have. Whatever else it refuses, a customer would be refused as well."""

_WRITES = {"AcceptOrder", "AddOrder", "CreateSsoToken", "UpdateClient"}

CLOCK_WARNING, CLOCK_LIMIT = 30, 240
"""Seconds. Signatures of webhooks are refused when the clocks differ by five minutes."""


async def whmcs(settings: Settings) -> AsyncIterator[Finding]:
    client = WhmcsClient(
        url=settings.whmcs_url,
        identifier=settings.whmcs_identifier,
        secret=settings.whmcs_secret,
        access_key=settings.whmcs_access_key,
        timeout=settings.whmcs_timeout_seconds,
        max_concurrency=1,
    )
    try:
        details = WhmcsApi(client, timezone=settings.whmcs_timezone)
        reached = await _details(details)
        yield reached
        if reached.verdict is not Verdict.FAIL or reached.check == "whmcs version":
            for action, params in NEEDED.items():
                if not any(action in of and each not in settings.features for each, of in _ONLY_FOR.items()):
                    yield await _permitted(client, action, params)
            # WHMCS counts wrong passwords and may ban the caller.
            yield ok("whmcs permission ValidateLogin", "not asked: sign in to see whether it is allowed")
            report, findings = await addon(client, NOBODY)
            for finding in findings:
                yield finding
            for finding in await asyncio.to_thread(addresses, settings, report):
                yield finding
            yield await asyncio.to_thread(_clock, settings)
    finally:
        await client.close()


async def _details(api: WhmcsApi) -> Finding:
    try:
        version = (await api.whmcs_details()).version
    except BillingUnavailable as error:
        _action, reason, hint = error.args
        if reason == "permission_missing":
            return warn("whmcs", "the permission for WhmcsDetails is missing", hint)
        return fail("whmcs", f"gives no answer ({reason})", hint)
    if is_too_old(version):
        told = f"{version[:40]} is not supported: it knows clients and their contacts, but no users who sign in"
        return fail("whmcs version", told, "Upgrade WHMCS to 8.1 or newer (docs/connect-whmcs.md). Nobody can sign in.")
    return ok("whmcs", "answers, and accepts the credentials and this address")


async def _permitted(client: WhmcsClient, action: str, params: dict[str, str | int]) -> Finding:
    check = f"whmcs permission {action}"
    try:
        await client.call(action, params, write=action in _WRITES)
    except WhmcsRefused as refusal:
        if _NOT_THERE.search(refusal.message):
            return ok(check, "allowed")
        # Its words are for the operator only, who sees them in WHMCS's API log as well.
        words = "".join(letter if letter.isprintable() else " " for letter in refusal.message[:200])
        return fail(check, f"WHMCS refuses it: {words or 'without a word'}", KINDS["refused"].hint)
    except BillingUnavailable as error:
        _action, reason, hint = error.args
        if reason == "permission_missing":
            return fail(check, "missing", "Add it to the API role of these credentials in WHMCS.")
        return fail(check, f"no answer ({reason})", hint)
    return ok(check, "allowed")


def _clock(settings: Settings) -> Finding:
    """By the Date of any answer of its web server; whole seconds, so small differences mean nothing."""
    parts = urlsplit(settings.whmcs_url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=settings.whmcs_timeout_seconds)
    try:
        connection.request("HEAD", parts.path or "/")
        date = connection.getresponse().getheader("Date", "")
        difference = abs(time.time() - parsedate_to_datetime(date).timestamp())
    except (OSError, HTTPException, ValueError):
        return warn("whmcs clock", "could not be compared", "Make sure that both machines synchronise their clocks.")
    finally:
        connection.close()
    advice = "Synchronise the clocks of both machines (NTP)."
    if difference > CLOCK_LIMIT:
        return fail("whmcs clock", f"differs by {difference:.0f} s: webhooks will be refused", advice)
    if difference > CLOCK_WARNING:
        return warn("whmcs clock", f"differs by {difference:.0f} s", advice)
    return ok("whmcs clock", "agrees with ours")

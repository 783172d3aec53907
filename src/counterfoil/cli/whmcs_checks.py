"""The doctor's look at WHMCS: reachable, let in, each permission, its clock. Asks for what does not exist."""

import asyncio
import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from counterfoil.cli.addon_checks import addon
from counterfoil.cli.findings import Finding, fail, ok, warn
from counterfoil.errors import BillingUnavailable
from counterfoil.settings import Settings
from counterfoil.whmcs.client import WhmcsClient, WhmcsRefused
from counterfoil.whmcs.failures import KINDS

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
        reached = await _asked(client, "WhmcsDetails", {})
        yield _reached(reached)
        if reached in ("", "permission_missing"):
            for action, params in NEEDED.items():
                yield _permitted(action, await _asked(client, action, params))
            # WHMCS counts wrong passwords and may ban the caller.
            yield ok("whmcs permission ValidateLogin", "not asked: sign in to see whether it is allowed")
            async for finding in addon(client, NOBODY):
                yield finding
            yield await asyncio.to_thread(_clock, settings)
    finally:
        await client.close()


async def _asked(client: WhmcsClient, action: str, params: dict[str, str | int]) -> str:
    """The reason of whmcs/failures.py why there was no answer; empty when there was one, a refusal included."""
    try:
        await client.call(action, params, write=action in _WRITES)
    except WhmcsRefused:
        return ""
    except BillingUnavailable as error:
        _action, reason, _hint = error.args
        return str(reason)
    return ""


def _reached(reason: str) -> Finding:
    if not reason:
        return ok("whmcs", "answers, and accepts the credentials and this address")
    if reason == "permission_missing":
        return warn("whmcs", "the permission for WhmcsDetails is missing", KINDS[reason].hint)
    return fail("whmcs", f"gives no answer ({reason})", KINDS[reason].hint)


def _permitted(action: str, reason: str) -> Finding:
    check = f"whmcs permission {action}"
    if not reason:
        return ok(check, "allowed")
    if reason == "permission_missing":
        return fail(check, "missing", "Add it to the API role of these credentials in WHMCS.")
    return fail(check, f"no answer ({reason})", KINDS[reason].hint)


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

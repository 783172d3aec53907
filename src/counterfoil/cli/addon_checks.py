"""The doctor's look at the addon in WHMCS. It is optional: what is missing costs freshness and calls, and is said."""

from zoneinfo import ZoneInfo

from counterfoil import __version__
from counterfoil.cli.findings import Finding, ok, warn
from counterfoil.errors import BillingUnavailable
from counterfoil.whmcs.addon_api import CHANGES, INVOICES, ORDER, NotOffered, WhmcsAddon
from counterfoil.whmcs.client import WhmcsClient, WhmcsRefused
from counterfoil.whmcs.results import ChangeReport

PROTOCOL = 1
"""What this version understands of the addon's answers."""

_ROLE = "In WHMCS, Addons > Counterfoil, allow the role of these credentials the three actions (docs/connect-whmcs.md)."


async def addon(client: WhmcsClient, nobody: int) -> tuple[ChangeReport | None, list[Finding]]:
    """What the addon says of itself, None where there is none. `nobody`: an id that no installation reaches. Changes
    nothing: no number is called applied.
    """
    asked = WhmcsAddon(client, timezone=ZoneInfo("UTC"))
    asked.is_introduced = True
    try:
        report = await asked.changes()
    except NotOffered:
        # Whoever is refused for the role, or has no addon, gets the same answer from WHMCS.
        said = "optional; not there, or not allowed: lost webhooks show when lifetimes end"
        return None, [ok("whmcs addon", said)]
    except BillingUnavailable as error:
        return None, [warn("whmcs addon", f"{CHANGES} gives no answer ({error.args[1]})", error.args[2])]
    offers = [await _offered(client, INVOICES, {"clientid": nobody, "invoiceids": nobody})]
    return report, [*_report(report), *offers, await _offered(client, ORDER, {})]


def _report(report: ChangeReport) -> list[Finding]:
    findings = [_version(report)]
    if report.waiting or report.dead:
        told = f"{report.waiting} messages wait to be sent, {report.dead} were given up"
        advice = "In WHMCS, Addons > Counterfoil says why; a few that wait are nothing unusual."
        findings.append(warn("whmcs addon messages", told, advice) if report.dead else ok("whmcs addon messages", told))
    return findings


def _version(report: ChangeReport) -> Finding:
    if report.version == __version__ and report.protocol == PROTOCOL:
        return ok("whmcs addon", f"version {report.version}; lost webhooks are made good within 30 seconds")
    advice = "Install the addon of this release: make addon."
    return warn("whmcs addon", f"version {report.version[:40]} there, {__version__} here", advice)


async def _offered(client: WhmcsClient, action: str, params: dict[str, str | int]) -> Finding:
    check = f"whmcs permission {action} (optional)"
    try:
        await client.call(action, params, write=True)
    except WhmcsRefused:
        # It was asked for nothing, and says so.
        return ok(check, "allowed")
    except BillingUnavailable as error:
        if error.args[1] == "action_unknown":
            return warn(check, "WHMCS does not know it", "Copy includes/api of the addon's package to WHMCS.")
        advice = _ROLE if error.args[1] == "permission_missing" else error.args[2]
        return warn(check, f"no answer ({error.args[1]})", advice)
    return ok(check, "allowed")

"""`counterfoil doctor`: settings and every neighbour. It changes nothing, but for the receipt of a test message."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import click
import msgspec

from counterfoil import log
from counterfoil.cli.clock_checks import clocks
from counterfoil.cli.findings import Finding, Verdict, fail, ok, warn
from counterfoil.cli.portal_checks import cache, database, decisions
from counterfoil.cli.salesforce.checks import salesforce
from counterfoil.cli.sign_in_checks import sign_in
from counterfoil.cli.webhook_checks import webhook_way
from counterfoil.cli.white_label_checks import white_label
from counterfoil.cli.whmcs_checks import whmcs
from counterfoil.settings import Settings, SettingsError, load, unknown_names
from counterfoil.settings.features import Feature

QUIET = "error"
"""What the parts log about a failure, the findings say in other words."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")
def doctor(*, as_json: bool) -> None:
    """Check the settings and every neighbour, and say what to do. Exit code 0 only if nothing fails."""
    log.configure(QUIET, "console")
    findings = asyncio.run(_examine(say=not as_json))
    is_well = all(finding.verdict is not Verdict.FAIL for finding in findings)
    if as_json:
        click.echo(msgspec.json.encode({"ok": is_well, "checks": findings}))
    sys.exit(0 if is_well else 1)


async def _examine(*, say: bool) -> list[Finding]:
    findings = []
    async for finding in _findings():
        findings.append(finding)
        if say:
            click.echo(finding.line)
    return findings


async def _findings() -> AsyncIterator[Finding]:
    for name in unknown_names(os.environ):
        yield warn("settings", f"{name} means nothing here", "See docs/settings.md for the names.")
    try:
        settings = load()
    except SettingsError as error:
        for problem in error.problems:
            yield fail("settings", problem, "See docs/settings.md.")
        return
    yield ok("settings", "complete")
    if settings.maintenance:
        yield warn("maintenance", "customers see a maintenance page", "Empty COUNTERFOIL_MAINTENANCE and restart.")
    if settings.salesforce_url and Feature.ORDERS not in settings.features:
        said = "orders are switched off, but SALESFORCE_URL is set: what sales staff sell there is still fulfilled"
        yield warn("features", said, "Add orders to COUNTERFOIL_FEATURES, or empty COUNTERFOIL_SALESFORCE_URL.")
    for finding in white_label(settings):
        yield finding
    for finding in _webhooks(settings):
        yield finding
    yield await database(settings)
    for examined in (webhook_way, sign_in, decisions, cache, clocks, whmcs, salesforce):
        async for finding in examined(settings):
            yield finding


def _webhooks(settings: Settings) -> list[Finding]:
    if settings.webhook_secret:
        return [ok("webhooks", f"a secret is set; WHMCS must send to {settings.base_url}/webhooks/whmcs")]
    advice = "Set COUNTERFOIL_WEBHOOK_SECRET, the same as in the addon. Until then changes show after minutes."
    return [warn("webhooks", "no secret is set, so none are accepted", advice)]

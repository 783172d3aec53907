"""The doctor's look at Salesforce: the sign-in, and every field that the portal needs."""

import asyncio
from collections.abc import Iterator

import pytest

from counterfoil.cli.findings import Finding, Verdict
from counterfoil.cli.salesforce_checks import salesforce
from counterfoil.settings import load
from tests.org import OrgSandbox

NEEDED = {
    "secret_key": "x" * 32,
    "whmcs_url": "https://billing.example.com",
    "whmcs_identifier": "x",
    "whmcs_secret": "x",
}

NO_KEY = "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----"


def examined(org: OrgSandbox, **changes: str) -> list[Finding]:
    given = NEEDED | org.settings | changes
    settings = load({f"COUNTERFOIL_{name.upper()}": value for name, value in given.items()})

    async def findings() -> list[Finding]:
        return [finding async for finding in salesforce(settings)]

    return asyncio.run(findings())


def failures(found: list[Finding]) -> Iterator[str]:
    return (finding.check for finding in found if finding.verdict is Verdict.FAIL)


def test_all_is_well(org: OrgSandbox) -> None:
    """It signs in, sees every field, and changes nothing."""
    assert list(failures(examined(org))) == []
    assert set(org.operations()) == {"token", "describe", "query"}


def test_what_is_missing_is_named(org: OrgSandbox) -> None:
    """A field that is hidden, and a value that the picklist lacks."""
    values = ["Not Started", "Requested", "Activating", "Activated", "Failed"]
    hidden = ["Order.WHMCS_Order_ID__c"]
    org.control("PUT", "settings", {"hidden": hidden, "picklists": {"Order.Activation_Status__c": values}})
    assert list(failures(examined(org))) == [
        "salesforce field Order.Activation_Status__c",
        "salesforce field Order.WHMCS_Order_ID__c",
    ]


def test_what_would_fail_in_the_middle_of_an_order(org: OrgSandbox) -> None:
    """A field that may be seen and not written, a number where a text is written, a draft of another name, and a price
    book that shows nothing.
    """
    settings = {"read_only": ["OrderItem.WHMCS_Service_ID__c"], "numbers": ["Order.Activation_Error_Code__c"]}
    org.control("PUT", "settings", settings | {"picklists": {"Order.Status": ["New", "Activated"]}})
    assert list(failures(examined(org, salesforce_price_book="Partners' book"))) == [
        "salesforce field Order.Activation_Error_Code__c",
        "salesforce field OrderItem.WHMCS_Service_ID__c",
        "salesforce order status",
        "salesforce price book",
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"salesforce_username": "nobody@example.com"}, "invalid_grant"),
        ({"salesforce_url": "http://127.0.0.1:9"}, "Connect"),
    ],
)
def test_no_way_in(org: OrgSandbox, changes: dict[str, str], reason: str) -> None:
    """Says why, with what to do."""
    (finding,) = [finding for finding in examined(org, **changes) if finding.verdict is Verdict.FAIL]
    assert reason in finding.message
    assert finding.advice


def test_a_key_that_is_none(org: OrgSandbox) -> None:
    """... and never the key."""
    (finding,) = [each for each in examined(org, salesforce_private_key=NO_KEY) if each.verdict is Verdict.FAIL]
    assert "PEM" in finding.advice
    assert "canary" not in finding.line

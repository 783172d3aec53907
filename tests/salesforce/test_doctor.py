"""The doctor's look at Salesforce: the sign-in, and every field that the portal needs."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from counterfoil.cli.findings import Finding, Verdict
from counterfoil.cli.salesforce.checks import salesforce
from counterfoil.db.clock import utc_now
from counterfoil.db.engine import make_engine
from counterfoil.db.schema import upgrade
from counterfoil.orders.crm_calls import CrmCalls
from counterfoil.settings import load
from counterfoil_sandbox.salesforce.options import new_private_key
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


def test_fields_of_a_package(org: OrgSandbox) -> None:
    """In a namespace they are there by another name, and looked at as closely; without the setting the doctor names it.
    One that is written in other letters is named too.
    """
    org.control("PUT", "settings", {"renamed": {"Order.WHMCS_Invoice_ID__c": "acme__WHMCS_Invoice_ID__c"}})
    (finding,) = [each for each in examined(org) if each.verdict is Verdict.FAIL]
    assert finding.advice == "Set SALESFORCE_NAMESPACE to acme."
    names = "WHMCS_Invoice_ID__c=acme__whmcs_invoice_id__c, No_Such__c=Other__c"
    found = examined(org, salesforce_fields=names)
    (finding,) = [each for each in found if each.verdict is Verdict.FAIL]
    assert "letter by letter" in finding.advice
    assert "acme__WHMCS_Invoice_ID__c" in finding.advice
    assert [each.check for each in found if "No_Such__c" in each.message] == ["salesforce fields"]
    assert list(failures(examined(org, salesforce_fields="WHMCS_Invoice_ID__c=acme__WHMCS_Invoice_ID__c"))) == []
    org.control("PUT", "settings", {"plain": ["Account.WHMCS_Client_ID__c"]})
    assert list(failures(examined(org))) == [
        "salesforce field Order.WHMCS_Invoice_ID__c",
        "salesforce field Account.WHMCS_Client_ID__c",
    ]


def test_who_may_do_what(org: OrgSandbox) -> None:
    """What is not shown to the portal's user is said to be unseen, and is no failure; what is seen is judged."""
    assert "could not be seen" in message_of(org, "salesforce approvers")
    org.control("PUT", "settings", {"unreadable": ["Contact"]})
    assert message_of(org, "salesforce approvers") == "2 people may set Activation_Status__c"
    found = examined(org)
    assert [each.check for each in found if each.verdict is Verdict.WARN] == ["salesforce contacts"]
    (rights,) = org.control("GET", "records/UserPermissionAccess")
    path = f"records/UserPermissionAccess/{rights['Id']}"
    org.control("PATCH", path, {"PermissionsEditActivatedOrders": False})
    for each in org.control("GET", "records/User"):
        org.control("PATCH", f"records/User/{each['Id']}", {"IsActive": each["Username"] == "portal@example.com"})
    assert list(failures(examined(org))) == ["salesforce activated orders"]
    assert message_of(org, "salesforce approvers") == "nobody but the portal may set Activation_Status__c"


def test_picklists_of_record_types(org: OrgSandbox) -> None:
    """Each has values of its own."""
    most = ["Not Started", "Requested", "Activating", "Activated", "Failed"]
    org.control("PUT", "settings", {"record_types": {"Whole": [*most, "On Hold"], "Partners": most}})
    (finding,) = [each for each in examined(org) if each.verdict is Verdict.FAIL]
    assert (finding.check, "On Hold" in finding.message) == ("salesforce record type Partners", True)


def test_the_portals_own_use_of_the_quota(org: OrgSandbox, tmp_path: Path) -> None:
    """Beside everybody's; a share that an idle portal needs more than is warned of."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'db'}"

    async def used() -> None:
        await upgrade(url)
        engine = make_engine(url)
        await CrmCalls(engine, utc_now).add(1234)
        await engine.dispose()

    asyncio.run(used())
    said = message_of(org, "salesforce quota", database_url=url)
    assert "of 15000 calls" in said
    assert "1234 of them by the portal, which may use 7500" in said
    found = examined(org, database_url=url, salesforce_daily_share="10")
    assert [each.check for each in found if each.verdict is Verdict.WARN] == ["salesforce quota"]


@pytest.mark.parametrize(
    ("days", "verdict"), [(400, Verdict.OK), (20, Verdict.WARN), (-1, Verdict.FAIL)], ids=["good", "soon", "over"]
)
def test_the_certificates_end(org: OrgSandbox, days: int, verdict: Verdict) -> None:
    """Seen where the certificate stands in the file of the key, which still signs in."""
    pem = org.settings["salesforce_private_key"]
    found = examined(org, salesforce_private_key=f"{certificate_of(pem, days)}{pem}")
    (finding,) = [each for each in found if each.check == "salesforce certificate"]
    assert finding.verdict is verdict
    assert [each.check for each in found if each.verdict is Verdict.FAIL and each != finding] == []


def test_the_certificate_of_another_key(org: OrgSandbox) -> None:
    """Salesforce would refuse the one that is signed with."""
    other = certificate_of(new_private_key(), 400)
    pem = org.settings["salesforce_private_key"]
    assert list(failures(examined(org, salesforce_private_key=f"{pem}{other}"))) == ["salesforce certificate"]


def certificate_of(pem: str, days: int) -> str:
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "counterfoil")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=700)).not_valid_after(now + timedelta(days=days))
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


def message_of(org: OrgSandbox, check: str, **changes: str) -> str:
    return next(each.message for each in examined(org, **changes) if each.check == check)


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


def test_a_field_that_is_no_external_id(org: OrgSandbox) -> None:
    """The service's number is only written, so that nothing fails for it; it is said all the same."""
    org.control("PUT", "settings", {"plain": ["OrderItem.WHMCS_Service_ID__c"]})
    (finding,) = [each for each in examined(org) if each.check == "salesforce field OrderItem.WHMCS_Service_ID__c"]
    assert (finding.verdict, finding.message[:17]) == (Verdict.WARN, "is no external id")


def test_products_that_cannot_be_ordered(org: OrgSandbox) -> None:
    """A cycle that WHMCS does not have, or none, is named with its product; so is a book in which nothing is mapped.
    What has no number of WHMCS's is other goods.
    """
    check = "salesforce products"
    (finding,) = [each for each in examined(org) if each.check == check]
    assert (finding.verdict, finding.message[:6]) == (Verdict.OK, "7 of 8")
    products = org.control("GET", "records/Product2")
    fibre, survey = products[0], products[-1]
    org.control("PATCH", f"records/Product2/{fibre['Id']}", {"Billing_Cycle__c": "Half-Yearly"})
    org.control("PATCH", f"records/Product2/{survey['Id']}", {"WHMCS_Product_ID__c": "9"})
    (finding,) = [each for each in examined(org) if each.check == check]
    assert finding.verdict is Verdict.WARN
    assert "2 have" in finding.message
    assert "Fibre 1 Gbit/s (Half-Yearly), Site survey (none)" in finding.message
    for each in products:
        org.control("PATCH", f"records/Product2/{each['Id']}", {"WHMCS_Product_ID__c": None})
    (finding,) = [each for each in examined(org) if each.check == check]
    assert (finding.verdict, "none of 8" in finding.message) == (Verdict.WARN, True)


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

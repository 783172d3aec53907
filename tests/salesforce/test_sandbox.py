"""A public Salesforce client, written against the real thing, works against the sandbox."""

import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import requests
from joserfc import jwt
from joserfc.jwk import RSAKey
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, exceptions

from tests.org import OrgSandbox


class _Plain(HTTPAdapter):
    """simple-salesforce only knows https; the sandbox has no certificate."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        request.url = str(request.url).replace("https://", "http://", 1)
        return super().send(request, *args, **kwargs)


def signed_in(org: OrgSandbox, **changes: object) -> httpx2.Response:
    found = org.control("GET", "credentials")
    claims = {"iss": found["client_id"], "sub": found["username"], "aud": org.url, "exp": int(time.time()) + 100}
    assertion = jwt.encode({"alg": "RS256"}, claims | changes, RSAKey.import_key(found["private_key"]))
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    return httpx2.post(f"{org.url}/services/oauth2/token", data=form, timeout=60)


@pytest.fixture
def salesforce(org: OrgSandbox) -> Iterator[Salesforce]:
    with requests.Session() as session:
        session.mount("https://", _Plain())
        token = signed_in(org).json()["access_token"]
        yield Salesforce(instance_url=org.url, session_id=token, session=session, version="66.0")


def test_records(org: OrgSandbox, salesforce: Salesforce) -> None:
    """Read, changed, upserted by an external id, described."""
    order_id = org.sell(1, (2, "Monthly", 1))
    assert salesforce.Order.get(order_id)["Activation_Status__c"] == "Requested"
    assert salesforce.Order.update(order_id, {"Activation_Status__c": "Activating"}) == 204
    account = org.control("GET", "records/Account")[0]["Id"]
    values = {"AccountId": account, "EffectiveDate": "2026-05-12", "Status": "Draft"}
    assert salesforce.Order.upsert("Portal_Order_ID__c/abc", values) == 201
    assert salesforce.Order.upsert("Portal_Order_ID__c/abc", {"Status": "Draft"}) == 200
    assert salesforce.Order.get_by_custom_id("Portal_Order_ID__c", "abc")["AccountId"] == account
    assert "Activation_Status__c" in {field["name"] for field in salesforce.Order.describe()["fields"]}


def test_queries(org: OrgSandbox, salesforce: Salesforce) -> None:
    """With parents' fields, conditions, an order and a limit."""
    first, second = org.sell(1, (2, "Monthly", 1)), org.sell(2, (3, "Monthly", 5))
    wanted = "SELECT Id FROM Order WHERE Activation_Status__c = 'Requested' ORDER BY SystemModstamp, Id LIMIT 200"
    assert [record["Id"] for record in salesforce.query_all(wanted)["records"]] == [first, second]
    wanted = "SELECT Quantity, Product2.WHMCS_Product_ID__c FROM OrderItem WHERE Quantity = 5"
    lines = salesforce.query(wanted)
    assert [(row["Quantity"], row["Product2"]["WHMCS_Product_ID__c"]) for row in lines["records"]] == [(5.0, "3")]


def test_refusals(org: OrgSandbox, salesforce: Salesforce) -> None:
    """Each as the exception that Salesforce's own answers lead to."""
    order_id = org.sell(1, (2, "Monthly", 1))
    with pytest.raises(exceptions.SalesforceMalformedRequest):
        salesforce.Order.update(order_id, {"Activation_Status__c": "Maybe"})
    with pytest.raises(exceptions.SalesforceResourceNotFound):
        salesforce.Order.get("801000000000999AAA")
    with pytest.raises(exceptions.SalesforceMalformedRequest):
        salesforce.query("SELECT Nonsense FROM Order")
    org.control("POST", "expire")
    with pytest.raises(exceptions.SalesforceExpiredSession):
        salesforce.Order.get(order_id)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"iss": "another"}, "invalid_client_id"),
        ({"sub": "another"}, "invalid_grant"),
        ({"aud": "https://evil.example"}, "invalid_grant"),
        ({"exp": 1}, "invalid_grant"),
        ({"exp": 2**31}, "invalid_grant"),
    ],
)
def test_the_signed_request_is_checked(org: OrgSandbox, changes: dict[str, object], error: str) -> None:
    """Who signs in, as whom, for which host, and for how long."""
    answer = signed_in(org, **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_another_key_is_refused(org: OrgSandbox) -> None:
    """The signature is real."""
    claims = {"iss": "sandbox-consumer-key", "sub": "portal@example.com", "aud": org.url, "exp": int(time.time()) + 100}
    assertion = jwt.encode({"alg": "RS256"}, claims, RSAKey.generate_key(2048))
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    answer = httpx2.post(f"{org.url}/services/oauth2/token", data=form, timeout=60)
    assert answer.json()["error"] == "invalid_grant"


def test_composite_is_all_or_none(org: OrgSandbox) -> None:
    """Always 200; what was rolled back with another part says so."""
    token = signed_in(org).json()["access_token"]
    path = "/services/data/v66.0/sobjects/Account"
    steps = [
        {"method": "POST", "url": path, "referenceId": "one", "body": {"Name": "Kept?"}},
        {"method": "POST", "url": path, "referenceId": "two", "body": {}},
    ]
    answer = httpx2.post(
        f"{org.url}/services/data/v66.0/composite",
        json={"allOrNone": True, "compositeRequest": steps},
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )
    assert answer.status_code == 200
    codes = [part["body"][0]["errorCode"] for part in answer.json()["compositeResponse"]]
    assert codes == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING"]
    assert "Kept?" not in {account["Name"] for account in org.control("GET", "records/Account")}

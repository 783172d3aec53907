"""One call to Salesforce: the token, and what each refusal leads to."""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from counterfoil.errors import CrmUnavailable
from counterfoil.salesforce.api import SalesforceApi
from counterfoil.salesforce.client import SalesforceClient
from counterfoil.salesforce.failures import KINDS, CrmNotVisible, CrmRefused, meaning, sign_in_hint
from counterfoil.salesforce.fields import NEEDED
from counterfoil.salesforce.quota import Quota
from counterfoil.salesforce.token import audience
from tests.org import OrgSandbox

pytestmark = pytest.mark.anyio
QUERY = "query?q=SELECT+Id+FROM+Account"


async def test_fifty_callers_after_expiry_sign_in_once(org: OrgSandbox, client: SalesforceClient) -> None:
    """The token says nothing of its end: the refusal does, and one new sign-in serves all who wait."""
    await client.call("GET", QUERY)
    org.control("POST", "expire")
    answers = await asyncio.gather(*(client.call("GET", QUERY) for _ in range(50)))
    assert len(answers) == 50
    assert client.sign_in.count == 2
    assert org.operations().count("token") == 2


async def test_a_token_that_is_refused_at_once_is_not_renewed_for_ever(
    org: OrgSandbox, client: SalesforceClient
) -> None:
    """One new sign-in, one more try, then a clear error."""
    org.break_with("expired", operation="query")
    with pytest.raises(CrmUnavailable):
        await client.call("GET", QUERY)
    assert org.operations() == ["token", "query", "token", "query"]


@pytest.mark.parametrize("kind", ["lock", "query-timeout", "busy"])
async def test_a_busy_moment_passes(org: OrgSandbox, client: SalesforceClient, kind: str) -> None:
    """What Salesforce says it did not do is asked for again, reads and writes alike."""
    await client.call("GET", QUERY)
    org.break_with(kind, times=2)
    account = org.control("GET", "records/Account")[0]["Id"]
    await client.call("PATCH", f"sobjects/Account/{account}", {"Name": "New"})
    assert org.operations()[-3:] == ["update"] * 3


@pytest.mark.parametrize("kind", ["status", "html", "broken-json", "reset", "lock", "busy", "expired", "moved"])
async def test_an_unknown_outcome(org: OrgSandbox, client: SalesforceClient, kind: str) -> None:
    """What can be repeated is; what cannot be is left to whoever can look first."""
    await client.call("GET", QUERY)
    org.break_with(kind, times=1, after=True)
    assert (await client.call("GET", QUERY))["totalSize"] > 1
    org.control("DELETE", "calls")
    org.break_with(kind, times=1, after=True)
    with pytest.raises(CrmUnavailable):
        await client.call("POST", "sobjects/Account", {"Name": "Twice?"}, repeatable=False)
    assert org.operations() == ["create"]
    await client.call("GET", QUERY)


async def test_a_spent_quota_is_not_asked_again(org: OrgSandbox, client: SalesforceClient) -> None:
    """Salesforce counts refused calls too: until the pause is over nothing is sent."""
    await client.call("GET", QUERY)
    org.break_with("quota")
    for _ in range(3):
        with pytest.raises(CrmUnavailable):
            await client.call("GET", QUERY)
    assert org.operations() == ["token", "query", "query"]
    assert 0 < client.quota.used <= client.quota.allowed


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"Nonsense__c": 1}, "INVALID_FIELD"),
        ({"Activation_Error_Code__c": "x" * 61}, "STRING_TOO_LONG"),
        ({"Activation_Status__c": "Maybe"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
    ],
)
async def test_refusals_are_not_repeated(
    org: OrgSandbox, client: SalesforceClient, values: dict[str, object], reason: str
) -> None:
    """A person must look; asking again changes nothing."""
    order_id = org.sell(1, (2, "Monthly", 1))
    org.control("DELETE", "calls")
    with pytest.raises(CrmRefused, match=reason) as refused:
        await client.call("PATCH", f"sobjects/Order/{order_id}", values)
    assert org.operations().count("update") == 1
    assert "xxx" not in str(refused.value.args)


def test_what_a_trigger_could_not_do_is_what_it_says_inside() -> None:
    """Locks and maintenance pass, whichever code wraps them; a rule of the org does not."""
    inside = "AfterOrder: System.DmlException: Update failed. First exception on row 0; first error: {}, a text: []"
    for code in ("UNABLE_TO_LOCK_ROW", "ENTITY_IS_LOCKED", "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE"):
        for outer in ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER"):
            assert meaning(400, outer, inside.format(code)) == code
            assert KINDS[code].again or KINDS[code].later
    refused = meaning(400, "CANNOT_EXECUTE_FLOW_TRIGGER", inside.format("FIELD_CUSTOM_VALIDATION_EXCEPTION"))
    assert refused == "CANNOT_EXECUTE_FLOW_TRIGGER"


@pytest.mark.parametrize("kind", ["wrapped-lock"])
async def test_a_lock_inside_a_trigger_passes_too(org: OrgSandbox, client: SalesforceClient, kind: str) -> None:
    """By what the error says, not by the code that wraps it."""
    await client.call("GET", QUERY)
    org.break_with(kind, times=2)
    account = org.control("GET", "records/Account")[0]["Id"]
    await client.call("PATCH", f"sobjects/Account/{account}", {"Name": "New"})
    assert org.operations()[-3:] == ["update"] * 3


@pytest.mark.parametrize("kind", ["maintenance", "approval-lock", "old-version"])
async def test_what_lasts_is_waited_for(org: OrgSandbox, client: SalesforceClient, kind: str) -> None:
    """No record is to blame, and asking four times in a second is of no use."""
    await client.call("GET", QUERY)
    org.break_with(kind)
    with pytest.raises(CrmUnavailable):
        await client.call("GET", QUERY)
    assert org.operations() == ["token", "query", "query"]


async def test_a_redirect_renews_the_sign_in(org: OrgSandbox, client: SalesforceClient) -> None:
    """The org moved: its new address comes with a new token. The old token is sent nowhere else."""
    await client.call("GET", QUERY)
    org.break_with("moved", times=1)
    await client.call("GET", QUERY)
    assert org.operations() == ["token", "query", "query", "token", "query"]


async def test_the_share_of_the_day_is_kept(org: OrgSandbox, client: SalesforceClient) -> None:
    """Other programs of the org need calls too."""
    org.control("PUT", "settings", {"daily_limit": 10})
    client.quota = Quota(0.5, clock=lambda: 0.0)
    for _ in range(5):
        await client.call("GET", QUERY)
    with pytest.raises(CrmUnavailable) as spent:
        await client.call("GET", QUERY)
    assert spent.value.args[-1] == "SHARE_IS_SPENT"
    assert org.operations().count("query") == 5


@pytest.mark.parametrize("how", ["hidden", "plain"])
async def test_an_upsert_by_a_field_that_is_no_external_id(org: OrgSandbox, api: SalesforceApi, how: str) -> None:
    """404 is about the field: there is no record yet that could be missing. It is hidden, or deployed without."""
    org.control("PUT", "settings", {how: ["Order.Portal_Order_ID__c"]})
    account = org.control("GET", "records/Account")[0]["Id"]
    with pytest.raises(CrmRefused) as refused:
        await api.upsert_order("abc", account_id=account, on=date(2026, 5, 12), currency="")
    assert refused.value.reason == "NO_EXTERNAL_ID"


@pytest.mark.parametrize(
    ("description", "word"),
    [
        ("user hasn't approved this consumer", "pre-authorise"),
        ("audience is invalid", "SALESFORCE_URL"),
        ("invalid assertion", "certificate"),
        ("assertion expired", "clock"),
        ("ip restricted", "address"),
        ("user has no license for this", "licence"),
        ("something new", "SALESFORCE_USERNAME"),
    ],
)
def test_the_description_decides_what_to_do(description: str, word: str) -> None:
    """invalid_grant is the name of all of these."""
    assert word in sign_in_hint("invalid_grant", description)


async def test_what_is_gone(org: OrgSandbox, api: SalesforceApi) -> None:
    """Deleted is what the bin says; what was never there may as well be hidden, and nobody knows."""
    order_id = org.sell(1, (2, "Monthly", 1))
    assert await api.read.order(order_id) is not None
    org.control("DELETE", f"records/Order/{order_id}")
    assert await api.read.order(order_id) is None
    with pytest.raises(CrmNotVisible):
        await api.read.order("801000000000999AAA")


async def test_a_wrong_key_is_said_clearly(org: OrgSandbox) -> None:
    """No order stops for it, for it is wrong for all of them."""
    given = {name.removeprefix("salesforce_"): value for name, value in org.settings.items()}
    stranger = SalesforceClient(**given | {"client_id": "somebody else"})  # type: ignore[arg-type]
    try:
        with pytest.raises(CrmUnavailable) as failed:
            await stranger.call("GET", QUERY)
        assert failed.value.args == ("sign-in", "invalid_client_id")
    finally:
        await stranger.close()


@pytest.mark.parametrize(
    ("url", "for_whom"),
    [
        ("https://login.salesforce.com", "https://login.salesforce.com"),
        ("https://acme.my.salesforce.com", "https://login.salesforce.com"),
        ("https://acme--uat.sandbox.my.salesforce.com", "https://test.salesforce.com"),
        ("http://127.0.0.1:8082", "http://127.0.0.1:8082"),
    ],
)
async def test_audience(url: str, for_whom: str) -> None:
    """The login host or the test host, whatever the org's own address is."""
    assert audience(url) == for_whom


async def test_an_order_of_sales_staff_is_read_whole(org: OrgSandbox, api: SalesforceApi) -> None:
    """Its customer and its products by their numbers in WHMCS, the cycle as WHMCS spells it."""
    order_id = org.sell(1, (2, "Annually", 1), (3, "Monthly", 4), (0, "", 1))
    order = await api.read.order(order_id)
    assert order is not None
    assert (order.client_id, order.activation_status, order.is_cancelled) == (1, "Requested", False)
    assert [(item.product_id, item.billing_cycle, item.quantity) for item in order.items] == [
        (2, "annually", 1),
        (3, "monthly", 4),
        (None, "", 1),
    ]
    assert [each.id for each in await api.read.requested()] == [order_id]


def test_the_deployed_fields_are_those_that_are_asked_for() -> None:
    """deploy/salesforce has a file for each field that the portal needs."""
    objects = Path(__file__).parents[2] / "deploy/salesforce/force-app/main/default/objects"
    deployed = {
        (path.parent.parent.name, path.name.removesuffix(".field-meta.xml"))
        for path in objects.glob("*/fields/*.field-meta.xml")
    }
    assert deployed == {(kind, field) for kind, fields in NEEDED.items() for field in fields}

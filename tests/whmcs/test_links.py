"""Links into WHMCS with single sign-on: whom they are for, where they may lead, and when there is none."""

from zoneinfo import ZoneInfo

import pytest

from counterfoil.whmcs.api import SsoRefused, WhmcsApi
from counterfoil.whmcs.client import WhmcsClient
from counterfoil.whmcs.sso import has_origin_of
from tests.whmcs.conftest import IDENTIFIER, SECRET, Logged
from tests.whmcs.outcomes import reason, refuses
from tests.whmcs.scripted import OK, Scripted, says

pytestmark = pytest.mark.anyio

AUTH = {"identifier": IDENTIFIER, "secret": SECRET, "responsetype": "json"}
BASE = "https://billing.example.com/whmcs"


async def test_create_sso_token(whmcs: Scripted, api: WhmcsApi) -> None:
    """Always for this user of this client: without the user WHMCS would sign the owner in."""
    url = f"{whmcs.url}/oauth/singlesignon.php?access_token=abc"
    whmcs.default = says({"result": "success", "access_token": "abc", "redirect_url": url})
    path = "viewinvoice.php?id=5"
    assert await api.create_sso_token(7, 3, destination="sso:custom_redirect", path=path) == url
    expected = {"client_id": "7", "user_id": "3", "destination": "sso:custom_redirect", "sso_redirect_path": path}
    assert whmcs.calls == [AUTH | expected | {"action": "CreateSsoToken"}]
    await api.create_sso_token(7, 3, destination="clientarea:billing_info")
    assert "sso_redirect_path" not in whmcs.calls[1]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("SSO authentication blocked for client 7", "blocked"),
        ("Invalid user_id for client", "not_a_member"),
        ("Token could not be provisioned: invalid_client canary", "not_provisioned"),
        ("Invalid destination", "not_supported"),
        ("Invalid client_id", "not_a_member"),
        ("Invalid user_id", "not_a_member"),
        ("A valid client_id or user_id is required", "other"),
        ("Command Not Found", "action_unknown"),
        ("API Command Restricted to Internal API", "action_unknown"),
        ("Invalid Permissions: API action is not allowed", "permission_missing"),
        ("Error generating JSON encoded response: Malformed UTF-8", "not_encodable"),
        ("", "other"),
    ],
)
async def test_sso_refusals(message: str, reason: str, whmcs: Scripted, api: WhmcsApi) -> None:
    """Refusals of a link come as a word of ours, so that the plain page can be offered instead."""
    whmcs.default = refuses(message)
    with pytest.raises(SsoRefused) as refusal:
        await api.create_sso_token(7, 3, destination="x")
    assert str(refusal.value) == reason


async def test_a_link_is_asked_for_once(whmcs: Scripted, api: WhmcsApi) -> None:
    """Each token is a sign-in: a failure is not repeated."""
    whmcs.default = says(OK, 502)
    assert await reason(api.create_sso_token(7, 3, destination="x")) == "server_error"
    assert len(whmcs.calls) == 1


@pytest.mark.parametrize("url", ["https://evil.example/x?access_token=canary", "", None, 7, "/oauth/x", "javascript:x"])
async def test_a_link_to_elsewhere_is_not_given_out(
    url: object, whmcs: Scripted, api: WhmcsApi, logged: Logged
) -> None:
    """Only WHMCS's configured scheme, host and port; and the link that was refused is not logged either."""
    whmcs.default = says({"result": "success", "redirect_url": url})
    with pytest.raises(SsoRefused) as refusal:
        await api.create_sso_token(7, 3, destination="x")
    assert str(refusal.value) == ("elsewhere" if isinstance(url, str) and url else "other")
    assert "canary" not in str(logged())


async def test_a_link_leads_to_the_pages_address(whmcs: Scripted, client: WhmcsClient) -> None:
    """Where customers open WHMCS elsewhere than where its API is called, that address counts, and no other."""
    api = WhmcsApi(client, timezone=ZoneInfo("UTC"), public_url="https://my.example.com/whmcs")
    url = "https://my.example.com/whmcs/oauth/singlesignon.php?access_token=abc"
    whmcs.default = says({"result": "success", "redirect_url": url})
    assert await api.create_sso_token(7, 3, destination="x") == url
    whmcs.default = says({"result": "success", "redirect_url": f"{whmcs.url}/oauth/x"})
    with pytest.raises(SsoRefused):
        await api.create_sso_token(7, 3, destination="x")


@pytest.mark.parametrize(
    "url",
    [
        "https://billing.example.com/oauth/singlesignon.php?access_token=a",
        "https://billing.example.com:443/whmcs/oauth/x",
        "HTTPS://BILLING.example.com/x",
    ],
)
async def test_links_to_the_same_origin(url: str) -> None:
    assert has_origin_of(url, BASE)


@pytest.mark.parametrize(
    "url",
    [
        "http://billing.example.com/x",
        "https://billing.example.com:8443/x",
        "https://billing.example.com.evil.example/x",
        "https://billing.example.com@evil.example/x",
        "https://evil.example@billing.example.com/x",
        "https://evil.example\\@billing.example.com/x",
        "https://billing.example.com\\.evil.example/x",
        "https://billing.example.com/x y",
        "https://billing.example.com/x\r\nSet-Cookie: a=b",
        "https://billing.exa\tmple.com/x",
        "\x00https://billing.example.com/x",
        " https://billing.example.com/x",
        "//billing.example.com/x",
        "/x",
        "",
        "https://billing.example.com:99999/x",
        "https://[::1/x",
        "https://b\u0131lling.example.com/x",
        "https://billing.example.com/" + "x" * 3000,
    ],
)
async def test_links_to_anywhere_else(url: str) -> None:
    """Whatever a browser would read differently from us is refused."""
    assert not has_origin_of(url, BASE)

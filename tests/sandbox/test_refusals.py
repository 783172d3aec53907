"""What the sandbox refuses, and who may call it: as WHMCS says it."""

import pytest

from tests.sandbox.conftest import Whmcs


@pytest.mark.parametrize(
    ("action", "params", "message"),
    [
        ("GetInvoice", {"invoiceid": 999}, "Invoice ID Not Found"),
        ("GetInvoice", {"invoiceid": "abc"}, "Invoice ID Not Found"),
        ("GetClientsDetails", {}, "Either clientid Or email Is Required"),
        ("GetClientsDetails", {"clientid": 999}, "Client Not Found"),
        ("GetPayMethods", {}, "Client ID Is Required"),
        ("GetPayMethods", {"clientid": 999}, "Client Not Found"),
        ("GetCredits", {"clientid": 999}, "Client ID Not Found"),
        ("GetUserPermissions", {"user_id": 999, "client_id": 1}, "Invalid user id"),
        ("GetUserPermissions", {"user_id": 1, "client_id": 999}, "Invalid client id"),
        ("GetUserPermissions", {"user_id": 2, "client_id": 1}, "User is not associated with client"),
        ("ValidateLogin", {"email": "ada@example.com", "password2": "wrong"}, "Email or Password Invalid"),
        ("CreateSsoToken", {}, "A valid client_id or user_id is required"),
        ("CreateSsoToken", {"client_id": 999}, "Invalid client_id"),
        ("CreateSsoToken", {"client_id": 1, "user_id": 999}, "Invalid user_id"),
        ("CreateSsoToken", {"client_id": 1, "user_id": 2}, "Invalid user_id for client"),
        ("CreateSsoToken", {"client_id": 1, "destination": "moon"}, "Invalid destination"),
        ("CreateSsoToken", {"client_id": 9, "user_id": 8}, "SSO authentication blocked for client 9"),
        ("GetWeather", {}, "Command Not Found"),
    ],
)
def test_business_errors_come_with_http_200(whmcs: Whmcs, action: str, params: dict[str, object], message: str) -> None:
    """result "error" and WHMCS's own words."""
    assert whmcs.call(action, **params) == {"result": "error", "message": message}


def test_validate_login_says_success_for_two_factor_users_too(whmcs: Whmcs) -> None:
    """The flag is a word, and without a passwordhash."""
    tess = whmcs.call("ValidateLogin", email="tess@example.com", password2="demo-password-1")
    assert tess == {"result": "success", "userid": "5", "twoFactorEnabled": "true"}
    ada = whmcs.call("ValidateLogin", email="ADA@example.com", password2="demo-password-1")
    assert (ada["userid"], ada["twoFactorEnabled"], len(ada["passwordhash"])) == ("1", "false", 40)


def test_get_users_searches_beginnings(whmcs: Whmcs) -> None:
    """Ada's address finds a stranger whose address only begins like hers."""
    found = whmcs.call("GetUsers", search="ada@example.com")["users"]
    assert {user["email"] for user in found} == {"ada@example.com", "ada@example.com.au"}
    assert [user["id"] for user in whmcs.call("GetUsers", search="Bob O")["users"]] == [2]


def test_permissions_are_per_client(whmcs: Whmcs) -> None:
    """Chidi owns one client and was invited to two with different rights."""
    rights = {
        client: whmcs.call("GetUserPermissions", user_id=3, client_id=client)["permissions"] for client in (1, 3, 4)
    }
    assert rights[1] == ["profile", "products"]
    assert rights[4] == ["invoices"]
    assert len(rights[3]) == 13


def test_version_9_counts_totals_before_credit(whmcs: Whmcs) -> None:
    """The balance is the same in both."""
    credited = next(
        row["id"]
        for row in whmcs.call("GetInvoices", userid=1, limitnum=100)["invoices"]["invoice"]
        if row["credit"] == "18.00"
    )
    old = whmcs.call("GetInvoice", invoiceid=credited)
    whmcs.control("PATCH", "settings", {"version": "9.0.0"})
    new = whmcs.call("GetInvoice", invoiceid=credited)
    assert (old["total"], new["total"]) == ("116.50", "134.50")
    assert old["balance"] == new["balance"] == "0.00"


def test_only_known_callers_are_answered(whmcs: Whmcs) -> None:
    """403 and JSON for wrong and missing credentials, forbidden actions and unknown addresses."""
    url = f"{whmcs.url}/includes/api.php"
    wrong = whmcs.client.post(url, data={"identifier": "x", "secret": "y", "action": "WhmcsDetails"})
    assert (wrong.status_code, wrong.json()["message"]) == (403, "Authentication Failed")
    missing = whmcs.client.post(url, data={"action": "WhmcsDetails"})
    assert (missing.status_code, missing.json()["message"]) == (403, "Invalid or missing credentials")
    whmcs.control("PATCH", "settings", {"denied_actions": ["GetInvoices"]})
    denied = whmcs.post("GetInvoices", userid=1)
    expected = 'Invalid Permissions: API action "getinvoices" is not allowed'
    assert (denied.status_code, denied.json()["message"]) == (403, expected)
    whmcs.control("PATCH", "settings", {"ip_allowed": False})
    assert whmcs.post("WhmcsDetails").json()["message"] == "Invalid IP 127.0.0.1"
